"""Short items that are taught as one."""

from datetime import UTC, datetime, timedelta

from streams.core.model import RawArticle
from streams.core.prepare import Lexicon
from training.joined import joined
from training.labelled import Labelled


def item(number: int, actor: str, text: str, issue: str = "ceasefire", group: str = "natural") -> Labelled:
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)
    article = RawArticle(f"a{number}", "Wire", "Title", text, at, language="en")
    told = {"actor": actor, "issue": issue, "context": None, "stance": "support", "evidence": text}
    return Labelled(article, frozenset({issue}), (told,), (), group)


NORWAY = item(3, "NOR", "Norway urged a ceasefire.")
KENYA = item(1, "KEN", "Kenya imposed sanctions on Mali.", "sanctions")
KENYA_AGAIN = item(2, "KEN", "Kenya welcomed the truce.")


def test_items_of_other_actors_are_put_behind_each_other_with_all_that_is_told_of_them(
    lexicon: Lexicon,
) -> None:
    (only,) = joined([NORWAY, KENYA, KENYA_AGAIN], lexicon, 9)
    assert only.article.text == "Kenya welcomed the truce. Norway urged a ceasefire."
    assert only.article.title == ""
    assert only.topics == {"ceasefire"}
    assert [each["actor"] for each in only.observations] == ["KEN", "NOR"]
    assert all(each["evidence"] in only.article.text for each in only.observations)


def test_an_item_is_left_out_that_does_not_name_what_its_labels_speak_of(lexicon: Lexicon) -> None:
    unheard = item(4, "ESP", "Spain wants the matter to rest.")
    assert joined([NORWAY, unheard], lexicon, 9) == []


def test_a_pair_is_left_out_in_which_a_word_is_heard_otherwise(lexicon: Lexicon) -> None:
    pronoun = item(4, "ESP", "Spain backed the truce, and so did it the government.")
    follows = item(5, "BRA", "The government said so. Brazil urged a ceasefire.")
    assert joined([pronoun, follows], lexicon, 9) == []


def test_traps_are_not_joined(lexicon: Lexicon) -> None:
    assert joined([NORWAY, item(4, "ESP", "Spain backed the truce.", group="traps")], lexicon, 9) == []


def test_the_same_items_are_joined_every_time(lexicon: Lexicon) -> None:
    names = {"NOR": "Norway", "KEN": "Kenya", "ESP": "Spain", "BRA": "Brazil", "MLI": "Mali", "EGY": "Egypt"}
    rows = [item(n, id_, f"{name} urged a ceasefire.") for n, (id_, name) in enumerate(names.items())]
    found = joined(rows, lexicon, 3)
    assert len(found) == 3
    assert joined(reversed(rows), lexicon, 3) == found
