"""Which windows of a full-length article are looked at."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.core.learned import Linear
from streams.core.prepare import Lexicon
from streams.core.skim import telling
from streams.core.windows import windows
from tests.unit.drafts import drafted

SENTENCES = [
    f"Norway {verb} the ceasefire in Sudan." for verb in ("praised", "weighed", "cursed", "met", "saw")
]
FILLING = "Nobody answered for hours, and the rain went on. " * 30


def model(**words: float) -> Linear:
    """A model that knows a few words and thinks little of the rest."""
    return Linear([f"word={word}" for word in words], np.array(list(words.values()), np.float32), -5.0)


def kept(lexicon: Lexicon, text: str, judge: Linear) -> list[int]:
    work = drafted(lexicon, text)
    return [each.last for each in telling(work, windows(work, lexicon.issues.all), judge)]


def test_windows_without_a_word_that_speaks_for_a_stance_are_spared(lexicon: Lexicon) -> None:
    text = " ".join([*SENTENCES, FILLING])
    equally_likely = model(prais=9, curs=9, weigh=9, saw=9)
    assert kept(lexicon, text, equally_likely) == [0, 1, 2, 4]


def test_an_article_without_any_such_word_is_looked_at_in_three_places(lexicon: Lexicon) -> None:
    assert len(kept(lexicon, " ".join([*SENTENCES, FILLING]), model())) == 3


def test_a_short_item_is_looked_at_whatever_its_words(lexicon: Lexicon) -> None:
    class Unasked(Linear):
        def __call__(self, features: Sequence[str]) -> float:
            raise AssertionError(f"a short item was judged by {features}")

    assert kept(lexicon, SENTENCES[3], Unasked([], np.zeros(0, np.float32), 0.0)) == [0]


@given(st.lists(st.integers(-9, 9), min_size=5, max_size=5))
def test_what_is_likely_is_kept_and_comes_first(lexicon: Lexicon, hopes: list[int]) -> None:
    names = ("prais", "weigh", "curs", "met", "saw")
    found = kept(lexicon, " ".join([*SENTENCES, FILLING]), model(**dict(zip(names, hopes, strict=True))))
    likely = [hopes[place] for place in found]
    assert likely == sorted(likely, reverse=True)
    assert len(found) >= 3
    assert all(place in found for place, hope in enumerate(hopes) if hope > 5)
