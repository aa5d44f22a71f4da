"""``stancewatch feeds`` as a person meets it, but for what needs a Kafka."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from streams.cli import build
from tests.publisher import Publisher, entry, rss

TEXT = "France called for an immediate ceasefire in Gaza on Tuesday, its foreign minister said."


@pytest.fixture
def feeds(publisher: Publisher, tmp_path: Path) -> Path:
    publisher.pages |= {"/feed": rss(entry(1, TEXT)), "/feed-2": rss(entry(2, TEXT))}
    file = tmp_path / "feeds.yaml"
    listed = [
        f"  - {{name: {name}, url: '{publisher.url}/{name}', source: Wire}}\n"
        for name in ("feed", "feed-none")
    ]
    file.write_text("allow_hosts: [127.0.0.1]\nhost_delay: 0\nfeeds:\n" + "".join(listed))
    return file


async def run(file: Path, *arguments: str) -> Result:
    variables = {"STANCEWATCH_FEEDS": str(file), "STANCEWATCH_FEEDS_STATE": str(file.parent / "state")}
    return await asyncio.to_thread(
        lambda: CliRunner().invoke(build("feeds"), ["feeds", *arguments], env=variables)
    )


def text_of(path: Path) -> str:
    return path.read_text()


async def test_check_prints_a_table_and_what_is_wrong(feeds: Path) -> None:
    done = await run(feeds, "check")
    assert done.exit_code == 3
    assert "feed       yes, RSS 2.0  1" in done.stdout
    assert "! feed: nothing new for" in done.stdout
    assert "! feed-none: http_404" in done.stdout
    assert "1 of 2 feeds can be read" in done.stdout
    assert "\x1b[" not in done.output


async def test_check_for_programs_and_a_name_that_is_not_there(feeds: Path) -> None:
    done = await run(feeds, "check", "feed", "--json")
    assert done.exit_code == 0
    found = orjson.loads(done.stdout)
    assert (found["items"], found["language"], found["trouble"], found["full_text"]) == (
        1,
        "en",
        None,
        "no address",
    )
    done = await run(feeds, "check", "fed")
    assert (done.exit_code, "it has feed, feed-none" in done.stderr) == (64, True)


async def test_a_dry_run_prints_what_would_be_sent_and_remembers_nothing(feeds: Path) -> None:
    command = [sys.executable, "-m", "streams", "feeds", "run", "--dry-run", "--feeds", str(feeds)]
    variables = {**os.environ, "STANCEWATCH_FEEDS_STATE": str(feeds.parent / "state")}
    done = await asyncio.to_thread(
        lambda: subprocess.run(command, capture_output=True, env=variables, timeout=60, check=False)
    )
    assert done.returncode == 2
    (line,) = done.stdout.splitlines()
    assert orjson.loads(line)["text"] == TEXT
    assert not (feeds.parent / "state").exists()


async def test_import_adds_to_the_list(publisher: Publisher, feeds: Path) -> None:
    opml = feeds.parent / "list.opml"
    opml.write_text(
        f'<opml><body><outline text="Second" xmlUrl="{publisher.url}/feed-2"/>'
        f'<outline text="Known" xmlUrl="{publisher.url}/feed"/></body></opml>'
    )
    before = text_of(feeds)
    done = await run(feeds, "import", str(opml), "--dry-run")
    assert (done.exit_code, "name: second" in done.stdout) == (0, True)
    assert text_of(feeds) == before
    done = await run(feeds, "import", str(opml))
    assert (done.exit_code, "1 feeds added" in done.stderr) == (0, True)
    assert text_of(feeds).startswith(before)
    assert (await run(feeds, "check", "second")).exit_code == 0
    done = await run(feeds, "import", str(opml))
    assert "0 feeds added" in done.stderr
    done = await run(feeds, "import", str(feeds))
    assert (done.exit_code, "no OPML" in done.stderr) == (2, True)
    done = await run(feeds, "import", str(feeds.parent / "none.opml"))
    assert (done.exit_code, "cannot read" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["run", "check", "import"])
async def test_help_has_examples(feeds: Path, command: str) -> None:
    done = await run(feeds, command, "--help")
    assert "Examples" in done.stdout
