"""The first half of reading: which issues and actors an article speaks of, and where. Nothing is judged yet."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from streams.core import grammar, language
from streams.core.actors import Catalogue, resolve
from streams.core.candidates import Candidate, candidates, kept_anchors
from streams.core.cues import Cues
from streams.core.draft import Draft, draft
from streams.core.features import features
from streams.core.issues import Issues
from streams.core.model import RawArticle

Parse = Callable[[Sequence[str]], list[grammar.Tree]]


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


def add_grammar(wanted: Iterable[tuple[Draft, int]], parse: Parse = grammar.parse) -> None:
    """Parse sentences of articles, all of them together, which is what makes it fast."""
    places = list(wanted)
    trees = parse([work.sentence_text(index) for work, index in places])
    for (work, index), tree in zip(places, trees, strict=True):
        work.trees[index] = tree


def with_pairs(work: Draft) -> Iterator[int]:
    """Give the sentences in which an actor stands beside an issue: those that grammar is needed of."""
    for index, mentions in work.issues.items():
        if kept_anchors(mentions) and any(each.is_actor for each in work.actors.get(index, ())):
            yield index


def pairs(work: Draft, lexicon: Lexicon) -> Iterator[tuple[Candidate, list[str]]]:
    """Give the pairs of actor and issue in the parsed sentences with the facts that they are judged by."""
    cues, home = lexicon.cues, lexicon.catalogue.home
    for _, group in groupby(candidates(work, cues), key=lambda each: each.sentence):
        rivals = list(group)
        for candidate in rivals:
            yield candidate, features(work, candidate, rivals, cues, home)


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
