"""The command line as a person meets it: real processes, exit codes, messages."""

import gzip
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson
from backports import zstd

from streams.settings import Settings
from streams.topology import RAW
from tests.support import article, eventually, values

ROOT = Path(__file__).parents[2]


def run(
    *arguments: str, given: bytes = b"", variables: dict[str, str] | None = None, cwd: Path | None = None
) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, **(variables or {})}
    command = [sys.executable, "-m", "streams", *arguments]
    return subprocess.run(
        command, input=given, capture_output=True, env=environment, timeout=120, check=False, cwd=cwd
    )


def begin(*arguments: str, variables: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "streams", *arguments], env={**os.environ, **variables})


def variables_of(settings: Settings) -> dict[str, str]:
    return {
        "STANCEWATCH_KAFKA": settings.kafka,
        "STANCEWATCH_ELASTICSEARCH": settings.elasticsearch,
        "STANCEWATCH_PREFIX": settings.prefix,
        "STANCEWATCH_PARTITIONS": "3",
    }


async def test_publish_goes_on_past_bad_lines_and_reports_them(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_bytes(b"\n".join([article(1, "One."), b"oops", b"", article(2, "Two."), b'{"text": "x"}']))
    done = run("publish", str(file), variables=variables_of(settings))
    assert done.returncode == 2
    assert b"line 2: bad_json" in done.stderr
    assert b"line 5: missing_source" in done.stderr
    assert b"2 articles published, 2 bad lines" in done.stdout
    assert b"\x1b[" not in done.stdout + done.stderr
    assert {value["id"] for value in await values(settings, RAW)} == {"a-1", "a-2"}


async def test_publish_takes_a_folder_of_every_kind(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(article(1, "One.") + b"\n{}\n"))
    (folder / "b.csv").write_text("outlet;body;day\nWire;Two.;2025-05-21\nWire;;2025-05-21\n")
    (folder / "c.jsonl.zst").write_bytes(zstd.compress(article(3, "Three.", outlet="Wire")))
    variables = {**variables_of(settings), "STANCEWATCH_PUBLISH_STATE": str(tmp_path / "state")}
    mapped = ("--map", "source=outlet", "--set", "language=en")
    command = ("publish", str(folder), *mapped, "--map", "text=body", "--map", "published_at=day")
    done = run(*command, "--dry-run", variables=variables)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 5)
    assert await values(settings, RAW) == []
    done = run(*command, variables=variables)
    assert done.returncode == 2
    assert b"a.jsonl.gz: line 2: missing_" in done.stderr
    assert b"b.csv: line 3: " in done.stderr
    assert {value["text"] for value in await values(settings, RAW)} == {"Two."}
    assert not list((tmp_path / "state").iterdir()), "a run that came to its end leaves nothing"
    done = run("publish", str(folder / "c.jsonl.zst"), *mapped, variables=variables)
    assert done.returncode == 0, done.stderr
    found = {value["text"]: value for value in await values(settings, RAW)}
    assert (found["Three."]["source"], found["Three."]["language"]) == ("Wire", "en")
    for wrong in (("--map", "text"), ("--delimiter", "ab"), ("--set", "=x")):
        assert run("publish", str(folder), *wrong, variables=variables).returncode == 64
    done = run("publish", str(tmp_path / "none.csv"), variables=variables)
    assert (done.returncode, b"none.csv: No such file" in done.stderr) == (2, True)


async def test_publish_goes_on_where_it_was_killed(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_bytes(b"\n".join(article(n, "Text.") for n in range(3000)))
    variables = {**variables_of(settings), "STANCEWATCH_PUBLISH_STATE": str(tmp_path / "state")}
    first = begin("publish", str(file), "--rate", "300", variables=variables)

    async def far_enough() -> bool:
        return len(await values(settings, RAW)) >= 900

    await eventually(far_enough, 60)
    first.kill()
    first.wait()
    before = len(await values(settings, RAW))
    assert before < 3000
    done = run("publish", str(file), variables=variables)
    assert done.returncode == 0, done.stderr
    assert b"going on where it was" in done.stderr
    again = int(done.stdout.split()[0])
    assert again < 3000, "it did not begin anew"
    found = Counter(value["id"] for value in await values(settings, RAW))
    assert len(found) == 3000
    assert sum(found.values()) - 3000 <= 700, "what the last second had sent is sent once more"
    done = run("publish", str(file), variables=variables)
    assert done.stdout.startswith(b"3000 articles published")


async def test_publish_can_throttle(settings: Settings) -> None:
    lines = b"\n".join(article(n, "Text.") for n in range(10))
    done = run("publish", "-", "--rate", "1000", given=lines, variables=variables_of(settings))
    assert done.returncode == 0
    assert len(await values(settings, RAW)) == 10


def test_absent_services_are_named_with_the_setting_that_points_at_them() -> None:
    nowhere = {"STANCEWATCH_KAFKA": "127.0.0.1:1", "STANCEWATCH_ELASTICSEARCH": "http://127.0.0.1:1"}
    done = run("setup", variables=nowhere)
    assert done.returncode == 5
    assert b"no Kafka broker answers at 127.0.0.1:1 (STANCEWATCH_KAFKA)" in done.stderr
    assert b"Traceback" not in done.stderr


def test_every_bad_setting_is_listed_at_once() -> None:
    done = run("setup", variables={"STANCEWATCH_PARTITIONS": "none", "STANCEWATCH_BATCH": "0"})
    assert done.returncode == 64
    assert b"STANCEWATCH_PARTITIONS" in done.stderr
    assert b"STANCEWATCH_BATCH" in done.stderr


def test_analyze_takes_one_object_or_lines_and_needs_no_service(tmp_path: Path) -> None:
    one = orjson.dumps(
        orjson.loads(article(1, "France called for a ceasefire in Gaza.")), option=orjson.OPT_INDENT_2
    )
    done = run("analyze", "-", given=one)
    assert done.returncode == 0, done.stderr
    (event,) = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [(o["actor"]["id"], o["issue"], o["stance"]) for o in event["observations"]] == [
        ("FRA", "ceasefire", "support")
    ]
    done = run("analyze", "-", given=b"broken\n" + article(2, "Nothing of note happened."))
    assert done.returncode == 2
    assert b"line 1: bad_json" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_the_article_that_the_readme_explains_is_read_as_it_says() -> None:
    written = re.search(r"^    (\{.*?\})$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert written
    done = run("analyze", "-", given=written[1].encode())
    assert done.returncode == 0, done.stderr
    (event,) = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [
        (f"{o['actor']['id']}|{o['issue']}", o["stance"], o["strength"]) for o in event["observations"]
    ] == [("DEU|troop_deployment", "support", "decision")]
