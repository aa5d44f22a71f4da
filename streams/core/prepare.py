"""The first half of reading: which issues and actors an article speaks of, and where. Nothing is judged yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from streams.core import grammar, language
from streams.core.actors import Catalogue, resolve
from streams.core.cues import Cues
from streams.core.draft import Draft, draft
from streams.core.issues import Issues
from streams.core.model import RawArticle


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All data that reading depends on, under one version."""

    catalogue: Catalogue
    issues: Issues
    cues: Cues
    version: str


def prepare(article: RawArticle, lexicon: Lexicon) -> Draft:
    """Find issues and actors, as far as the article speaks of any issue in a language that is read."""
    work = draft(article, language.detect(article.text, article.language))
    if not language.is_read(work.language):
        return work
    work.issues = lexicon.issues.find(work.body, work.sentences)
    if work.issues:
        _add_echoes(work, lexicon.issues)
        work.doubts = lexicon.issues.doubts(work.body, work.issues)
        mentions = lexicon.catalogue.find(work.body, article.published_at.date())
        extra = resolve(mentions, work.body, work.sentences)
        work.mentions = tuple(sorted((*mentions, *extra), key=lambda each: each.start))
        _sort_in(work)
    return work


def add_grammar(wanted: Iterable[tuple[Draft, int]]) -> None:
    """Parse sentences of articles, all of them together, which is what makes it fast."""
    places = list(wanted)
    trees = grammar.parse([work.sentence_text(index) for work, index in places])
    for (work, index), tree in zip(places, trees, strict=True):
        work.trees[index] = tree


def _add_echoes(work: Draft, issues: Issues) -> None:
    """Where the article names an issue outright, hear its echoes in the sentences that do not (the package, it)."""
    strong = {each.issue for found in work.issues.values() for each in found if not each.term.is_weak}
    for index, found in issues.echoes(work.body, work.sentences, strong).items() if strong else ():
        known = {each.issue for each in work.issues.get(index, ())}
        if new := [each for each in found if each.issue not in known]:
            work.issues[index] = [*work.issues.get(index, ()), *new]


def _sort_in(work: Draft) -> None:
    for mention in work.mentions:
        index = work.sentence_at(mention.start)
        if index >= 0:
            work.actors.setdefault(index, []).append(mention)
