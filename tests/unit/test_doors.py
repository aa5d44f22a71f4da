"""The batch doors: each kind of file, packed or not, whole or broken."""

import gzip
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from backports import zstd
from pyarrow import parquet
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from streams.contracts import raw_articles
from streams.core.errors import Rejected
from streams.doors import lines as lines_door
from streams.doors.fields import Fields, pairs
from streams.doors.files import Doors, inputs, kind_of, records
from streams.doors.journal import Journal
from streams.doors.parquet import NeedsExtra
from streams.doors.record import Record
from tests.unit.test_feed_fulltext import BODY, HEADS, PARAGRAPHS, page

PLAIN = Doors(Fields())


def read(path: Path, doors: Doors = PLAIN, skip: int = 0) -> list[Record]:
    return list(records(path, doors, skip))


def good(found: list[Record]) -> list[dict[str, Any]]:
    return [orjson.loads(record.value) for record in found if record.value is not None]


def faults(found: list[Record]) -> list[tuple[int, str]]:
    return [(record.number, record.fault.code) for record in found if record.fault is not None]


def test_lines_go_as_they_stand_and_blank_ones_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"a":  1}\n\n  not json\r\n{"b": 2}')
    found = read(file)
    assert [(r.number, r.value) for r in found] == [(1, b'{"a":  1}'), (3, b"not json"), (4, b'{"b": 2}')]
    assert sum(record.size for record in found) == file.stat().st_size
    assert [record.number for record in read(file, skip=3)] == [4]


def test_a_line_without_end_is_never_held_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_door, "LONGEST_LINE", 1000)
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"a": 1}\n' + b"x" * 5_000_000 + b'\n{"b": 2}\n' + b"y" * 1001)
    found = read(file)
    assert faults(found) == [(2, "too_large"), (4, "too_large")]
    assert good(found) == [{"a": 1}, {"b": 2}]


def test_columns_become_fields() -> None:
    fields = Fields({"text": "body", "source": "outlet.name", "url": "web url"}, {"language": "en"})
    row = {
        "body": "Words.",
        "outlet": {"name": "Wire"},
        "web url": "https://a.example/",
        "extra": "",
        "id": None,
        "desk": "x",
    }
    assert orjson.loads(fields.article(row)) == {
        "text": "Words.", "source": "Wire", "url": "https://a.example/", "language": "en", "outlet": {"name": "Wire"},
        "desk": "x",
    }  # fmt: skip
    assert orjson.loads(fields.mapped(b'{"body": "B"}')) == {"text": "B", "language": "en"}
    assert fields.mapped(b"[1]") == b"[1]"
    assert fields.mapped(b"nonsense") == b"nonsense"
    assert orjson.loads(Fields({"source": "outlet.name.deep"}).article({"outlet": {"name": "x"}}))["outlet"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"body": "B.", "source": "Wire", "a": %s}' % (b"[" * 300 + b"]" * 300), "too_deep"),
        (b'{"body": %s}' % (b"[" * 300 + b"]" * 300), "too_deep"),
        (b'{"body": %s}' % (b"[" * 2000 + b"]" * 2000), "bad_json"),
        (b'["body"]', "not_an_object"),
    ],
)
def test_a_line_that_cannot_be_mapped_is_left_to_the_reader_who_rejects_it(
    tmp_path: Path, line: bytes, code: str
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(line + b'\n{"body": "Words."}')
    bad, sound = read(file, Doors(Fields({"text": "body"})))
    assert (bad.value, sound.value) == (line, b'{"text":"Words."}')
    with pytest.raises(Rejected, match=code):
        raw_articles().read(bad.value, datetime(2025, 11, 25, tzinfo=UTC))


def test_pairs_are_told_apart_from_mistakes() -> None:
    assert pairs(["text=body", " a = b=c "], "--map") == {"text": "body", "a": "b=c"}
    for wrong in (["text"], ["=x"], ["text="], ["text=a", "text=b"]):
        with pytest.raises(ValueError, match="--map"):
            pairs(wrong, "--map")


@pytest.mark.parametrize(("name", "sign"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "|"), ("a.tsv", "\t")])
def test_csv_by_its_heading(tmp_path: Path, name: str, sign: str) -> None:
    file = tmp_path / name
    rows = [
        ["date", "body", "note"],
        ["2025-11-24", '"He said ""no"",\nand left."', ""],
        ["2025-11-25", "Zwölf.", "x"],
    ]
    file.write_bytes(("\ufeff" + "\r\n".join(sign.join(row) for row in rows) + "\r\n\r\n").encode())
    found = read(file, Doors(Fields({"text": "body", "published_at": "date"}, {"source": "Wire"})))
    assert good(found) == [
        {"text": 'He said "no",\nand left.', "published_at": "2025-11-24", "source": "Wire"},
        {"text": "Zwölf.", "published_at": "2025-11-25", "source": "Wire", "note": "x"},
    ]
    assert [record.number for record in found] == [2, 3]


