import pytest

from streams.core.issues import Issues, build_issue

ISSUE = {
    "id": "truce",
    "context": "fighting",
    "terms": [
        {"id": "truce", "sign": 1, "pattern": "truces?"},
        {
            "id": "resume",
            "sign": -1,
            "weak": "true",
            "act": "true",
            "pattern": "(?P<a>resum\\w+) {few}fighting",
        },
    ],
    "words": {"few": "(?:\\w+ )?"},
    "echoes": [{"id": "deal", "sign": 1, "pattern": "the (?P<a>deal)"}],
    "not": ["trade truce"],
}


def test_mentions_carry_their_place_and_the_word_that_grammar_is_read_from() -> None:
    text = "They resumed the fighting. A truce is near."
    found = Issues([build_issue(ISSUE)]).find(text, [(0, 26), (27, 43)])
    assert {
        i: [(m.term.id, text[m.start : m.end], text[m.anchor :][:5]) for m in each]
        for i, each in found.items()
    } == {
        0: [("resume", "resumed the fighting", "resum")],
        1: [("truce", "truce", "truce")],
    }


def test_a_sense_that_is_not_the_issue_is_no_mention() -> None:
    assert Issues([build_issue(ISSUE)]).find("A trade truce is near.", [(0, 22)]) == {}


def test_echoes_are_heard_only_of_the_issues_asked_for() -> None:
    issues = Issues([build_issue(ISSUE)])
    assert issues.echoes("They took the deal.", [(0, 19)], {"truce"})
    assert not issues.echoes("They took the deal.", [(0, 19)], set())


def test_an_unknown_way_to_find_contexts_is_refused() -> None:
    with pytest.raises(ValueError, match="context of issue truce"):
        build_issue(ISSUE | {"context": "somewhere"})
