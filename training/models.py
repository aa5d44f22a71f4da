"""Fits the linear models of the reader from examples: topics and contexts by the labels, which windows to look at by what the
network sees in them."""

from collections.abc import Sequence

from streams.core.context import Named, context_features
from streams.core.prepare import Lexicon
from streams.core.skim import skim_features
from streams.core.topics import by_issue, topic_features
from training.examples import Example, observed
from training.fit import Fitted, fit
from training.hopes import Hope

_SKIM, _TOPIC, _CONTEXT = 0.08, 0.3, 0.5
_LONG_WEIGHT = 3.0  # it is full-length articles that are skimmed


def fit_all(examples: Sequence[Example], lexicon: Lexicon, hope: Hope) -> dict[str, Fitted]:
    """Fit every model. hope: what the network that is to ship with them sees in the windows of an article."""
    return {
        "skim": _fit_skim(examples, hope),
        "topic": _fit_topics(examples),
        "context": _fit_contexts(examples, lexicon),
    }


def _fit_skim(examples: Sequence[Example], hope: Hope) -> Fitted:
    rows, chances, weights = [], [], []
    for example in examples:
        for window, chance in hope(example.draft):
            rows.append(skim_features(example.draft, window))
            chances.append(chance)
            weights.append(_LONG_WEIGHT if example.is_long else 1.0)
    return fit(rows, chances, weights, _SKIM)


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
