"""How well articles were read: labels against what the reader gave, as figures and as a table that a person can read."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

_STANCES = ("support", "oppose", "neutral", "none")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """Hits, false alarms and misses, and the rates made of them."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of what was given that is right."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 0.0

    @property
    def recall(self) -> float:
        """The share of what is there that was given."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.hits + other.hits, self.false + other.false, self.missed + other.missed)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of a set. strict counts the context of an observation, lenient does not. shifts: those that texts report,
    by actor, issue and the new stance, over the labels that speak of them.

    confusion counts (stance in the labels, stance given) for each actor and issue that either names; ``none`` where
    one of the two has nothing. wrong_sign is the share of pairs that both name whose stance differs.
    """

    articles: int
    topics: Mapping[str, Score]
    strict: Score
    lenient: Score
    shifts: Score
    confusion: Mapping[tuple[str, str], int]
    pairs: int
    wrong: int

    @property
    def all_topics(self) -> Score:
        """All topics in one."""
        return sum(self.topics.values(), Score())

    @property
    def wrong_sign(self) -> float:
        """The share of actor and issue pairs in both whose stance is not the labelled one."""
        return self.wrong / self.pairs if self.pairs else 0.0


def evaluate(gold: Iterable[Row], pred: Iterable[Row]) -> Evaluation:
    """Compare labels with enriched events; an article that was not read counts as empty."""
    given = {row.get("article_id", row.get("id")): row for row in pred}
    topics: defaultdict[str, Score] = defaultdict(Score)
    confusion: Counter[tuple[str, str]] = Counter()
    strict = lenient = shifts = Score()
    articles = pairs = wrong = 0
    for row in gold:
        event = given.get(row["id"], {})
        labelled, found = set(row["topics"]), {_name(each) for each in event.get("topics", ())}
        for topic in labelled | found:
            topics[topic] += Score(
                topic in labelled & found, topic in found - labelled, topic in labelled - found
            )
        theirs, ours = row["observations"], event.get("observations", ())
        strict += _match(_keys(theirs, strict=True), _keys(ours, strict=True))
        lenient += _match(_keys(theirs, strict=False), _keys(ours, strict=False))
        if (turns := row.get("reported_shift")) is not None:
            shifts += _match(_turns(turns, "to"), _turns(event.get("reported_shifts", ()), "after"))
        confusion += _confusion(theirs, ours)
        held = _stances(theirs)
        both = [each for each in ours if _pair(each) in held]
        pairs += len(both)
        wrong += sum(each["stance"] not in held[_pair(each)] for each in both)
        articles += 1
    return Evaluation(
        articles, dict(sorted(topics.items())), strict, lenient, shifts, confusion, pairs, wrong
    )


def _name(topic: Any) -> str:
    return str(topic["topic"] if isinstance(topic, Mapping) else topic)


def _actor(value: Any) -> str:
    return str(value["id"] if isinstance(value, Mapping) else value)


def _pair(observation: Row) -> tuple[str, str]:
    return _actor(observation["actor"]), str(observation["issue"])


def _keys(observations: Iterable[Row], *, strict: bool) -> set[tuple[str | None, ...]]:
    return {
        (*_pair(each), each["stance"], *((each.get("context"),) if strict else ())) for each in observations
    }


def _turns(shifts: Iterable[Row], new: str) -> set[tuple[str | None, ...]]:
    return {(*_pair(each), each[new]) for each in shifts}


def _match(gold: set[tuple[str | None, ...]], pred: set[tuple[str | None, ...]]) -> Score:
    """Count; a label whose context is open takes any context."""
    exact = gold & pred
    gold, pred = gold - exact, pred - exact
    hits = len(exact)
    for key in [each for each in gold if len(each) == 4 and each[3] is None]:
        loose = next((each for each in sorted(pred, key=str) if each[:3] == key[:3]), None)
        if loose is not None:
            hits += 1
            pred.discard(loose)
            gold.discard(key)
    return Score(hits, len(pred), len(gold))


def _stances(observations: Iterable[Row]) -> dict[tuple[str, str], set[str]]:
    held: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in observations:
        held[_pair(each)].add(each["stance"])
    return held


def _confusion(gold: Sequence[Row], pred: Sequence[Row]) -> Counter[tuple[str, str]]:
    labelled, given = _stances(gold), _stances(pred)
    counts: Counter[tuple[str, str]] = Counter()
    for pair in labelled.keys() | given.keys():
        left, right = labelled.get(pair, {"none"}), given.get(pair, {"none"})
        for stance in left & right:
            counts[stance, stance] += 1
        for stance in left - right:
            counts[stance, min(right - left, default=min(right))] += 1
        if not left - right:
            for stance in right - left:
                counts["none", stance] += 1
    return counts


def table(evaluation: Evaluation) -> str:
    """Write an evaluation out for a person."""
    lines = [f"{evaluation.articles} articles", "", f"{'':24}{'precision':>10}{'recall':>10}{'F1':>10}"]
    rows = [(f"topic {name}", score) for name, score in evaluation.topics.items()]
    rows += [("topics, all", evaluation.all_topics)]
    rows += [("observations, strict", evaluation.strict), ("observations, lenient", evaluation.lenient)]
    if evaluation.shifts != Score():
        rows += [("reported shifts", evaluation.shifts)]
    lines += [f"{name:24}{each.precision:>10.3f}{each.recall:>10.3f}{each.f1:>10.3f}" for name, each in rows]
    lines += ["", f"wrong sign: {evaluation.wrong} of {evaluation.pairs} ({evaluation.wrong_sign:.1%})", ""]
    lines += ["labelled \\ given" + "".join(f"{each:>10}" for each in _STANCES)]
    for left in _STANCES:
        counts = [evaluation.confusion.get((left, right), 0) for right in _STANCES]
        cells = "".join(
            f"{'' if left == right == 'none' else n:>10}" for n, right in zip(counts, _STANCES, strict=True)
        )
        lines.append(f"{left:16}{cells}")
    return "\n".join(lines)


def figures(evaluation: Evaluation) -> dict[str, Any]:
    """Give an evaluation as plain numbers, for a machine."""
    scores = {f"topic_{name}": score for name, score in evaluation.topics.items()}
    scores |= {"topics": evaluation.all_topics, "strict": evaluation.strict, "lenient": evaluation.lenient}
    scores["reported_shifts"] = evaluation.shifts
    rates = {
        name: {
            "precision": round(each.precision, 3),
            "recall": round(each.recall, 3),
            "f1": round(each.f1, 3),
        }
        for name, each in scores.items()
    }
    confusion = {f"{left}>{right}": n for (left, right), n in sorted(evaluation.confusion.items())}
    wrong = round(evaluation.wrong_sign, 3)
    return {"articles": evaluation.articles, **rates, "wrong_sign": wrong, "confusion": confusion}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def command(
    gold: Annotated[
        Path, typer.Option(help="Labels, one JSON object a line: id, topics, observations, reported_shift.")
    ],
    pred: Annotated[Path, typer.Option(help="Enriched events, one JSON object a line.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print figures for a machine.")] = False,
) -> None:
    """Score enriched events against labels: topics, observations, reported shifts, wrong signs, what was taken for what.

    Examples:

        stancewatch analyze articles.jsonl > enriched.jsonl

        stancewatch evaluate --gold labels.jsonl --pred enriched.jsonl
    """
    result = evaluate(read_rows(gold), read_rows(pred))
    typer.echo(json.dumps(figures(result), indent=1) if as_json else table(result))
