"""This pipeline's classify role, as it is; for transport alone its processes carry instead of read."""

import sys

from benchmarks.pipeline.job import carry, load_task
from benchmarks.threads import one_thread
from streams.agents.classify import Classify
from streams.agents.run import MAKERS, run_worker

if __name__ == "__main__":
    one_thread()
    task = load_task(sys.argv[1])
    settings = task.settings().model_copy(update={"monitor_port": int(sys.argv[2])})
    if not task.with_reading:
        MAKERS["classify"] = lambda chosen: Classify(chosen, read=carry)
    run_worker("classify", settings)
