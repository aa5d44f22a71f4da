"""What so many articles a day take and cost, worked out from what was measured and from prices that you give.

    python -m benchmarks.plan
    python -m benchmarks.plan --vcpu-hour 0.03 --gb-month 0.05
    python -m benchmarks.plan --read-ms 0.65 --kafka-kb 0.8 --elasticsearch-kb 3.6      short items instead

Prints the table of docs/scaling.md. Prices are assumptions, in any currency; nobody's list is behind them.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DAY = 86_400
HOURS = 730
PEAK = 3.0
BUSY = 0.7
COPIES_KAFKA = 3
COPIES_SEARCH = 2
RAW_DAYS = 30
ENRICHED_DAYS = 7
KEPT = (60, 365)


@dataclass(frozen=True, slots=True)
class Site:
    """A volume and the servers assumed for it: others are the cores of track, index, notify and classify's own part."""

    millions: int
    brokers: int
    broker_cores: int
    nodes: int
    node_cores: int
    others: int


SITES = (Site(1, 3, 2, 2, 4, 1), Site(10, 3, 4, 4, 6, 4), Site(100, 6, 8, 24, 8, 60))


@dataclass(frozen=True, slots=True)
class Basis:
    """read_ms: CPU to read an article. *_kb: of an article on disk, once; Kafka's in each of two topics."""

    read_ms: float
    kafka_kb: float
    elasticsearch_kb: float
    vcpu_hour: float
    gb_month: float


def cores(site: Site, basis: Basis) -> tuple[int, int]:
    """Reading processes at the peak, and all cores."""
    a_second = site.millions * 1e6 / DAY
    readers = math.ceil(a_second * PEAK * basis.read_ms / 1000 / BUSY)
    servers = site.brokers * site.broker_cores + site.nodes * site.node_cores
    return readers, readers + servers + site.others


def disk_gb(site: Site, basis: Basis, days: int) -> tuple[float, float]:
    """GB of Kafka, and of Elasticsearch with ``days`` kept."""
    kafka = site.millions * basis.kafka_kb * (RAW_DAYS + ENRICHED_DAYS) * COPIES_KAFKA
    return kafka, site.millions * basis.elasticsearch_kb * days * COPIES_SEARCH


def computing(site: Site, basis: Basis) -> float:
    """What all cores cost a month."""
    return cores(site, basis)[1] * HOURS * basis.vcpu_hour


def storage(site: Site, basis: Basis, days: int) -> float:
    """What the disks cost a month with ``days`` kept."""
    return sum(disk_gb(site, basis, days)) * basis.gb_month


def rows(sites: Sequence[Site], basis: Basis) -> Iterator[str]:
    """The table, one column for each volume."""
    yield "| e | " + " | ".join(f"{site.millions} million a day" for site in sites) + " |"
    yield "|---" * (len(sites) + 1) + "|"
    for name, cells in _cells(sites, basis):
        yield f"| {name} | " + " | ".join(cells) + " |"


def _cells(sites: Sequence[Site], basis: Basis) -> Iterator[tuple[str, list[str]]]:
    rate = [site.millions * 1e6 / DAY for site in sites]
    yield "articles/s, mean and peak", [f"{each:,.0f} and {PEAK * each:,.0f}" for each in rate]
    yield "reading processes at the peak, 70 % busy", [f"{cores(site, basis)[0]:,}" for site in sites]
    yield "brokers x cores", [f"{site.brokers} x {site.broker_cores}" for site in sites]
    yield "Elasticsearch nodes x cores", [f"{site.nodes} x {site.node_cores}" for site in sites]
    yield "cores in all", [f"{cores(site, basis)[1]:,}" for site in sites]
    yield (
        "Kafka, `raw` 30 days and `enriched` 7, three copies",
        [f"{disk_gb(site, basis, 0)[0] / 1000:,.1f} TB" for site in sites],
    )
    for days in KEPT:
        yield (
            f"Elasticsearch, {days} days, one replica",
            [f"{disk_gb(site, basis, days)[1] / 1000:,.1f} TB" for site in sites],
        )
    yield (
        "a month: cores",
        [f"{computing(site, basis):,.0f}" for site in sites],
    )
    for days in KEPT:
        yield (
            f"a month: disk, {days} days",
            [f"{storage(site, basis, days):,.0f}" for site in sites],
        )
    for days in KEPT:
        yield (
            f"**a month in all, {days} days**",
            [f"**{_month(site, basis, days):,.0f}**" for site in sites],
        )
    yield (
        "a million articles, 60 days",
        [f"{_month(site, basis, KEPT[0]) / site.millions / (HOURS / 24):,.2f}" for site in sites],
    )


def _month(site: Site, basis: Basis, days: int) -> float:
    return computing(site, basis) + storage(site, basis, days)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plan",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--read-ms", type=float, default=16.0, help="CPU ms to read an article (16)")
    parser.add_argument("--kafka-kb", type=float, default=7.5, help="KB an article in each topic (7.5)")
    parser.add_argument("--elasticsearch-kb", type=float, default=12.0, help="KB an article (12)")
    parser.add_argument("--vcpu-hour", type=float, default=0.04, help="a core with 4 GB for an hour (0.04)")
    parser.add_argument("--gb-month", type=float, default=0.08, help="a GB of fast disk for a month (0.08)")
    print("\n".join(rows(SITES, Basis(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
