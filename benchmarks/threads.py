"""One thread for each process that is measured."""

import os

from threadpoolctl import threadpool_limits


def one_thread() -> None:
    """Libraries of numbers must not start threads of their own: neither those loaded already, nor those to come, which look
    at the environment once, as they are imported.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    threadpool_limits(1)
