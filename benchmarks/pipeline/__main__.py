"""The classify role beside a raw aiokafka loop, Quix Streams and Bytewax, on a Kafka and an Elasticsearch of its own.

    python -m benchmarks.pipeline                     about 20 minutes; writes benchmarks/results/pipeline.*
    python -m benchmarks.pipeline --quick             about 3 minutes, for trial; figures mean little
    python -m benchmarks.pipeline --only transport --contenders stancewatch,"aiokafka loop"

All do the same job: articles.raw to articles.enriched, stance.observations and articles.dead, with the same function
that reads, acknowledged by all replicas, at least once, offsets committed once a second. The peers need an environment
of their own: `make bench` prepares it.
"""

import argparse
import asyncio
import logging
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.corpus import articles
from benchmarks.pipeline.contender import GROUPS, MODULES, OF_PEERS, peers_are_installed
from benchmarks.pipeline.job import Task
from benchmarks.pipeline.latency import latency
from benchmarks.pipeline.report import Results
from benchmarks.pipeline.throughput import WARM_UP, drain, drop_topics, fresh
from benchmarks.services import own_services
from streams.services.inspect import status

PARTS = ("transport", "reading", "scaling", "latency")
RESULTS = Path(__file__).parents[1] / "results" / "pipeline"
EXIT_NO_PEERS = 69


def main() -> int:
    """Measure and write. Returns the exit code: 0, or 69 where the peers are not installed."""
    given = _arguments()
    if OF_PEERS & set(given.contenders) and not peers_are_installed():
        print("error: the peers are not installed. Run: deploy/prepare.sh peers", file=sys.stderr)
        return EXIT_NO_PEERS
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # topics that are a second old make it complain
    results = Results("python -m benchmarks.pipeline " + shlex.join(sys.argv[1:]))
    with own_services("bench") as (config, folder):
        ends = config.endpoints
        task = Task(ends.kafka, ends.elasticsearch, "", 6, True, str(folder))
        (broker,) = [each.pid for each in status(config) if each.name == "kafka"]
        try:
            asyncio.run(_measure(given, results, task, broker or 0, folder))
        finally:  # what was measured before a fault or a Ctrl-C is kept
            results.write(given.out)
    print(given.out.with_suffix(".md").read_text())
    return 0


async def _measure(
    given: argparse.Namespace, results: Results, task: Task, broker: int, folder: Path
) -> None:
    steps = list(_steps(given))
    carried = list(articles(1, given.carried + WARM_UP))
    to_read = list(articles(2, given.articles + WARM_UP))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("starting", total=len(steps))
        for part, name, workers in steps:
            progress.update(bar, description=f"{part}: {name} x {workers}")
            mine = fresh(task, folder, with_reading=part != "transport")
            if part == "latency":
                results.waited += await latency(name, mine, given.rates, given.seconds)
            else:
                lines = carried if part == "transport" else to_read
                bound = part == "scaling"
                results.drained.append(await drain(name, mine, lines, broker, workers=workers, bound=bound))
            await drop_topics(mine.settings())
            progress.advance(bar)


def _steps(given: argparse.Namespace) -> Iterator[tuple[str, str, int]]:
    """Everything once, then everything again in another order, so that no contender always meets the same neighbour."""
    for repeat in range(given.repeats):
        turned = (
            given.contenders[repeat % len(given.contenders) :]
            + given.contenders[: repeat % len(given.contenders)]
        )
        for part in (p for p in PARTS if p in given.only):
            for name in turned if part != "latency" or repeat < given.latency_repeats else ():
                if part != "scaling":
                    yield part, name, 1
                elif name in GROUPS:
                    yield from ((part, name, 1), (part, name, 2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = list(MODULES)
    parser.add_argument(
        "--contenders", type=lambda text: text.split(","), default=names, help=f"of: {', '.join(names)}"
    )
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=list(PARTS), help=f"of: {', '.join(PARTS)}"
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--latency-repeats", type=int, default=2)
    parser.add_argument("--articles", type=int, default=4000, help="articles to read in a run")
    parser.add_argument("--carried", type=int, default=20_000, help="articles in a run of transport alone")
    parser.add_argument(
        "--rates", type=lambda t: [int(n) for n in t.split(",")], default=[10, 100, 300], metavar="N,N"
    )
    parser.add_argument("--seconds", type=float, default=20, help="of publishing at each rate")
    parser.add_argument("--out", type=Path, default=RESULTS, help="path of the results without its suffix")
    parser.add_argument("--quick", action="store_true", help="little of everything, once")
    given = parser.parse_args()
    if unknown := (set(given.contenders) - set(names)) | (set(given.only) - set(PARTS)):
        parser.error(f"not known: {', '.join(sorted(unknown))}")
    if given.quick:
        given.repeats, given.articles, given.carried, given.seconds = 1, 1000, 4000, 5
    return given


if __name__ == "__main__":
    sys.exit(main())
