"""The list of feeds: what it may say, what is told of mistakes, and lists from other readers."""

from pathlib import Path

import pytest
import yaml

from streams.feeds.config import Feeds, FeedsError, load_feeds
from streams.feeds.errors import FetchFailed
from streams.feeds.opml import added, as_yaml, read_opml

ROOT = Path(__file__).parents[2]
ONE = "feeds:\n  - {name: a, url: 'https://a.example/rss', source: A}\n"


def load(text: str, folder: Path) -> Feeds:
    path = folder / "feeds.yaml"
    path.write_text(text)
    return load_feeds(path)


def test_the_file_that_is_shipped_can_be_used_and_asks_nobody_by_itself() -> None:
    shipped = load_feeds(ROOT / "deploy/feeds.yaml")
    assert shipped.feeds
    assert shipped.enabled == ()
    assert shipped.allow_hosts == ()


def test_defaults_and_durations(tmp_path: Path) -> None:
    (feed,) = load(ONE, tmp_path).feeds
    assert (feed.interval, feed.full_text, feed.silent_after, feed.enabled) == (900, True, 86400, True)
    for written, seconds in (("90s", 90), ("15m", 900), ("1.5h", 5400), ("2d", 172800), ("600", 600)):
        (feed,) = load(ONE.replace("source: A", f"source: A, interval: {written}"), tmp_path).feeds
        assert feed.interval == seconds


@pytest.mark.parametrize("text", ["", "feeds:\n", "# nothing\n", "feeds: []\n"])
def test_a_file_without_feeds_is_no_mistake(text: str, tmp_path: Path) -> None:
    assert load(text, tmp_path).feeds == ()


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "host_delay: soon\n"
        "feeds:\n"
        "  - name: Not A Name\n"
        "    url: https://user:hunter2@a.example/rss\n"
        "    source: A\n"
        "    interval: 5s\n"
        "    color: blue\n"
        "  - name: b\n"
        "    url: file:///etc/passwd\n"
        "    source: ''\n"
        "    full_text: perhaps\n"
    )
    with pytest.raises(FeedsError) as caught:
        load(text, tmp_path)
    told = {(fault.line, fault.path) for fault in caught.value.faults}
    assert told == {
        (1, "host_delay"), (3, "feeds.0.name"), (4, "feeds.0.url"), (6, "feeds.0.interval"), (7, "feeds.0.color"),
        (9, "feeds.1.url"), (10, "feeds.1.source"), (11, "feeds.1.full_text"),
    }  # fmt: skip
    assert "hunter2" not in str(caught.value)
    assert str(tmp_path / "feeds.yaml") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("feeds: [", 1), (ONE + ONE.replace("feeds:\n", ""), 3), ("- a\n", 1), ("a: &x [*x]\n", 1)],
)
def test_what_is_no_list_of_feeds(text: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(FeedsError) as caught:
        load(text, tmp_path)
    assert caught.value.faults[0].line == line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FeedsError, match="STANCEWATCH_FEEDS"):
        load_feeds(tmp_path / "none.yaml")


OPML = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Subscriptions</title></head><body>
 <outline text="World" title="World">
  <outline type="rss" text="Le Phare, a la une" title="Le Phare, \xc3\xa0 la une" xmlUrl="https://phare.example/rss" htmlUrl="https://phare.example/" language="fr"/>
  <outline type="rss" text="Harbour" xmlurl="https://harbour.example/rss"/>
  <outline text="Deep"><outline type="atom" text="Harbour" xmlUrl="https://harbour.example/atom" language="unknown"/></outline>
 </outline>
 <outline type="rss" text="A" xmlUrl="https://a.example/rss"/>
 <outline type="rss" text="Local" xmlUrl="file:///etc/passwd"/>
 <outline type="link" text="No feed" url="https://x.example/"/>
</body></opml>"""


def test_a_list_from_another_reader(tmp_path: Path) -> None:
    found = read_opml(OPML, load(ONE, tmp_path).feeds)
    assert [(feed.name, feed.url, feed.source, feed.language) for feed in found.feeds] == [
        ("le-phare-a-la-une", "https://phare.example/rss", "Le Phare, à la une", "fr"),
        ("harbour", "https://harbour.example/rss", "Harbour", None),
        ("harbour-2", "https://harbour.example/atom", "Harbour", None),
    ]
    assert [line.partition(": ")[0] for line in found.left] == ["https://a.example/rss", "file:///etc/passwd"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<rss/>",
        b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline text="&a;" xmlUrl="x"/></body></opml>',
    ],
)
def test_what_is_no_opml_is_refused(body: bytes) -> None:
    with pytest.raises(FetchFailed) as caught:
        read_opml(body, ())
    assert caught.value.code == "not_opml"


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment\n", "contact: a@b.example\n", "feeds: []\n", "feeds:\n", "allow_hosts: []\nfeeds: []\n", ONE,
     "contact: a@b.example\nfeeds:\n  # first\n  - name: a\n    url: https://a.example/rss\n    source: A # ours\n"],
)  # fmt: skip
def test_imported_feeds_are_added_and_all_else_stays(text: str, tmp_path: Path) -> None:
    before = load(text, tmp_path)
    new = read_opml(OPML, before.feeds).feeds
    whole = added(text, as_yaml(new))
    assert whole is not None
    assert load(whole, tmp_path).feeds == (*before.feeds, *new)
    assert load(whole, tmp_path).contact == before.contact
    assert ("# ours" in text) == ("# ours" in whole)


def test_a_file_that_cannot_take_more_at_its_end_is_left_alone() -> None:
    entries = as_yaml(read_opml(OPML, ()).feeds)
    for text in (
        ONE + "contact: a@b.example\n",
        "feeds: [{name: a, url: 'https://a.example/', source: A}]\n",
    ):
        assert yaml.safe_load(text)
        assert added(text, entries) is None
