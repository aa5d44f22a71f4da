"""Builds the records of an article from what was judged of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from streams.core import language
from streams.core.draft import Draft
from streams.core.mentions import Mention
from streams.core.model import (
    Actor,
    EnrichedEvent,
    Modality,
    Observation,
    ReportedShift,
    Strength,
    Topic,
    observation_id,
    stable_id,
)
from streams.core.qualities import acts, attribution, is_historical, modality, strength
from streams.core.shifts_reported import Turn
from streams.core.stance import Verdict
from streams.core.topics import by_issue, topic_evidence


def event(
    work: Draft,
    ingested_at: datetime,
    topics: Mapping[str, float],
    observations: Sequence[Observation],
    shifts: Sequence[ReportedShift],
    versions: tuple[str, str],
) -> EnrichedEvent:
    """Give the enriched event. versions: of the pipeline and of the lexicon."""
    article = work.article
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
        topics=_topics(work, topics),
        actors=_actors(work.mentions),
        observations=tuple(observations),
        reported_shifts=tuple(shifts),
        fingerprint=work.fingerprint,
        pipeline_version=versions[0],
        lexicon_version=versions[1],
        extra=article.extra,
    )


def observation(work: Draft, verdict: Verdict, context: str | None) -> Observation:
    """Give an observation with all that says how it is held."""
    article, issue, actor = work.article, verdict.issue.issue, _named(verdict.actor)
    held = _held(work, verdict)
    return Observation(
        observation_id=observation_id(article.article_id, actor.id, issue, context, verdict.stance),
        article_id=article.article_id,
        actor=actor,
        issue=issue,
        context=context,
        stance=verdict.stance,
        score=round(verdict.score, 4),
        strength=_surer(verdict.strength, held.strength, held.acts),
        modality=verdict.modality or held.modality,
        is_historical=held.is_historical,
        attribution=held.attribution,
        evidence=work.evidence(*work.sentences[verdict.sentence]),
        source=article.source,
        published_at=article.published_at,
        fingerprint=work.fingerprint,
    )


def _surer(seen: Strength | None, told: Strength, acts: bool) -> Strength:
    """Take the network's word, but where it sees a decision and grammar the act itself it has been carried out, and what
    the actor itself is said to be about to do is decided. acts: whether the actor is the subject of the act.
    """
    if seen is None or (seen, told) == ("decision", "deed"):
        return told
    return told if acts and (seen, told) == ("statement", "decision") else seen


class _Held(NamedTuple):
    """How grammar says that a stance is held; what cannot be told without it has its commonest value."""

    strength: Strength = "statement"
    modality: Modality = "asserted"
    is_historical: bool = False
    attribution: str | None = None
    acts: bool = False


def _held(work: Draft, verdict: Verdict) -> _Held:
    candidate = verdict.candidate
    if candidate is None:
        return _Held()
    tree = work.trees[candidate.sentence]
    return _Held(
        strength(tree, candidate),
        modality(tree, candidate),
        is_historical(work, tree, candidate),
        attribution(work, tree, candidate),
        acts(candidate),
    )


def reported(work: Draft, turn: Turn, context: str | None) -> ReportedShift:
    """Give a change of course that the text reports."""
    article, issue, actor = work.article, turn.verdict.issue.issue, _named(turn.actor)
    return ReportedShift(
        observation_id=stable_id("reported", article.article_id, actor.id, issue, context or "", turn.after),
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
        fingerprint=work.fingerprint,
    )


def _topics(work: Draft, scores: Mapping[str, float]) -> tuple[Topic, ...]:
    mentions = by_issue(work)
    found = [
        Topic(each, round(score, 4), topic_evidence(work, mentions[each])) for each, score in scores.items()
    ]
    return tuple(sorted(found, key=lambda topic: (-topic.score, topic.topic)))


def _named(mention: Mention) -> Actor:
    actor = mention.actor
    return Actor(actor.id, actor.name, mention.part, mention.surface)


def _actors(mentions: Iterable[Mention]) -> tuple[Actor, ...]:
    first: dict[str, Actor] = {}
    for mention in mentions:
        if mention.is_actor:
            first.setdefault(mention.actor.id, _named(mention))
    return tuple(first.values())
