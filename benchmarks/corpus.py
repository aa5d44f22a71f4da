"""Articles without end from a seed, like a stream of short news items: share on issue, lengths, sources, copies.

    python -m benchmarks.corpus --count 5 --seed 1
    python -m benchmarks.corpus --count 20000 --compare ../shared/data/current-events.jsonl

Article n of a seed is always the same, whatever is asked before it. --compare reads both streams and prints how alike
they are to the reader: this is how the shares below were set.
"""

import argparse
import itertools
import math
import random
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

START = datetime(2022, 1, 1, tzinfo=UTC)
PER_DAY = 500
TOPICAL, NEARLY, COPIED = 0.068, 0.095, 0.0013
MEDIAN, SPREAD = 141, 0.467  # characters; the standard deviation of their logarithm
OUTLETS, ZIPF = 2500, 1.12
ACTORS = (
    "Germany", "France", "Poland", "Italy", "Spain", "Sweden", "Norway", "Canada", "Finland", "Denmark", "Belgium",
    "Portugal", "Greece", "Romania", "Australia", "Japan", "Lithuania", "Latvia", "Estonia", "Turkey", "Brazil", "India",
    "China", "Egypt", "Jordan", "Qatar", "Kenya", "Nigeria", "Mexico", "Argentina", "Chile", "Austria", "Hungary",
    "Slovakia", "Bulgaria", "Croatia", "Ireland", "Iceland", "Switzerland", "Indonesia", "Vietnam", "Thailand",
    "Pakistan", "Kazakhstan", "South Korea", "New Zealand", "South Africa", "Saudi Arabia", "The United States",
    "The United Kingdom", "Russia", "Morocco", "Algeria", "Ethiopia", "Colombia", "Peru", "Serbia", "Moldova",
)  # fmt: skip
PLACES = (
    "Ukraine",
    "Gaza",
    "Sudan",
    "Lebanon",
    "Yemen",
    "Syria",
    "Mali",
    "Haiti",
    "Niger",
    "Armenia",
    "Somalia",
)
TARGETS = (
    "Russia",
    "Iran",
    "Belarus",
    "Myanmar",
    "North Korea",
    "Venezuela",
    "Mali",
    "Sudan",
    "Syria",
    "Cuba",
)
STANCES = (
    "{a} called for an immediate ceasefire in {p}", "{a} rejected a ceasefire in {p}",
    "{a} urged both sides in {p} to agree to a ceasefire", "{a} imposed new sanctions on {t}",
    "{a} lifted its sanctions on {t}", "{a} opposed further sanctions against {t}",
    "{a} will send troops to {p}", "{a} ruled out sending soldiers to {p}", "{a} deployed 800 soldiers to {p}",
    "{a} withdrew its troops from {p}",
)  # fmt: skip
ALMOST = (
    "Soldiers in {a} helped after the flood", "Veteran troops from {a} marched in a parade",
    "The league in {a} announced sanctions for two players", "Police in {a} deployed 300 officers at the carnival",
    "A military base in {a} opened its gates to visitors", "The army of {a} was deployed to fight forest fires",
    "Troops in {a} helped to rescue hikers", "Soldiers in {a} built a bridge after the flood",
)  # fmt: skip
PLAIN = (
    "A storm closed the port of {a} for two days", "Scientists in {a} described a new species of frog",
    "The central bank of {a} kept its rate unchanged", "A train derailed near the capital of {a}",
    "The parliament of {a} debated a bill on housing", "A court in {a} acquitted two bankers of fraud",
    "Doctors in {a} reported fewer cases of measles", "The football team of {a} reached the semi-finals",
    "An earthquake shook the north of {a} without damage", "A museum in {a} returned three paintings",
    "Voters in {a} chose a new mayor", "A factory fire in {a} injured seven workers",
)  # fmt: skip
TAILS = (
    "officials said on Monday", "according to the ministry", "after weeks of talk", "while prices kept rising",
    "the first such case in ten years", "as spring came early", "and a spokeswoman gave no further details",
    "with more than {n} people affected", "despite doubts among experts", "local papers reported",
    "after a meeting that lasted {n} hours", "and neighbours followed the news closely",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEIGHTS = list(itertools.accumulate(1 / rank**ZIPF for rank in range(1, OUTLETS + 1)))


def article(seed: int, number: int, per_day: int = PER_DAY) -> bytes:
    """Article ``number`` of the stream ``seed``, as a line of JSON. per_day: how many appear on one day."""
    rng = random.Random(f"{seed}/{number}")
    # A copy is another outlet's: the id, the source and the day are its own, the text is that of an earlier article.
    told = rng.randrange(max(0, number - 500), number) if number and rng.random() < COPIED else number
    (outlet,) = rng.choices(range(OUTLETS), cum_weights=_WEIGHTS)
    return orjson.dumps(
        {
            "id": f"g{seed}-{number}",
            "source": f"Outlet {outlet}",
            "title": f"Report {told}",
            "text": _text(random.Random(f"{seed}/{told}/text")),
            "published_at": (START + timedelta(days=number / per_day)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "language": "en",
        }
    )


def articles(seed: int, count: int, first: int = 0, per_day: int = PER_DAY) -> Iterator[bytes]:
    """``count`` articles of a stream, from number ``first`` on."""
    return (article(seed, number, per_day) for number in range(first, first + count))


def _text(rng: random.Random) -> str:
    draw = rng.random()
    kind = STANCES if draw < TOPICAL else ALMOST if draw < TOPICAL + NEARLY else PLAIN
    names = {"a": rng.choice(ACTORS), "p": rng.choice(PLACES), "t": rng.choice(TARGETS)}
    text = f"{rng.choice(DAYS)}, week {rng.randrange(1, 53)}: " + rng.choice(kind).format(**names)
    wanted = rng.lognormvariate(math.log(MEDIAN), SPREAD)
    # Different articles say different things: what follows the first clause tells two reports on one theme apart.
    while len(text) < wanted - 12:
        text += ", " + rng.choice(TAILS).format(n=rng.randrange(3, 4000))
    return text + "."


def _portrait(lines: Sequence[bytes]) -> dict[str, float]:
    """What a stream is like: to the eye, and to the reader."""
    from streams.contracts import raw_articles
    from streams.core.prepare import prepare
    from streams.reader import load_reader

    now = datetime.now(UTC)
    raw, reader = raw_articles(), load_reader()
    parsed = [raw.read(line, now) for line in lines]
    drafts = [prepare(each, reader.lexicon) for each in parsed]
    events = reader.read_many(parsed, now)
    sources = Counter(each.source for each in parsed)
    texts = Counter(each.text for each in parsed)
    lengths = statistics.quantiles([len(each.text) for each in parsed], n=20)
    count = len(parsed)
    return {
        "characters, median": lengths[9],
        "characters, 95 %": lengths[18],
        "names an issue": sum(bool(draft.issues) for draft in drafts) / count,
        "has a topic": sum(bool(event.topics) for event in events) / count,
        "observations an article": sum(len(event.observations) for event in events) / count,
        "share of the first source": sources.most_common(1)[0][1] / count,
        "sources": len(sources),
        "exact copies": sum(n - 1 for n in texts.values()) / count,
    }


def main() -> None:
    """Print articles, or how this stream compares with another."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compare", type=Path, metavar="JSONL", help="a real stream to compare with")
    given = parser.parse_args()
    ours = list(articles(given.seed, given.count))
    if given.compare is None:
        sys.stdout.buffer.write(b"\n".join(ours) + b"\n")
        return
    theirs = given.compare.read_bytes().splitlines()[: given.count]
    mine, real = _portrait(ours), _portrait(theirs)
    print(f"{'':28}{'generated':>12}{'real':>12}")
    for name, value in mine.items():
        print(f"{name:28}{value:>12.4g}{real[name]:>12.4g}")


if __name__ == "__main__":
    main()
