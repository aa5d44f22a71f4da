"""Which country a stance of an article is about."""

from dataclasses import replace

import numpy as np

from streams.core.draft import Draft
from streams.core.learned import Linear
from streams.core.network import Held
from streams.core.prepare import Lexicon
from streams.core.stance import Verdict
from streams.core.whereabouts import Whereabouts
from tests.unit.drafts import drafted

TEXT = (
    "Norway urged a ceasefire in Sudan. Spain urged a ceasefire, too. " + "Nobody answered for hours. " * 80
)
NOTHING = Linear([], np.zeros(0, np.float32), 0.0)


def stance(work: Draft, actor: str, weights: dict[str | None, float]) -> Verdict:
    """A stance that the network alone has seen."""
    mention = next(each for each in work.mentions if each.actor.id == actor)
    issue = next(each for found in work.issues.values() for each in found)
    held = Held(mention, issue, (0.9, 0.0, 0.0), lambda: weights, "statement", "asserted")
    return Verdict(mention, issue, 0, "support", 0.9, seen=((0.9, held),))


def test_in_a_full_length_article_the_other_stances_on_the_issue_count(lexicon: Lexicon) -> None:
    work = drafted(lexicon, TEXT)
    sure, unsure = (
        stance(work, "NOR", {"SDN": 0.9, "ESP": 0.1}),
        stance(work, "ESP", {"SDN": 0.4, "NOR": 0.6}),
    )
    assert Whereabouts(work, [unsure], lexicon, NOTHING, 0.6).of(unsure) == "NOR"
    assert Whereabouts(work, [sure, unsure], lexicon, NOTHING, 0.6).of(unsure) == "SDN"


def test_a_fellow_of_no_country_at_all_tells_nothing(lexicon: Lexicon) -> None:
    work = drafted(lexicon, TEXT)
    nowhere, told = stance(work, "NOR", {None: 1.0, "SDN": 0.0}), stance(work, "ESP", {"SDN": 1.0})
    assert Whereabouts(work, [nowhere, told], lexicon, NOTHING, 0.6).of(told) == "SDN"


def test_a_state_that_imposes_sanctions_lays_them_on_somebody_else(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Norway imposed sanctions on a Norwegian shipping line that serves Sudan.")
    told = replace(stance(work, "NOR", {"NOR": 0.8, "SDN": 0.2}), strength="deed")
    assert Whereabouts(work, [told], lexicon, NOTHING, 0.6).of(told) == "SDN"
    against = replace(told, stance="oppose")
    assert Whereabouts(work, [against], lexicon, NOTHING, 0.6).of(against) == "NOR"


def test_who_welcomes_sanctions_may_mean_rebels_at_home(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Sudan welcomed the American sanctions on the commanders in Darfur.")
    told = stance(work, "SDN", {"SDN": 0.8, "USA": 0.2})
    assert Whereabouts(work, [told], lexicon, NOTHING, 0.6).of(told) == "SDN"
