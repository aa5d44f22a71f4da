from typing import Any

from streams.evaluate import evaluate, figures, table


def observation(
    actor: str, stance: str, context: str | None = "UKR", issue: str = "ceasefire"
) -> dict[str, Any]:
    return {"actor": actor, "issue": issue, "context": context, "stance": stance}


GOLD: list[dict[str, Any]] = [
    {
        "id": "a",
        "topics": ["ceasefire"],
        "observations": [observation("RUS", "oppose"), observation("FRA", "support")],
    },
    {"id": "b", "topics": ["ceasefire"], "observations": [observation("USA", "support", None)]},
    {"id": "c", "topics": [], "observations": []},
]
PRED: list[dict[str, Any]] = [
    {
        "article_id": "a",
        "topics": [{"topic": "ceasefire", "score": 0.9}],
        "observations": [observation("RUS", "support"), observation("FRA", "support", "MLI")],
    },
    {"article_id": "b", "topics": [], "observations": [observation("USA", "support", "PSE")]},
    {
        "article_id": "c",
        "topics": ["sanctions"],
        "observations": [observation("CHN", "oppose", issue="sanctions")],
    },
]


def test_an_open_context_takes_any_and_a_wrong_one_counts_only_where_contexts_do() -> None:
    result = evaluate(GOLD, PRED)
    assert (result.strict.hits, result.strict.false, result.strict.missed) == (1, 3, 2)
    assert (result.lenient.hits, result.lenient.false, result.lenient.missed) == (2, 2, 1)
    assert (result.wrong, result.pairs) == (1, 3)
    assert result.confusion == {("oppose", "support"): 1, ("support", "support"): 2, ("none", "oppose"): 1}


def test_a_reported_shift_counts_by_its_actor_issue_and_new_stance() -> None:
    turn = {"actor": "DEU", "issue": "ceasefire"}
    gold = [
        {"id": "a", "topics": [], "observations": [], "reported_shift": [{**turn, "to": "support"}]},
        {"id": "b", "topics": [], "observations": [], "reported_shift": [{**turn, "to": "support"}]},
    ]
    pred = [
        {"id": "a", "reported_shifts": [{**turn, "after": "support"}]},
        {"id": "b", "reported_shifts": [{**turn, "after": "oppose"}]},
    ]
    result = evaluate(gold, pred)
    assert (result.shifts.hits, result.shifts.false, result.shifts.missed) == (1, 1, 1)
    assert figures(result)["reported_shifts"]["f1"] == 0.5
    assert "reported shifts" in table(result)


def test_labels_that_say_nothing_of_reported_shifts_count_none_as_false() -> None:
    event = {"id": "a", "reported_shifts": [{"actor": "DEU", "issue": "ceasefire", "after": "support"}]}
    for silent in ({}, {"reported_shift": None}):
        result = evaluate([{"id": "a", "topics": [], "observations": [], **silent}], [event])
        assert result.shifts.false == 0
        assert "reported shifts" not in table(result)


def test_articles_without_a_reading_count_as_empty() -> None:
    result = evaluate(GOLD, [])
    assert result.all_topics.missed == 2
    assert result.strict.recall == 0.0


def test_a_person_and_a_machine_are_told_the_same() -> None:
    result = evaluate(GOLD, PRED)
    assert "wrong sign: 1 of 3" in table(result)
    assert figures(result)["lenient"]["f1"] == round(result.lenient.f1, 3)
