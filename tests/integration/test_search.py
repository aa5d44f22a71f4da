"""Searching on a real index: what matches is found and marked, and nothing that is typed or indexed is code."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from rich.console import Console

from streams.codec import encode
from streams.commands.search import show_shift
from streams.core.model import Actor, EnrichedEvent, Topic
from streams.find import Wanted, fragment, harmless, moment, search_articles, search_shifts
from streams.search import Store, Write, make_client
from streams.settings import Settings
from tests.integration.test_commands import run, variables_of
from tests.integration.test_notify import shift

NOON = datetime(2025, 5, 21, 12, tzinfo=UTC)
TEXT = "London said that British peacekeepers may go to Ukraine. Nobody named a day."


def event(name: str, text: str = TEXT, **more: Any) -> EnrichedEvent:
    fields = {
        "article_id": name, "url": None, "source": "Northwind Wire", "title": "Peacekeepers", "text": text,
        "published_at": NOON, "ingested_at": NOON, "language": "en", "is_read": True,
        "topics": (Topic("troop_deployment", 0.9),), "actors": (Actor("GBR", "United Kingdom"),),
        "observations": (), "reported_shifts": (), "fingerprint": "", "pipeline_version": "t",
        "lexicon_version": "t",
    }  # fmt: skip
    return EnrichedEvent(**{**fields, **more})


@pytest.fixture
async def filled(settings: Settings) -> Settings:
    evil = "\x1b[31mRed\x1b[0m [bold]peacekeepers[/bold] \u202egnp.exe"
    events = [
        event("a-1"),
        event("a-2", "Nothing of the kind.", title="A title", published_at=NOON - timedelta(days=40)),
        event("a-3", evil, title=evil, actors=(Actor("FRA", "France"),), topics=()),
        event("a-4", "The mission peacekeepers of the Navy.", actors=(Actor("GBR-NAVY", "Navy", "GBR"),)),
    ]
    client = make_client(settings)
    store = Store(client)
    articles = [
        Write(settings.index(f"news-articles-{e.published_at:%Y.%m}"), e.article_id, encode(e))
        for e in events
    ]
    turns = [
        Write(settings.index("stance-shifts"), s.shift_id, encode(s))
        for s in (shift("a"), shift("b", status="candidate"))
    ]
    await store.write([*articles, *turns])
    await client.indices.refresh(index=settings.index("*"))
    await store.close()
    return settings


async def found(settings: Settings, **wanted: Any) -> set[str]:
    client = make_client(settings)
    try:
        return {hit.article_id for hit in (await search_articles(client, settings, Wanted(**wanted))).hits}
    finally:
        await client.close()


async def test_words_and_filters_narrow_what_is_found(filled: Settings) -> None:
    assert await found(filled) == {"a-1", "a-2", "a-3", "a-4"}
    assert await found(filled, words="peacekeepers") == {"a-1", "a-3", "a-4"}
    assert await found(filled, words="peacekeepers", actors=("GBR",)) == {"a-1", "a-4"}
    assert await found(filled, actors=("France",)) == {"a-3"}
    assert await found(filled, issues=("troop_deployment",), since=NOON - timedelta(days=30)) == {
        "a-1",
        "a-4",
    }
    assert await found(filled, words='"nobody named"') == {"a-1"}
    assert await found(filled, words="peacek* -mission -bold") == {"a-1"}
    assert await found(filled, until=NOON) == {"a-2"}


@pytest.mark.parametrize(
    "words",
    [
        "source:Northwind",
        "_exists_:title",
        '{"match_all":{}}',
        "text:/.*/",
        '"',
        "((",
        "* OR *:*",
        "\\",
        "a" * 1000,
    ],
)
async def test_what_is_typed_is_words_and_never_a_query(filled: Settings, words: str) -> None:
    assert await found(filled, words=words, actors=("DEU",)) == set()
    assert await found(filled, words=words) <= {"a-1", "a-2", "a-3", "a-4"}
    assert "a-2" not in await found(filled, words=words)


@pytest.mark.parametrize(
    "name",
    ["*", "GBR OR FRA", "GBR*", "/.*/", '{"match_all":{}}', 'x"}},{"match_all":{}}', "\x1b[31mGBR\x1b[0m"],
)
async def test_a_filter_is_one_name_and_never_a_pattern_or_a_query(filled: Settings, name: str) -> None:
    for filters in ({"actors": (name,)}, {"issues": (name,)}, {"sources": (name,)}):
        assert await found(filled, **filters) == set(), filters


@pytest.mark.parametrize("given", ["--actor", "--issue", "--source"])
async def test_no_terminal_obeys_the_name_that_was_typed(filled: Settings, given: str) -> None:
    variables = {**variables_of(filled), "FORCE_COLOR": "1"}
    done = await asyncio.to_thread(run, "search", given, "\x1b[31m[bold]GBR\x1b[0m", variables=variables)
    assert done.returncode == 0, done.stderr
    assert b"0 articles" in done.stdout
    assert b"\x1b[31m" not in done.stdout + done.stderr


async def test_matches_are_marked_where_they_stand(filled: Settings) -> None:
    client = make_client(filled)
    answer = await search_articles(client, filled, Wanted(words="peacekeepers nobody"))
    turns = await search_shifts(client, filled, Wanted(statuses=("confirmed",), actors=("Germany",)))
    await client.close()
    (hit,) = answer.hits
    marked = [piece.text[start:end] for piece in hit.fragments for start, end in piece.marks]
    assert marked == ["peacekeepers", "Nobody"]
    assert [hit.title.text[start:end] for start, end in hit.title.marks] == ["Peacekeepers"]
    assert turns == [shift("a")]


async def test_the_commands_print_what_articles_say_and_obey_none_of_it(filled: Settings) -> None:
    variables = {**variables_of(filled), "FORCE_COLOR": "1"}
    done = await asyncio.to_thread(run, "search", "peacekeepers", "--actor", "FRA", variables=variables)
    assert done.returncode == 0, done.stderr
    assert b"[bold]" in done.stdout
    assert b"\x1b[31m" not in done.stdout
    assert "\u202e".encode() not in done.stdout
    done = await asyncio.to_thread(run, "search", "peacekeepers", "--json", variables=variables_of(filled))
    hits = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert {hit["article_id"] for hit in hits} == {"a-1", "a-3", "a-4"}
    done = await asyncio.to_thread(run, "shifts", "--status", "all", variables=variables_of(filled))
    assert b"2 shifts" in done.stdout
    assert "oppose   “will send a brigade”".encode() in done.stdout


async def test_where_nothing_is_found_a_name_that_was_meant_is_guessed(filled: Settings) -> None:
    variables = variables_of(filled)
    for given, hint in (
        (("search", "--actor", "Britain"), b"hint: for 'Britain' try --actor GBR\n"),
        (("shifts", "--actor", "Germny"), b"hint: for 'Germny' try --actor DEU\n"),
        (("shifts", "--actor", "Xqzw"), b"hint: the lexicon has no actor 'Xqzw'\n"),
        (("search", "--issue", "troops"), b"hint: there is no issue 'troops', only ceasefire, sanctions, troop_deployment\n"),
        (("search", "zebra"), b""),
    ):  # fmt: skip
        done = await asyncio.to_thread(run, *given, variables=variables)
        assert (done.returncode, done.stderr) == (0, hint), given
        assert done.stdout.startswith(b"0 ")


def test_on_a_terminal_lines_are_broken_between_words_and_whole_where_they_are_piped() -> None:
    for is_terminal in (True, False):
        console = Console(file=io.StringIO(), width=40, force_terminal=is_terminal, color_system=None)
        show_shift(console, shift("a"))
        assert isinstance(console.file, io.StringIO)
        lines = console.file.getvalue().splitlines()
        assert (max(map(len, lines)) <= 40) == is_terminal
        words = " ".join(lines).split()
        assert {"2025-05-21", "opposing", "deployment", "oppose", "brigade”"} <= set(words)
        assert (len(lines) == 3) == (not is_terminal)


def test_commands_name_what_is_wrong() -> None:
    nowhere = {"STANCEWATCH_ELASTICSEARCH": "http://127.0.0.1:1"}
    assert run("search", "x", "--since", "yesterday").returncode == 64
    done = run("shifts", variables=nowhere)
    assert (done.returncode, b"Traceback" in done.stderr) == (5, False)


def test_moments_and_fragments() -> None:
    assert moment("2w", NOON) == NOON - timedelta(days=14)
    assert moment("2025-05-21T14:00:00+02:00", NOON) == NOON
    assert moment("2025-05-21", NOON) == NOON - timedelta(hours=12)
    assert harmless("a\nb\x1b]0;x\x07\u202e\u200bc") == "a b]0;xc"
    piece = fragment("x\n\x1b \x02hit\x03 y")
    assert [piece.text[start:end] for start, end in piece.marks] == ["hit"]


def test_the_new_commands_help_with_examples() -> None:
    for command in (["search"], ["shifts"], ["alerts", "check"], ["alerts", "test"]):
        done = run(*command, "--help")
        assert done.returncode == 0
        assert b"Examples" in done.stdout, command
