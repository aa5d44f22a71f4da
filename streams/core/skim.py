"""A first glance at a full-length article: which of its windows may hold a stance at all. Looking and parsing are dear."""

from collections.abc import Iterator, Sequence

from streams.core.draft import Draft
from streams.core.issues import IssueMention
from streams.core.learned import Linear
from streams.core.mentions import Mention
from streams.core.text import stem, words
from streams.core.windows import Window

FAINT = 0.42
AT_LEAST = 3


def telling(draft: Draft, cut: Sequence[Window], model: Linear) -> list[Window]:
    """Keep the windows of an article that may hold a stance by their words alone, the likeliest first, and at least three.

    Short items are one window, which is always kept. ``docs/decisions/0057`` has what is spared and what is lost.
    """
    if not draft.is_long:
        return list(cut)
    hopes = [model(skim_features(draft, each)) for each in cut]
    likeliest = sorted(range(len(cut)), key=lambda i: (-hopes[i], i))
    return [cut[i] for rank, i in enumerate(likeliest) if hopes[i] >= FAINT or rank < AT_LEAST]


def skim_features(draft: Draft, window: Window) -> list[str]:
    """Give the facts on which a window is judged: its words, and how issues and actors stand in it.

    Not where it stands in the article: that would spare windows as well as these facts do, and miss what is told at the end.
    """
    sentences = range(window.first, window.last + 1)
    issues = [each for index in sentences for each in draft.issues.get(index, ())]
    actors = [each for index in sentences for each in draft.actors.get(index, ()) if each.is_actor]
    stems = [f"word={stem(word)}" for word in words(draft.body[window.start : window.end])]
    # In the order of the text, since sums depend on their order: a set's is another in each process.
    return list(dict.fromkeys([*stems, *_named(draft, window, issues, actors)]))


def _named(
    draft: Draft, window: Window, issues: Sequence[IssueMention], actors: Sequence[Mention]
) -> Iterator[str]:
    yield f"outright={min(3, sum(not each.term.is_weak for each in issues))}"
    yield f"actors={min(4, len(actors))}"
    if actors and issues:
        yield f"order={actors[0].start < issues[0].start}"
        yield f"at={min(4, (actors[0].start - window.start) // 15)}"
    for each in issues:
        yield f"issue={each.issue}"
        yield f"term={each.issue}.{each.term.id}"
        yield f"share={min(6, draft.share(each.issue))}"
