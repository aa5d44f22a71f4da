"""Short items put behind each other, so that what one sentence says is not laid to the actors of the next."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise

from streams.core.prepare import Lexicon, prepare
from training.labelled import Labelled

_SHORT = 350


def joined(rows: Iterable[Labelled], lexicon: Lexicon, count: int) -> list[Labelled]:
    """Give so many pairs of items about other actors, each pair as one item without a headline.

    Each half names all that its labels speak of, and nothing in it is heard otherwise beside the other half: else the pair
    would teach what it is meant to mend. Neighbours in time are joined, since who holds an office depends on the day.
    """
    halves = [row for row in map(_bare, rows) if _is_fit(row, lexicon)]
    halves.sort(key=lambda row: (row.article.published_at, row.article.article_id))
    pairs = [pair for pair in pairwise(halves) if not _actors(pair[0]) & _actors(pair[1])]
    random.Random(0).shuffle(pairs)
    return list(islice(_joints(pairs, lexicon), count))


def _bare(row: Labelled) -> Labelled:
    return replace(row, article=replace(row.article, title=""))


def _is_fit(row: Labelled, lexicon: Lexicon) -> bool:
    if row.group != "natural" or not row.observations or len(row.article.text) > _SHORT:
        return False
    names = set(_heard(row, lexicon))
    return all({each["actor"], each["issue"]} <= names for each in row.observations)


def _joints(pairs: Iterable[tuple[Labelled, Labelled]], lexicon: Lexicon) -> Iterator[Labelled]:
    for first, second in pairs:
        both = _joint(first, second)
        if _heard(both, lexicon) == _heard(first, lexicon) + _heard(second, lexicon):
            yield both


def _heard(row: Labelled, lexicon: Lexicon) -> list[str]:
    """Give the actors and issues that the lexicon finds, in the order of the text."""
    draft = prepare(row.article, lexicon)
    issues = [(each.start, each.issue) for found in draft.issues.values() for each in found]
    actors = [(each.start, each.actor.id) for each in draft.mentions if each.is_actor]
    return [name for _, name in sorted([*issues, *actors])]


def _actors(row: Labelled) -> set[str]:
    return {each["actor"] for each in row.observations}


def _joint(first: Labelled, second: Labelled) -> Labelled:
    article = replace(
        second.article,
        article_id=f"{first.article.article_id}+{second.article.article_id}",
        text=f"{first.article.text} {second.article.text}",
    )
    return Labelled(
        article,
        first.topics | second.topics,
        (*first.observations, *second.observations),
        (*first.shifts, *second.shifts),
        "natural",
    )