def test_a_row_of_another_length_is_a_fault_and_the_rest_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    found = read(file)
    assert faults(found) == [(3, "bad_csv"), (4, "bad_csv")]
    assert good(found) == [{"a": "1", "b": "2"}, {"a": "7", "b": "8"}]
    assert good(read(file, skip=3)) == [{"a": "7", "b": "8"}]


@pytest.mark.parametrize("body", [b"a,b\n1,2\n\xff\xfe,3\n", b'a,b\n1,2\n"open,3\n4,5\n'])
def test_csv_that_cannot_be_read_on_says_where(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(body)
    found = read(file)
    assert good(found)[:1] == [{"a": "1", "b": "2"}]
    assert faults(found) == [(3, "bad_csv")]


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    for name in ("a.csv", "a.jsonl", "a.jsonl.gz"):
        (tmp_path / name).write_bytes(b"")
        assert read(tmp_path / name) == []


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstd.compress}


@pytest.mark.parametrize("packer", PACKERS)
def test_packed_input_is_known_by_its_first_bytes(tmp_path: Path, packer: str) -> None:
    pack = PACKERS[packer]
    lines = [b'{"n": %d}\n' % n for n in range(3000)]
    for name in (f"a.jsonl.{packer}", "misnamed.jsonl"):
        (tmp_path / name).write_bytes(pack(b"".join(lines[:2000])) + pack(b"".join(lines[2000:])))
        assert [each["n"] for each in good(read(tmp_path / name))] == list(range(3000))
        assert [each["n"] for each in good(read(tmp_path / name, skip=2990))] == list(range(2990, 3000))


@pytest.mark.parametrize("packer", PACKERS)
def test_packed_input_that_is_cut_short_is_told(tmp_path: Path, packer: str) -> None:
    file = tmp_path / f"a.jsonl.{packer}"
    file.write_bytes(PACKERS[packer](b"".join(b'{"n": %d}\n' % n for n in range(50_000)))[:-20])
    found = read(file)
    assert faults(found)[-1][1] == "bad_input"
    file.write_bytes(PACKERS[packer](b'{"n": 1}\n') + b"trailing rubbish")
    assert faults(read(file))[-1][1] == "bad_input"


def test_parquet_with_every_common_type(tmp_path: Path) -> None:
    at = datetime(2025, 11, 24, 10, 0, 0, 123456, tzinfo=UTC)
    table = pa.table(
        {
            "body": [f"Text {n}." for n in range(1200)],
            "when": pa.array([at] * 1200, pa.timestamp("ns", tz="UTC")),
            "local": pa.array([at.replace(tzinfo=None)] * 1200, pa.timestamp("ms")),
            "day": [date(2025, 11, 24)] * 1200,
            "price": [Decimal("1.50")] * 1200,
            "took": [timedelta(minutes=3)] * 1200,
            "raw": [b"bytes"] * 1200,
            "score": [float("nan"), *[0.5] * 1199],
            "nothing": pa.nulls(1200),
            "outlet": [{"name": "Wire", "tags": ["a"]}] * 1200,
        }
    )
    file = tmp_path / "a.parquet"
    parquet.write_table(table, file, row_group_size=500)
    doors = Doors(Fields({"text": "body", "published_at": "when", "source": "outlet.name"}))
    found = read(file, doors)
    assert len(found) == 1200
    assert good(found)[0] == {
        "text": "Text 0.", "published_at": "2025-11-24T10:00:00.123456Z", "source": "Wire",
        "local": "2025-11-24T10:00:00.123000Z", "day": "2025-11-24", "price": "1.50", "took": "0:03:00", "raw": "bytes",
        "outlet": {"name": "Wire", "tags": ["a"]}, "score": None,
    }  # fmt: skip
    rest = read(file, doors, skip=1150)
    assert [(rest[0].number, good(rest)[0]["text"]), len(rest)] == [(1151, "Text 1150."), 50]
    file.write_bytes(file.read_bytes()[:-100])
    assert faults(read(file)) == [(1, "bad_parquet")]


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(NeedsExtra, match=r"stancewatch\[parquet\]"):
        read(tmp_path / "a.parquet")


