"""The way of an article: language, issues, actors, grammar, topics, stances, reported shifts, in one pass."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from streams.core import grammar, language
from streams.core.actors import Catalogue, Mention, resolve
from streams.core.candidates import Candidate, candidates, kept_anchors
from streams.core.context import context_features, countries
from streams.core.cues import Cues
from streams.core.draft import Draft, draft
from streams.core.features import features
from streams.core.issues import Issues
from streams.core.learned import Models
from streams.core.model import (
    Actor,
    EnrichedEvent,
    Observation,
    RawArticle,
    ReportedShift,
    Topic,
    observation_id,
    stable_id,
)
from streams.core.qualities import attribution, is_historical, modality, strength
from streams.core.shifts_reported import Turn, find_turns
from streams.core.stance import Verdict, choose, judge, judge_by_rule
from streams.core.text import fingerprint
from streams.core.topics import by_issue, score_by_rule, topic_evidence, topic_features

PIPELINE_VERSION = "2"
Parse = Callable[[Sequence[str]], list[grammar.Tree]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All data that reading depends on, under one version."""

    catalogue: Catalogue
    issues: Issues
    cues: Cues
    version: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Above which score a topic, an observation, a reported shift is given out; how sure a context must be.

    Full-length articles say a stance in more places and less outright, so that the same score is surer there.
    """

    topic: float = 0.45
    observation: float = 0.48
    observation_long: float = 0.27
    shift: float = 0.5
    context: float = 0.1


class Reader:
    """Reads articles. Built once a process; what it gives depends on the article and the lexicon alone."""

    def __init__(
        self,
        lexicon: Lexicon,
        models: Models | None = None,
        settings: Settings | None = None,
        parse: Parse = grammar.parse,
    ) -> None:
        self._lexicon = lexicon
        self._models = models
        self._settings = settings or Settings()
        self._parse = parse

    def read(self, article: RawArticle, ingested_at: datetime) -> EnrichedEvent:
        """Read one article."""
        return self.read_many([article], ingested_at)[0]

    def read_many(self, articles: Sequence[RawArticle], ingested_at: datetime) -> list[EnrichedEvent]:
        """Read articles, in the order given; their sentences are parsed together, which is what makes it fast."""
        return [self.judge(work, ingested_at) for work in self.prepare(articles)]

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
        work.issues = self._lexicon.issues.find(work.body, work.sentences)
        if work.issues:
            self._add_echoes(work)
            work.doubts = self._lexicon.issues.doubts(work.body, work.issues)
            mentions = self._lexicon.catalogue.find(work.body, article.published_at.date())
            extra = resolve(mentions, work.body, work.sentences)
            work.mentions = tuple(sorted((*mentions, *extra), key=lambda each: each.start))
            _sort_in(work)
        return work

    def _add_echoes(self, work: Draft) -> None:
        """Where the article names an issue outright, hear its echoes in the sentences that do not (the package, it)."""
        strong = {each.issue for found in work.issues.values() for each in found if not each.term.is_weak}
        for index, found in (
            self._lexicon.issues.echoes(work.body, work.sentences, strong).items() if strong else ()
        ):
            known = {each.issue for each in work.issues.get(index, ())}
            if new := [each for each in found if each.issue not in known]:
                work.issues[index] = [*work.issues.get(index, ()), *new]

    def pairs(self, work: Draft) -> Iterator[tuple[Candidate, list[str]]]:
        """Give the pairs of a prepared article with the facts that they are judged by."""
        cues, home = self._lexicon.cues, self._lexicon.catalogue.home
        for _, group in groupby(candidates(work, cues), key=lambda each: each.sentence):
            rivals = list(group)
            for candidate in rivals:
                yield candidate, features(work, candidate, rivals, cues, home)

    def judge(self, work: Draft, ingested_at: datetime) -> EnrichedEvent:
        """Judge a prepared article: the reader's second half."""
        article = work.article
        mark = fingerprint(article.text)
        verdicts = [self._judge(candidate, facts) for candidate, facts in self.pairs(work)]
        scores = self._topic_scores(work, verdicts)
        named = {issue: score for issue, score in scores.items() if score >= self._settings.topic}
        threshold = self._settings.observation_long if work.is_long else self._settings.observation
        chosen = choose(verdicts, named, threshold)
        turns = find_turns(
            work, [each for each in verdicts if each.candidate.issue.issue in named], self._settings.shift
        )
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
            topics=_topics(work, named),
            actors=_actors(work.mentions),
            observations=tuple(self._observation(work, each, mark) for each in chosen),
            reported_shifts=tuple(self._reported(work, each, mark) for each in turns),
            fingerprint=mark,
            pipeline_version=self.version,
            lexicon_version=self._lexicon.version,
            extra=article.extra,
        )

    @property
    def version(self) -> str:
        """The version of code and models together."""
        return f"{PIPELINE_VERSION}-{self._models.version}" if self._models else f"{PIPELINE_VERSION}-rules"

    def _judge(self, candidate: Candidate, facts: list[str]) -> Verdict:
        if self._models is None or candidate.issue.issue not in self._models.issues:
            return judge_by_rule(candidate, facts)
        return judge(candidate, facts, self._models.pair)

    def _topic_scores(self, work: Draft, verdicts: Sequence[Verdict]) -> dict[str, float]:
        scores = {}
        for issue, mentions in by_issue(work).items():
            if self._models is None or issue not in self._models.issues:
                scores[issue] = score_by_rule(work, mentions)
                continue
            best = max((each.score for each in verdicts if each.candidate.issue.issue == issue), default=0.0)
            scores[issue] = self._models.topic(topic_features(work, mentions, best))[0]
        return scores

    def _context(self, work: Draft, candidate: Candidate) -> str | None:
        frame = self._lexicon.issues.all[candidate.issue.issue].context
        home = self._lexicon.catalogue.home
        found = countries(work, candidate, home)
        if self._models is None or not found:
            return found[-1] if found else None
        model = self._models.context
        scored = [(model(context_features(work, candidate, each, frame, home))[0], each) for each in found]
        score, best = max(scored, key=lambda pair: pair[0])
        return best if score >= self._settings.context else None

    def _observation(self, work: Draft, verdict: Verdict, mark: str) -> Observation:
        candidate, article = verdict.candidate, work.article
        tree = work.trees[candidate.sentence]
        issue, context, actor = candidate.issue.issue, self._context(work, candidate), _named(candidate.actor)
        return Observation(
            observation_id=observation_id(article.article_id, actor.id, issue, context, verdict.stance),
            article_id=article.article_id,
            actor=actor,
            issue=issue,
            context=context,
            stance=verdict.stance,
            score=round(verdict.score, 4),
            strength=strength(candidate, verdict.facts, self._models.strength if self._models else None),
            modality=modality(tree, candidate),
            is_historical=is_historical(work, tree, candidate),
            attribution=attribution(work, tree, candidate),
            evidence=work.evidence(*work.sentences[candidate.sentence]),
            source=article.source,
            published_at=article.published_at,
            fingerprint=mark,
        )

    def _reported(self, work: Draft, turn: Turn, mark: str) -> ReportedShift:
        candidate, article = turn.verdict.candidate, work.article
        issue, context, actor = candidate.issue.issue, self._context(work, candidate), _named(turn.actor)
        return ReportedShift(
            observation_id=stable_id(
                "reported", article.article_id, actor.id, issue, context or "", turn.after
            ),
            article_id=article.article_id,
            actor=actor,
            issue=issue,
            context=context,
            before=turn.before,
            after=turn.after,
            score=turn.score,
            evidence=work.evidence(turn.start, turn.end),
            source=article.source,
            published_at=article.published_at,
            fingerprint=mark,
        )


def _topics(work: Draft, scores: dict[str, float]) -> tuple[Topic, ...]:
    mentions = by_issue(work)
    found = [
        Topic(each, round(score, 4), topic_evidence(work, mentions[each])) for each, score in scores.items()
    ]
    return tuple(sorted(found, key=lambda topic: (-topic.score, topic.topic)))


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
