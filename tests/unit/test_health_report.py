"""What ``status`` says of feeds, from what the process that reads them tells."""

import re
from datetime import UTC, datetime

from rich.console import Console

from streams.commands.status import _show
from streams.health_report import Report, _feed, _troubles

WELL = {
    "name": "harbour", "failures": 0, "trouble": None, "seconds_since_read": 40,
    "seconds_without_item": 300, "silent_after": 3600,
}  # fmt: skip


def test_a_silent_and_a_failing_feed_are_named_and_a_good_one_is_not() -> None:
    silent = {**WELL, "name": "sentinel", "seconds_without_item": 7200}
    failing = {**WELL, "name": "echo", "failures": 3, "trouble": "http_503: answers 503"}
    assert list(_troubles([_feed(WELL), _feed(silent), _feed(failing)])) == [
        "feed sentinel has given nothing for 2.0 hours",
        "feed echo failed 3 times in a row: http_503: answers 503",
    ]


def test_a_process_of_another_version_may_tell_more_or_less() -> None:
    other = {key: value for key, value in WELL.items() if key != "seconds_since_read"} | {"mood": "fine"}
    assert _feed(other).seconds_since_read is None


def test_the_page_has_a_line_for_each_feed() -> None:
    console = Console(width=120)
    never = {**WELL, "name": "echo", "seconds_since_read": None, "failures": 2}
    with console.capture() as caught:
        _show(console, Report(datetime.now(UTC), (), (), (), (_feed(WELL), _feed(never)), ()))
    assert re.search(r"harbour +40 s ago +5\.0 min ago +1\.0 h +0", caught.get())
    assert re.search(r"echo +never +5\.0 min ago +1\.0 h +2", caught.get())
