"""The way of an article: issues and actors, windows, grammar, topics, stances, reported shifts, in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.core import grammar
from streams.core.article import Surroundings
from streams.core.draft import Draft
from streams.core.event import event, observation, reported
from streams.core.issues import IssueMention
from streams.core.learned import Models
from streams.core.lists import shared
from streams.core.model import EnrichedEvent, RawArticle
from streams.core.network import Look, Network
from streams.core.pieces import Split, pieces
from streams.core.prepare import Lexicon, Parse, add_grammar, pairs, prepare, with_pairs
from streams.core.shifts_reported import find_turns
from streams.core.stance import Verdict, by_actor, by_sentence, judged, judged_by_rule, verdicts
from streams.core.topics import Signs, by_issue, score_by_looks, score_by_rule, score_topic, topic_features
from streams.core.undecided import open_minds
from streams.core.whereabouts import Whereabouts
from streams.core.windows import telling, windows

PIPELINE_VERSION = "11"


@dataclass(frozen=True, slots=True)
class Settings:
    """Above which score a topic, an observation, a reported shift is given out; how sure it must be that a stance is
    about no country.

    A topic that is not plainly named must be surer.

    Full-length articles say a stance in more places and less outright, so that the same score is surer there. Of short
    items only what the detector would take is given out.
    """

    topic: float = 0.5
    topic_not_plain: float = 0.7
    observation: float = 0.52
    observation_long: float = 0.35
    shift: float = 0.5
    no_context: float = 0.6


@dataclass(frozen=True, slots=True)
class _Seen:
    """What both readers make of an article: of its windows, of each place, and of each actor and issue."""

    looks: Sequence[Look]
    places: Sequence[Verdict]
    stances: Sequence[Verdict]


class Reader:
    """Reads articles. Built once a process; what it gives depends on the article, lexicon and models alone.

    Issues that labels were written on are read twice, by the network and by learned weights over grammar. Others,
    known from their file alone, are read by rules over grammar.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        models: Models,
        network: Network,
        split: Split,
        settings: Settings | None = None,
        parse: Parse = grammar.parse,
    ) -> None:
        self.lexicon = lexicon
        self._models = models
        self._network = network
        self._split = split
        self._settings = settings or Settings()
        self._parse = parse

    def read(self, article: RawArticle, ingested_at: datetime) -> EnrichedEvent:
        """Read one article."""
        return self.read_many([article], ingested_at)[0]

    def read_many(self, articles: Sequence[RawArticle], ingested_at: datetime) -> list[EnrichedEvent]:
        """Read articles, in the order given. No article changes what is read of its neighbours."""
        return [self._judge(work, ingested_at) for work in self._drafts(articles)]

    def signs(self, article: RawArticle) -> dict[str, Signs]:
        """Give what speaks for each learned issue as a topic, which is what the weights of ``score_topic`` are fitted on."""
        (work,) = self._drafts([article])
        seen = self._see(work)
        named = by_issue(work).items()
        return {i: self._signs(work, seen, found) for i, found in named if i in self._models.issues}

    @property
    def version(self) -> str:
        """The version of code and models together."""
        return f"{PIPELINE_VERSION}-{self._models.version}-{self._network.version}"

    def _drafts(self, articles: Sequence[RawArticle]) -> list[Draft]:
        drafts = [prepare(article, self.lexicon) for article in articles]
        add_grammar(((work, index) for work in drafts for index in with_pairs(work)), self._parse)
        return drafts

    def _looks(self, work: Draft, by_grammar: Iterable[Verdict]) -> list[Look]:
        home = self.lexicon.catalogue.home
        around = Surroundings(work, home)
        surest: dict[int, float] = {}
        for verdict in by_grammar:
            surest[verdict.sentence] = max(surest.get(verdict.sentence, 0.0), verdict.score)
        cut = (
            pieces(work, each, self._split, self._network.taught, home)
            for each in telling(windows(work), surest)
        )
        return [self._network.look(each, around) for each in cut if each.issues]

    def _see(self, work: Draft) -> _Seen:
        by_grammar = list(self._by_grammar(work))
        looks = self._looks(work, by_grammar)
        found = list(open_minds([*self._by_network(work, looks), *by_grammar], work))
        return _Seen(looks, found, by_actor(shared(found, work)))

    def _judge(self, work: Draft, ingested_at: datetime) -> EnrichedEvent:
        limits = self._settings
        seen = self._see(work)
        named = self._topics(work, seen)
        told = by_sentence(each for each in seen.places if each.issue.issue in named)
        turns = find_turns(work, told, limits.shift)
        least = limits.observation_long if work.is_long else limits.observation
        chosen = [
            each
            for each in seen.stances
            if each.issue.issue in named
            and each.score >= least
            and not any(turn.leaves(each) for turn in turns)
        ]
        where = Whereabouts(work, seen.stances, self.lexicon, self._models.context, limits.no_context)
        return event(
            work,
            ingested_at,
            named,
            [observation(work, each, where.of(each)) for each in chosen],
            [reported(work, each, where.of(each.verdict)) for each in turns],
            (self.version, self.lexicon.version),
        )

    def _by_network(self, work: Draft, looks: Iterable[Look]) -> Iterator[Verdict]:
        for look in looks:
            for held in look.held:
                if held.issue.issue in self._network.taught:
                    yield from verdicts(held, work.sentence_at(held.actor.start))

    def _by_grammar(self, work: Draft) -> Iterator[Verdict]:
        for candidate, facts in pairs(work, self.lexicon):
            if candidate.issue.issue in self._models.issues:
                yield from judged(candidate, facts, self._models.pair)
            else:
                yield judged_by_rule(candidate)

    def _topics(self, work: Draft, seen: _Seen) -> dict[str, float]:
        """Give the issues that are the article's topics, with their scores."""
        topics = {}
        for issue, mentions in by_issue(work).items():
            least = self._settings.topic
            if issue in self._models.issues:
                signs = self._signs(work, seen, mentions)
                score = score_topic(signs)
                least = least if signs.is_plain else self._settings.topic_not_plain
            else:
                score = score_by_rule(work, mentions)
            if score >= least:
                topics[issue] = score
        return topics

    def _signs(self, work: Draft, seen: _Seen, mentions: Sequence[IssueMention]) -> Signs:
        issue = mentions[0].issue
        own = (each.score for each in seen.places if each.candidate and each.issue.issue == issue)
        facts = topic_features(work, mentions, max(own, default=0.0))
        by_looks = [look.topics[issue] for look in seen.looks if issue in look.topics]
        return Signs(
            by_facts=self._models.topic(facts)[0],
            by_looks=score_by_looks(by_looks, work.is_long),
            by_stance=max((each.score for each in seen.stances if each.issue.issue == issue), default=0.0),
            is_doubtful=issue in work.doubts,
            outright=sum(not each.term.is_weak for each in mentions),
            named=len(mentions),
            is_long=work.is_long,
        )
