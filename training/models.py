"""Fits the reader's models from examples: pairs first, then topics and contexts on top of them."""

import random
from collections.abc import Sequence

import numpy as np

from streams.core.context import Named, context_features
from streams.core.prepare import Lexicon
from streams.core.topics import by_issue, topic_features
from training.examples import Example, observed
from training.fit import Fitted, logistic, matrix, together, vocabulary

FOLDS = 5
_HELD, _SIGN, _TOPIC, _CONTEXT = 0.15, 1.0, 0.3, 0.5
_ALIKE = 0.6
Scores = Sequence[Sequence[float]]


def fit_all(examples: Sequence[Example], lexicon: Lexicon) -> dict[str, Fitted]:
    """Fit every model. What builds on pair scores gets them from models that have not seen the article."""
    scores = unseen_scores(examples)
    return {
        "pair": fit_pairs(examples),
        "topic": _fit_topics(examples, scores),
        "context": _fit_contexts(examples, scores, lexicon),
    }


def folds(examples: Sequence[Example], seed: int = 1) -> list[list[int]]:
    """Cut examples into folds, the same ones every time."""
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)
    return [order[i::FOLDS] for i in range(FOLDS)]


def unseen_scores(examples: Sequence[Example]) -> list[Scores]:
    """Score each article's pairs by a model that was fitted without the article."""
    scores: list[Scores] = [[] for _ in examples]
    for fold in folds(examples):
        held_out = set(fold)
        model = fit_pairs([each for i, each in enumerate(examples) if i not in held_out]).linear()
        for i in fold:
            scores[i] = [model(facts) for _, facts in examples[i].pairs]
    return scores


def fit_pairs(examples: Sequence[Example]) -> Fitted:
    """Fit whether a stance is held, and which. Of the pairs that a label may rest on, the likeliest are kept."""
    rows, signs, weights, owners = [], [], [], []
    for number, example in enumerate(examples):
        for (candidate, facts), sign, weight in zip(
            example.pairs, example.signs, example.weights, strict=True
        ):
            if weight:
                rows.append(facts)
                signs.append(sign)
                weights.append(weight)
                owners.append((number, candidate.actor.actor.id, candidate.issue.issue, sign))
    names = vocabulary(rows)
    table, sign, full = matrix(rows, names), np.array(signs), np.array(weights)
    weight = full.copy()
    for _ in range(3):
        held = logistic(table, sign != 0, weight, _HELD)
        stands = (sign != 0) & (weight > 0)
        support = logistic(table[stands], sign[stands] > 0, weight[stands], _SIGN)
        in_favour = support.predict_proba(table)[:, 1]
        likely = held.predict_proba(table)[:, 1] * np.where(sign > 0, in_favour, 1 - in_favour)
        best: dict[tuple[int, str, str, int], float] = {}
        for owner, value in zip(owners, likely, strict=True):
            best[owner] = max(best.get(owner, 0.0), float(value))
        weak = np.array([value < _ALIKE * best[owner] for owner, value in zip(owners, likely, strict=True)])
        weight = np.where((sign != 0) & weak, 0.0, full)
    return together(names, [held, support])


def _fit_topics(examples: Sequence[Example], scores: Sequence[Scores]) -> Fitted:
    rows, truth, weights = [], [], []
    for example, scored in zip(examples, scores, strict=True):
        for issue, mentions in by_issue(example.draft).items():
            pairs = zip(example.pairs, scored, strict=True)
            best = max(
                (p[0] * max(p[1], 1 - p[1]) for (each, _), p in pairs if each.issue.issue == issue),
                default=0.0,
            )
            rows.append(topic_features(example.draft, mentions, best))
            truth.append(issue in example.labelled.topics)
            weights.append(0.5 if example.labelled.group == "traps" and not example.is_long else 1.0)
    names = vocabulary(rows)
    return together(names, [logistic(matrix(rows, names), np.array(truth), np.array(weights), _TOPIC)])


def _fit_contexts(examples: Sequence[Example], scores: Sequence[Scores], lexicon: Lexicon) -> Fitted:
    rows, truth = [], []
    home = lexicon.catalogue.home
    for example, scored in zip(examples, scores, strict=True):
        named = Named(example.draft, home)
        for each, candidate, _ in observed(example, scored):
            frame = lexicon.issues.all[each["issue"]].context
            for country in named.all if each["context"] else ():
                rows.append(context_features(named, candidate, country, frame))
                truth.append(country == each["context"])
    names = vocabulary(rows)
    return together(names, [logistic(matrix(rows, names), np.array(truth), np.ones(len(rows)), _CONTEXT)])
