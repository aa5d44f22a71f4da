"""Steps the clock of a process: Python imports this before anything else where its folder is on the path.

The file that ``STEPPED_CLOCK`` names holds the seconds by which the clock is wrong. Only the clock of the day steps; the
monotonic one goes on, as with a machine whose time is set.
"""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep, time

import time_machine


def step() -> None:
    """Follow the file for as long as the process lives."""
    began, at = time(), monotonic()
    wrong = 0.0
    traveller = None
    while True:
        wanted = float(Path(os.environ["STEPPED_CLOCK"]).read_text("utf-8") or wrong)
        if wanted != wrong:
            wrong = wanted
            if traveller:
                traveller.stop()
            now = datetime.fromtimestamp(began + monotonic() - at, UTC) + timedelta(seconds=wrong)
            traveller = time_machine.travel(now, tick=True)
            traveller.start()
        sleep(0.2)


threading.Thread(target=step, daemon=True).start()
