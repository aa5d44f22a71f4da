import pytest

from streams.core.letters import anchor_stems, needed_parts, openings


@pytest.mark.parametrize(
    ("pattern", "stems"),
    [
        ("cease-?\\s?fires?", ("cease",)),
        ("(?P<a>pauses?|halt\\w*) in", ("pause", "halt")),
        ("(?:re)?deploys?", ("re", "deploy")),
        ("\\w+ing", ()),
        ("(?P<a>pause) talks|armistice", ("pause", "armistice")),
        ("truce \\(signed|armistice[)]", ("truce ", "armistice")),
        ("x (?P<a>truce[)]|deal) talks", ("truce", "deal")),
        ("(?P<a>pause)? talks", ()),
        ("front-?(?P<a>line)", ()),
        ("(?:un)?(?P<a>freez\\w+) assets", ()),
        ("(?:the (?P<a>pause)|no) talks", ()),
    ],
)
def test_the_letters_that_an_anchor_begins_with_are_read_off_its_pattern(
    pattern: str, stems: tuple[str, ...]
) -> None:
    assert anchor_stems(pattern) == stems


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        (
            "(?P<a>pauses?|halts?) {gap}in (?:the )?(?:re)?fighting",
            [{"pause", "halt"}, {"in "}, {"fighting"}],
        ),
        ("(?:the|\\w+) guns? (?:fall|(?:must )?stay) silent", [{"gun"}, {"fall", "stay"}, {"silent"}]),
        ("(?!peace)[a-z]+ (?:talks|treaty)?", []),
        ("truce [^.]{0,60}\\b(?:2015|holds)", [{"truce "}, {"2015", "holds"}]),
        ("truce|armistice", [{"truce", "armistice"}]),
        ("a (?:long )?pause|the (?:\\w+) truce", [{"pause", "truce"}]),
        ("truce|\\w+", []),
        ("truce|[^\\]abcd]+", []),
        ("[^]ab]+ truce|[]]lull", [{"truce", "lull"}]),
    ],
)
def test_the_letters_that_a_pattern_needs_are_read_off_it(pattern: str, parts: list[set[str]]) -> None:
    assert needed_parts(pattern.replace("{gap}", "(?:(?:[\\w-]+\\s+){0,4}?)")) == tuple(map(frozenset, parts))


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("(?:humanitarian )?(?P<a>pauses?|truce) talks", ("humanitarian ", "pause", "truce")),
        ("2015 deal|re-?(?:armed|equipped)", ("2015 deal", "re")),
        ("(?:the|\\w+) truce", ()),
        ("(?<!no )truce", ()),
        ("(?:a|the) truce", ()),
    ],
)
def test_the_letters_that_a_match_begins_with_are_read_off_its_pattern(
    pattern: str, letters: tuple[str, ...]
) -> None:
    assert openings(pattern) == letters
