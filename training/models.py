"""Fits the linear models of the reader from examples: which windows to look at, topics, and contexts."""

from collections.abc import Sequence

from streams.core.context import Named, context_features
from streams.core.prepare import Lexicon
from streams.core.skim import skim_features
from streams.core.topics import by_issue, topic_features
from streams.core.windows import windows
from training.examples import Example, holds_evidence, observed
from training.fit import Fitted, fit

_SKIM, _TOPIC, _CONTEXT = 0.02, 0.3, 0.5
_LONG_WEIGHT = 3.0  # it is full-length articles that are skimmed


def fit_all(examples: Sequence[Example], lexicon: Lexicon) -> dict[str, Fitted]:
    """Fit every model."""
    return {
        "skim": _fit_skim(examples, lexicon),
        "topic": _fit_topics(examples),
        "context": _fit_contexts(examples, lexicon),
    }


def _fit_skim(examples: Sequence[Example], lexicon: Lexicon) -> Fitted:
    rows, truth, weights = [], [], []
    for example in examples:
        for window in windows(example.draft, lexicon.issues.all):
            rows.append(skim_features(example.draft, window))
            truth.append(holds_evidence(example, window))
            weights.append(_LONG_WEIGHT if example.is_long else 1.0)
    return fit(rows, truth, weights, _SKIM)


def _fit_topics(examples: Sequence[Example]) -> Fitted:
    rows, truth, weights = [], [], []
    for example in examples:
        for issue, mentions in by_issue(example.draft).items():
            rows.append(topic_features(example.draft, mentions))
            truth.append(issue in example.labelled.topics)
            weights.append(0.5 if example.labelled.group == "traps" and not example.is_long else 1.0)
    return fit(rows, truth, weights, _TOPIC)


def _fit_contexts(examples: Sequence[Example], lexicon: Lexicon) -> Fitted:
    rows, truth = [], []
    home = lexicon.catalogue.home
    for example in examples:
        named = Named(example.draft, home)
        for each, place in observed(example):
            frame = lexicon.issues.all[each["issue"]].context
            for country in named.all if each["context"] else ():
                rows.append(context_features(named, place, country, frame))
                truth.append(country == each["context"])
    return fit(rows, truth, [1.0] * len(rows), _CONTEXT)
