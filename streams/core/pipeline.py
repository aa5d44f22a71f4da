"""The way of an article: language, issues, actors, grammar, topics, stances, reported shifts, in one pass."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.core import grammar, language
from streams.core.actors import Catalogue, Mention, resolve
from streams.core.candidates import candidates, kept_anchors
from streams.core.context import find_context
from streams.core.cues import Cues
from streams.core.draft import Draft, draft
from streams.core.issues import Issues
from streams.core.model import Actor, EnrichedEvent, Observation, RawArticle, observation_id
from streams.core.stance import Verdict, choose, judge_by_rule
from streams.core.text import fingerprint
from streams.core.topics import judge_topics

PIPELINE_VERSION = "1"
Parse = Callable[[Sequence[str]], list[grammar.Tree]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All data that reading depends on, under one version."""

    catalogue: Catalogue
    issues: Issues
    cues: Cues
    version: str


class Reader:
    """Reads articles. Built once a process; what it gives depends on the article and the lexicon alone."""

    def __init__(self, lexicon: Lexicon, threshold: float = 0.5, parse: Parse = grammar.parse) -> None:
        self._lexicon = lexicon
        self._threshold = threshold
        self._parse = parse

    def read(self, article: RawArticle, ingested_at: datetime) -> EnrichedEvent:
        """Read one article."""
        return self.read_many([article], ingested_at)[0]

    def read_many(self, articles: Sequence[RawArticle], ingested_at: datetime) -> list[EnrichedEvent]:
        """Read articles, in the order given; their sentences are parsed together, which is what makes it fast."""
        return [self._event(work, ingested_at) for work in self.prepare(articles)]

    def prepare(self, articles: Sequence[RawArticle]) -> list[Draft]:
        """Find issues, actors and grammar in articles, and judge nothing yet: training starts from here too."""
        drafts = [self._draft(article) for article in articles]
        wanted = [(each, index) for each in drafts for index in _to_parse(each)]
        trees = self._parse([each.sentence_text(index) for each, index in wanted])
        for (each, index), tree in zip(wanted, trees, strict=True):
            each.trees[index] = tree
        return drafts

    def _draft(self, article: RawArticle) -> Draft:
        """Find issues and actors, as far as the article speaks of any issue in a language that is read."""
        work = draft(article, language.detect(article.text, article.language))
        if not language.is_read(work.language):
            return work
        among = self._lexicon.issues.passes(work.body)
        for index, sentence in enumerate(work.sentences if among else ()):
            if found := self._lexicon.issues.find(work.body, sentence.start, sentence.end, among):
                work.issues[index] = found
        if work.issues:
            mentions = self._lexicon.catalogue.find(work.body, article.published_at.date())
            extra = resolve(mentions, work.body, work.sentences)
            work.mentions = tuple(sorted((*mentions, *extra), key=lambda each: each.start))
            _sort_in(work)
        return work

    def _event(self, work: Draft, ingested_at: datetime) -> EnrichedEvent:
        article = work.article
        mark = fingerprint(article.text)
        topics = judge_topics(work)
        chosen = choose(map(judge_by_rule, candidates(work, self._lexicon.cues)), self._threshold)
        named = {topic.topic for topic in topics}
        observations = [
            self._observation(work, each, mark) for each in chosen if each.candidate.issue.issue in named
        ]
        return EnrichedEvent(
            article_id=article.article_id,
            url=article.url,
            source=article.source,
            title=article.title,
            text=article.text,
            published_at=article.published_at,
            ingested_at=ingested_at,
            language=work.language,
            is_read=language.is_read(work.language),
            topics=topics,
            actors=_actors(work.mentions),
            observations=tuple(observations),
            reported_shifts=(),
            fingerprint=mark,
            pipeline_version=PIPELINE_VERSION,
            lexicon_version=self._lexicon.version,
            extra=article.extra,
        )

    def _observation(self, work: Draft, verdict: Verdict, mark: str) -> Observation:
        candidate, article = verdict.candidate, work.article
        issue = candidate.issue.issue
        frame = self._lexicon.issues.all[issue].context
        context = find_context(work, candidate, frame, self._lexicon.catalogue.home)
        actor = _named(candidate.actor)
        return Observation(
            observation_id=observation_id(article.article_id, actor.id, issue, context, verdict.stance),
            article_id=article.article_id,
            actor=actor,
            issue=issue,
            context=context,
            stance=verdict.stance,
            score=round(verdict.score, 4),
            strength="statement",
            modality="conditional" if candidate.path.is_conditional else "asserted",
            is_historical=False,
            attribution=None,
            evidence=work.evidence(*work.sentences[candidate.sentence]),
            source=article.source,
            published_at=article.published_at,
            fingerprint=mark,
        )


def _sort_in(work: Draft) -> None:
    starts = [sentence.start for sentence in work.sentences]
    for mention in work.mentions:
        index = bisect_right(starts, mention.start) - 1
        if index >= 0:
            work.actors.setdefault(index, []).append(mention)


def _to_parse(work: Draft) -> Iterable[int]:
    for index, mentions in work.issues.items():
        if kept_anchors(mentions) and any(each.is_actor for each in work.actors.get(index, ())):
            yield index


def _named(mention: Mention) -> Actor:
    actor = mention.actor
    return Actor(actor.id, actor.name, mention.part, mention.surface)


def _actors(mentions: Iterable[Mention]) -> tuple[Actor, ...]:
    first: dict[str, Actor] = {}
    for mention in mentions:
        if mention.is_actor:
            first.setdefault(mention.actor.id, _named(mention))
    return tuple(first.values())
