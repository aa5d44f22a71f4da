"""What the reader makes of our own labelled text, with floors a little below the figures that were reached.

The sentences are full of traps, the articles full-length. None was trained on. Where the shared labels lie
beside the checkout they are scored as well.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.contracts import raw_articles
from streams.core.pipeline import Reader
from streams.core.shift import moves_nothing
from streams.evaluate import Evaluation, evaluate, read_rows, table
from streams.lexicon import watched_issues
from streams.reader import load_reader
from training.labelled import DOUBTFUL

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


def read(reader: Reader, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    raw = raw_articles()
    articles = [raw.read(orjson.dumps(row), NOW) for row in rows]
    return [orjson.loads(orjson.dumps(event)) for event in reader.read_many(articles, NOW)]


def read_texts(reader: Reader, texts: Iterable[str]) -> list[dict[str, Any]]:
    """Read short items of these texts alone."""
    day = {"source": "Wire", "published_at": "2025-12-01T10:00:00Z", "language": "en"}
    return read(reader, [{"id": str(n), "text": text, **day} for n, text in enumerate(texts)])


def scored(reader: Reader, gold: list[dict[str, Any]], items: list[dict[str, Any]]) -> Evaluation:
    result = evaluate(gold, read(reader, items))
    print(table(result))
    return result


def scored_own(reader: Reader, name: str) -> Evaluation:
    rows = read_rows(DATA / name)
    return scored(reader, rows, rows)


def test_full_length_articles(reader: Reader) -> None:
    result = scored_own(reader, "articles.jsonl")
    assert result.articles >= 30
    assert result.all_topics.f1 >= 0.93
    assert result.lenient.f1 >= 0.71
    assert result.strict.f1 >= 0.7
    assert result.wrong_sign <= 0.06


def test_full_length_articles_of_a_writer_who_knew_nothing_of_ours(reader: Reader) -> None:
    result = scored_own(reader, "press.jsonl")
    assert result.all_topics.f1 >= 0.92
    assert result.lenient.f1 >= 0.79
    assert result.strict.f1 >= 0.77
    assert result.wrong_sign <= 0.06


def test_text_of_a_writer_of_whom_nothing_was_taught(reader: Reader) -> None:
    articles, items = scored_own(reader, "reports.jsonl"), scored_own(reader, "notes.jsonl")
    assert (articles.articles, items.articles) == (26, 90)
    assert articles.all_topics.f1 >= 0.97
    assert items.all_topics.f1 >= 0.96
    assert articles.strict.f1 >= 0.68
    assert items.strict.f1 >= 0.88
    assert articles.wrong_sign <= 0.09
    assert items.wrong_sign <= 0.04


@pytest.mark.parametrize(
    ("name", "articles", "topics", "strict", "wrong_sign"),
    [
        ("undoing.jsonl", 560, 0.92, 0.55, 0.25),  # what undoes an issue, and what is done to it
        ("digest.jsonl", 553, 0.88, 0.69, 0.04),  # in a digest's style, a third without the usual words
    ],
)
def test_short_items_of_writers_of_whom_nothing_was_taught(
    reader: Reader, name: str, articles: int, topics: float, strict: float, wrong_sign: float
) -> None:
    result = scored_own(reader, name)
    assert result.articles == articles
    assert result.all_topics.f1 >= topics
    assert result.strict.f1 >= strict
    assert result.wrong_sign <= wrong_sign


def test_implicit_wordings_carry_a_topic(reader: Reader) -> None:
    texts = {
        "The guns along the river will be silent for ten days, both armies said.": "ceasefire",
        "The rebels will fire no more shots at the convoys until Easter, their commander promised.": "ceasefire",
        "Three ministers from Minsk may no longer enter Norway, which has locked their villas in Oslo.": "sanctions",
        "Canada took two banks in Belarus off the list of those that it had cut off from dollars.": "sanctions",
        "Norway's last contingent in Mali handed over the camp and flew home.": "troop_deployment",
        "Kenya rushed two battalions to the frontier with Somalia.": "troop_deployment",
    }
    found = [{each["topic"] for each in event["topics"]} for event in read_texts(reader, texts)]
    assert found == [{topic} for topic in texts.values()]


def test_what_only_comes_near_an_issue_is_seldom_taken_for_it(reader: Reader) -> None:
    rows = read_rows(DATA / "near.jsonl")
    result = scored(reader, rows, rows)
    assert result.articles == 520
    assert result.all_topics.precision >= 0.91
    assert result.all_topics.f1 >= 0.9


def test_neighbours_do_not_lend_each_other_their_stances(reader: Reader) -> None:
    texts = {
        "Germany sent 800 soldiers to Ukraine. The United States imposed new sanctions on Russia.": {
            ("DEU", "troop_deployment"),
            ("USA", "sanctions"),
        },
        "Kenya held an election. Brazil called for a ceasefire in Gaza.": {("BRA", "ceasefire")},
    }
    found = [
        {(o["actor"]["id"], o["issue"]) for o in event["observations"]} for event in read_texts(reader, texts)
    ]
    assert found == list(texts.values())


PLAIN: dict[str, tuple[str, ...]] = {
    "Norway {} its sanctions on Belarus.|support": (
        "tightened",
        "extended",
        "renewed",
        "widened",
        "will keep",
    ),
    "Norway {} its sanctions on Belarus.|oppose": (
        "relaxed",
        "eased",
        "lifted",
        "has loosened",
        "rolled back",
    ),
    "The United States {} the sanctions waiver for Iraq.|support": (
        "revoked",
        "cancelled",
        "ended",
        "will not renew",
    ),
    "The United States {} a sanctions waiver for Iraq.|oppose": ("issued", "extended", "renewed", "granted"),
    "Chad {} the withdrawal of its troops from Mali.|support": ("halted", "postponed", "cancelled"),
    "Chad {} the withdrawal of its troops from Mali.|oppose": ("began", "completed", "ordered"),
    "Kenya {} Haiti.|support": (
        "sent troops to",
        "will send troops to",
        "kept its troops in",
        "backs a force in",
    ),
    "Kenya {} Haiti.|oppose": (
        "pulled its troops out of",
        "will not send troops to",
        "refused to send soldiers to",
    ),
    "Hamas {}.|support": ("accepted the ceasefire", "agreed to a truce", "called for a ceasefire"),
    "Hamas {}.|oppose": ("rejected the ceasefire", "broke the truce", "ended the truce", "ruled out a truce"),
}


def test_plain_sentences_are_read_the_right_way_round(reader: Reader) -> None:
    told = {
        frame.partition("|")[0].format(verb): frame.partition("|")[2]
        for frame, verbs in PLAIN.items()
        for verb in verbs
    }
    found = {
        text: {o["stance"] for o in event["observations"]}
        for text, event in zip(told, read_texts(reader, told), strict=True)
    }
    wrong = {text: stances for text, stances in found.items() if stances - {told[text]}}
    assert not wrong
    assert sum(bool(stances) for stances in found.values()) >= 0.8 * len(told)


def test_a_retreat_at_home_moves_no_series_and_a_guest_thrown_out_does(reader: Reader) -> None:
    texts = {
        "Congo's army withdrew its troops from Kitshanga on Monday after three days of fighting.": True,
        "Niger's government expelled the American soldiers from their base in Agadez.": False,
    }
    raw = raw_articles()
    day = {"source": "Wire", "published_at": "2025-12-01T10:00:00Z", "language": "en"}
    articles = [raw.read(orjson.dumps({"id": text, "text": text, **day}), NOW) for text in texts]
    found = {
        event.text: moves_nothing(each, watched_issues()) is not None
        for event in reader.read_many(articles, NOW)
        for each in event.observations
    }
    assert found == texts


def test_items_about_changes_of_course(reader: Reader) -> None:
    result = scored_own(reader, "shifts.jsonl")
    assert result.shifts.false <= 8  # few are found, and these must be right (docs/decisions/0048)
    assert result.strict.f1 >= 0.72
    assert result.wrong_sign <= 0.15


def test_sentences_full_of_traps(reader: Reader) -> None:
    result = scored_own(reader, "sentences.jsonl")
    assert result.articles >= 250
    assert result.all_topics.f1 >= 0.88
    assert result.lenient.f1 >= 0.71
    assert result.wrong_sign <= 0.08


def test_shared_labels(reader: Reader, shared_data: Path) -> None:
    result = scored(
        reader, read_rows(shared_data / "labels_dev.jsonl"), read_rows(shared_data / "items_dev.jsonl")
    )
    assert result.all_topics.f1 >= 0.945
    assert result.strict.f1 >= 0.79
    assert result.strict.precision >= 0.84
    assert result.wrong_sign <= 0.02


def test_no_doubtful_item_is_learned_twice() -> None:
    learned = [row["id"] for row in read_rows(DOUBTFUL)]
    assert len(set(learned)) == len(learned)


def test_no_item_is_learned_from_and_scored(shared_data: Path) -> None:
    learned = [row["id"] for row in read_rows(DOUBTFUL)]
    learned += [row["id"] for row in read_rows(shared_data / "labels_train.jsonl")]
    assert len(set(learned)) == len(learned)
    assert not set(learned) & {row["id"] for row in read_rows(shared_data / "labels_dev.jsonl")}


def test_the_seed_article(reader: Reader, shared_data: Path) -> None:
    (event,) = read(reader, [orjson.loads((shared_data / "seed-article.json").read_bytes())])
    told = {(o["actor"]["id"], o["issue"], o["context"], o["stance"]) for o in event["observations"]}
    assert {each["topic"] for each in event["topics"]} == {"ceasefire", "sanctions", "troop_deployment"}
    assert told == {
        ("RUS", "ceasefire", "UKR", "oppose"),
        ("GBR", "troop_deployment", "UKR", "support"),
        ("FRA", "troop_deployment", "UKR", "support"),
        ("EU", "sanctions", "RUS", "support"),
    }
    assert {(r["actor"]["id"], r["issue"], r["before"], r["after"]) for r in event["reported_shifts"]} == {
        ("COALITION_WILLING", "troop_deployment", "support", "oppose"),
        ("EU", "troop_deployment", "support", "oppose"),  # of whose officials it is said
    }


def test_what_will_be_done_is_decided_and_what_is_done_is_a_deed(reader: Reader) -> None:
    said = {
        "Germany will send 3,000 soldiers to Ukraine, Friedrich Merz said.": "decision",
        "Kenya sends soldiers to Haiti.": "deed",
        "Thailand and Cambodia signed a ceasefire agreement on Saturday.": "deed",
        "Thailand called for the signing of a ceasefire agreement with Cambodia.": "statement",
    }
    read_as = [{o["strength"] for o in event["observations"]} for event in read_texts(reader, said)]
    assert read_as == [{strength} for strength in said.values()]
