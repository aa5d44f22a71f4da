"""Who tells of what an actor holds."""

import pytest

from streams.core.attribution import may_be_attributed
from streams.core.prepare import Lexicon
from tests.unit.drafts import drafted


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("Qatar said Hamas accepted the truce.", True),
        ("Hamas accepted the truce, said the foreign minister of Qatar.", True),
        ("According to Qatar, Hamas accepted the truce.", True),
        (
            "Qatar, which hosts 2.7 million people and, in turns, each of the parties, said Hamas accepted the truce.",
            True,
        ),
        (
            "Hamas had accepted the truce, according, however, to mediators of Qatar.",
            True,
        ),
        ("Qatar's envoy to Hamas claimed Hamas accepted the truce.", True),
        ("Qatar, which hosts leaders of Hamas, said Hamas accepted the truce.", True),
        ("Hamas accepted the truce, Qatar's premier, who met Hamas leaders, announced.", True),
        ("With Qatar saying Hamas rejected the truce, talks stalled.", True),
        ("Hamas, according at least to Qatar, accepted the truce.", True),
        ("Hamas met envoys of Qatar, and Hamas also said that it accepted the truce.", False),
        ("Hamas said that it accepted what Qatar had proposed.", False),
        ("Hamas accepted the truce, it said.", False),
        ("Hamas accepted the truce after Qatar was told of it.", False),
        ("Hamas accepted the truce, saying it would help Qatar.", False),
        ("Hamas said that Qatar had left.", False),
        ("Qatar and Hamas met.", False),
    ],
)
def test_only_where_another_may_tell_of_an_actor_is_a_tree_asked_for(
    lexicon: Lexicon, text: str, may_be: bool
) -> None:
    work = drafted(lexicon, f"A ceasefire is near. {text}")
    hamas = next(each for each in work.mentions if each.actor.id == "HAMAS" and each.kind != "pronoun")
    assert may_be_attributed(work, 1, hamas) is may_be
