"""Which issues the article as a whole reports on."""

from streams.core.draft import Draft
from streams.core.issues import IssueMention
from streams.core.model import Topic

_EVIDENCE = 3


def judge_topics(draft: Draft, threshold: float = 0.5) -> tuple[Topic, ...]:
    """Give the topics of an article with their evidence, the surest first."""
    by_issue: dict[str, list[IssueMention]] = {}
    for mentions in draft.issues.values():
        for mention in mentions:
            by_issue.setdefault(mention.issue, []).append(mention)
    topics = []
    for issue, mentions in by_issue.items():
        score = _score(draft, mentions)
        if score >= threshold:
            chosen = sorted(mentions, key=lambda each: (each.term.is_weak, each.start))[:_EVIDENCE]
            topics.append(Topic(issue, score, tuple(draft.evidence(each.start, each.end) for each in chosen)))
    return tuple(sorted(topics, key=lambda topic: (-topic.score, topic.topic)))


def _score(draft: Draft, mentions: list[IssueMention]) -> float:
    weight = sum(0.25 if mention.term.is_weak else 1.0 for mention in mentions)
    early = any(not each.term.is_weak and each.start < draft.shift + 300 for each in mentions)
    size = max(1.0, len(draft.body) / 1200)
    return round(min(0.99, 0.45 * weight / size + 0.25 * early), 4)