def respond(
    writer: WARCWriter, url: str, body: str | bytes, status: str = "200 OK", kind: str = "text/html"
) -> None:
    head = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
    dated = {"WARC-Date": "2025-11-25T06:00:00Z"}
    payload = io.BytesIO(body.encode() if isinstance(body, str) else body)
    writer.write_record(
        writer.create_warc_record(url, "response", payload, http_headers=head, warc_headers_dict=dated)
    )


def warc(pack: bool) -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=pack)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    respond(writer, "https://www.northwind.example/1", page(BODY, HEADS["open graph"]))
    respond(writer, "https://www.northwind.example/logo.png", "png", kind="image/png")
    respond(writer, "https://www.northwind.example/gone", page(BODY), status="404 Not Found")
    respond(writer, "https://www.northwind.example/", page(""))
    respond(writer, "https://www.northwind.example/2", page(BODY))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.zst"])
def test_a_warc_file_gives_the_pages_that_have_an_article(tmp_path: Path, name: str) -> None:
    body = warc(pack=name.endswith(".gz"))
    (tmp_path / name).write_bytes(zstd.compress(body) if name.endswith(".zst") else body)
    found = read(tmp_path / name)
    assert len(found) == 6
    assert sum(record.value is None and record.fault is None for record in found) == 4
    first, second = good(found)
    assert first == {
        "url": "https://www.northwind.example/1", "source": "Northwind Wire", "title": "Brigade for Ukraine",
        "text": "\n".join(PARAGRAPHS), "published_at": "2025-11-24T08:30:00Z", "language": "en", "author": "Ada Marsh",
        "fetched_at": "2025-11-25T06:00:00Z",
    }  # fmt: skip
    assert (second["source"], second["published_at"]) == ("northwind.example", "2025-11-25T06:00:00Z")
    assert [record.number for record in read(tmp_path / name, skip=5)] == [6]


def test_a_page_whose_charset_cannot_be_does_not_end_the_warc_file(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False)
    body = page(f"<p>S\u00e9bastien.</p>{BODY}").encode("cp1252")
    respond(writer, "https://www.northwind.example/1", body, kind="text/html; charset=undefined")
    respond(writer, "https://www.northwind.example/2", page(BODY))
    (tmp_path / "a.warc").write_bytes(buffer.getvalue())
    found = read(tmp_path / "a.warc")
    assert [each["url"][-1] for each in good(found)] == ["1", "2"]
    assert faults(found) == []


def test_what_is_no_warc_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"this is no archive\n" * 20)
    (tmp_path / "b.warc.gz").write_bytes(warc(pack=True)[:-40])
    for name in ("a.warc", "b.warc.gz"):
        assert faults(read(tmp_path / name))[-1][1] in {"bad_warc", "bad_input"}, name


def test_a_folder_gives_its_files_in_order_and_nothing_hidden(tmp_path: Path) -> None:
    for name in (
        "b.csv",
        "a.jsonl.gz",
        "sub/c.parquet",
        ".hidden.jsonl",
        ".git/x.jsonl",
        "notes.txt",
        "d.WARC.gz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in inputs(tmp_path)]
    assert found == ["a.jsonl.gz", "b.csv", "d.WARC.gz", "sub/c.parquet"]
    assert kind_of(Path("archive.gz")) is None


def test_the_journal_holds_while_the_file_is_the_same(tmp_path: Path) -> None:
    file, folder, now = tmp_path / "a.jsonl", tmp_path / "state", 0.0
    file.write_bytes(b"{}\n" * 10)
    journal = Journal(folder, "input", clock=lambda: now)
    assert journal.is_fresh
    journal.note(file, 3)
    assert Journal(folder, "input").is_fresh, "not written at every record"
    now = 1.5
    journal.note(file, 5)
    again = Journal(folder, "input")
    assert (again.is_fresh, again.records(file)) == (False, 5)
    assert Journal(folder, "another").is_fresh
    file.write_bytes(b"{}\n" * 11)
    assert again.records(file) == 0
    again.forget()
    assert Journal(folder, "input").is_fresh
    journal.write()
    next(folder.iterdir()).write_text("rubbish")
    assert Journal(folder, "input").is_fresh
    assert not Journal(Path("/proc/nowhere"), "input").can_write()
