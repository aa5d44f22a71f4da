"""Builds the records of an article from what was judged of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from streams.core import language
from streams.core.attribution import attribution
from streams.core.candidates import Candidate, paired
from streams.core.cues import Cues
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
from streams.core.qualities import is_background, is_done, modality, strength
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


def observation(work: Draft, verdict: Verdict, context: str | None, cues: Cues) -> Observation:
    """Give an observation with all that says how it is held."""
    article, issue, actor = work.article, verdict.issue.issue, _named(verdict.actor)
    candidate = _beside(work, verdict, cues)
    return Observation(
        observation_id=observation_id(article.article_id, actor.id, issue, context, verdict.stance),
        article_id=article.article_id,
        actor=actor,
        issue=issue,
        context=context,
        stance=verdict.stance,
        score=round(verdict.score, 4),
        strength=_strength(work, verdict, candidate, cues),
        modality=verdict.modality or _modality(work, candidate),
        is_historical=is_background(work, verdict.sentence),
        attribution=attribution(work, work.trees[candidate.sentence], candidate) if candidate else None,
        evidence=work.evidence(*work.sentences[verdict.sentence]),
        source=article.source,
        published_at=article.published_at,
        fingerprint=work.fingerprint,
    )


def _strength(work: Draft, verdict: Verdict, candidate: Candidate | None, cues: Cues) -> Strength:
    """Take the network's word, but what it takes for decided and the words tell as done is a deed."""
    if verdict.strength is None:
        return strength(work.trees[candidate.sentence], candidate) if candidate else "statement"
    if verdict.strength == "decision" and is_done(
        work, verdict.sentence, verdict.actor, verdict.issue.issue, cues
    ):
        return "deed"
    return verdict.strength


def _modality(work: Draft, candidate: Candidate | None) -> Modality:
    return modality(work.trees[candidate.sentence], candidate) if candidate else "asserted"


def _beside(work: Draft, verdict: Verdict, cues: Cues) -> Candidate | None:
    """Put the actor beside the issue, or the nearest mention of it, in its sentence, where it was parsed and has one."""
    index, issue = verdict.sentence, verdict.issue
    own = work.named(index, issue.issue)
    if index not in work.trees or not own:
        return None
    nearest = min(own, key=lambda each: (each is not issue, abs(each.start - verdict.actor.start)))
    return paired(work, cues, index, verdict.actor, nearest)


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
