"""One thread for each process that is measured. Imports nothing: libraries of numbers look once, as they are imported."""

import os


def one_thread() -> None:
    """Libraries of numbers must not start threads of their own."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
