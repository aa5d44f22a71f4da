"""The way of an article: issues and actors, a skim, a look, grammar, topics, stances, reported shifts, in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.core.article import Surroundings
from streams.core.attribution import may_be_attributed
from streams.core.candidates import candidates
from streams.core.draft import Draft
from streams.core.event import event, observation, reported
from streams.core.issues import IssueMention
from streams.core.learned import Models
from streams.core.lists import may_list, shared
from streams.core.looking import Looking
from streams.core.model import EnrichedEvent, RawArticle
from streams.core.network import Look, Network
from streams.core.pieces import Pieces, Split, pieces
from streams.core.plainly import put_plainly
from streams.core.prepare import Lexicon, add_grammar, prepare
from streams.core.shifts_reported import find_turns
from streams.core.skim import telling
from streams.core.stance import Verdict, by_actor, by_sentence, in_reach, verdicts
from streams.core.topics import Signs, by_issue, score_by_looks, score_by_rule, score_topic, topic_features
from streams.core.undecided import open_minds
from streams.core.undoing import may_turn_twice, put_together
from streams.core.untaught import judged_by_rule
from streams.core.whereabouts import Whereabouts
from streams.core.windows import Window, close_ups, windows

PIPELINE_VERSION = "25"
_SEEN = 0.2


@dataclass(frozen=True, slots=True)
class Settings:
    """Above which score a topic, an observation, a reported shift is given out; how sure it must be that a stance is
    about no country.

    A topic that is not plainly named must be surer.
    """

    topic: float = 0.6
    topic_not_plain: float = 0.8
    observation: float = 0.55
    shift: float = 0.5
    no_context: float = 0.6


@dataclass(frozen=True, slots=True)
class _Looked:
    """An article, what the network made of its windows, and what that says of each place."""

    work: Draft
    looks: Sequence[Look]
    told: Sequence[Verdict]


class Reader:
    """Reads articles. Built once a process; what it gives depends on the article, lexicon and models alone.

    Issues that labels were written on are read by the network. Others, known from their file alone, are read by rules over
    grammar.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        models: Models,
        network: Network,
        split: Split,
        settings: Settings | None = None,
    ) -> None:
        self.lexicon = lexicon
        self._models = models
        self._network = network
        self._split = split
        self._settings = settings or Settings()
        self._untaught = lexicon.issues.all.keys() - network.taught.keys()

    def read(self, article: RawArticle, ingested_at: datetime) -> EnrichedEvent:
        """Read one article."""
        return self.read_many([article], ingested_at)[0]

    def read_many(self, articles: Sequence[RawArticle], ingested_at: datetime) -> list[EnrichedEvent]:
        """Read articles, in the order given. No article changes what is read of its neighbours.

        One step over all of them after the other: each has words, weights or code of its own, and runs faster with these at hand.
        """
        looked = self._look(articles)
        add_grammar((each.work, index) for each in looked for index in self._worth_parsing(each))
        return [self._judge(each, ingested_at) for each in looked]

    def signs(self, article: RawArticle) -> dict[str, Signs]:
        """Give what speaks for each taught issue as a topic, which is what the weights of ``score_topic`` are fitted on."""
        (looked,) = self._look([article])
        named = by_issue(looked.work).items()
        stances = by_actor(looked.told)
        return {i: self._signs(looked, stances, found) for i, found in named if i in self._network.taught}

    @property
    def version(self) -> str:
        """The version of code and models together."""
        return f"{PIPELINE_VERSION}-{self._models.version}-{self._network.version}"

    def _look(self, articles: Sequence[RawArticle]) -> list[_Looked]:
        looking = [self._looking(prepare(article, self.lexicon)) for article in articles]
        while cut := [(each, self._cut(each.draft, window)) for each in looking for window in each.round()]:
            named = [(each, found) for each, found in cut if found.issues]
            vectors = [self._network.encode(found, is_long=each.draft.is_long) for each, found in named]
            for (each, found), vector in zip(named, vectors, strict=True):
                each.saw(found.window, self._network.look(found, vector, each.around))
        return list(map(self._looked, looking))

    def _looking(self, work: Draft) -> Looking:
        """Choose what the network looks at."""
        taught = self._network.taught
        likely = telling(work, windows(work, taught), self._models.skim)
        around = Surroundings(work, self.lexicon.catalogue.home)
        return Looking(work, around, [*likely, *close_ups(work, taught)], taught)

    def _cut(self, work: Draft, window: Window) -> Pieces:
        return pieces(work, window, self._split, self._network.taught, self.lexicon.catalogue.home)

    def _looked(self, looking: Looking) -> _Looked:
        work, looks = looking.draft, looking.looks
        told = [
            verdict
            for look in looks
            for held in look.held
            for verdict in verdicts(held, work.sentence_at(held.actor.start))
        ]
        return _Looked(work, looks, list(put_plainly(in_reach(told, work), work, self.lexicon.cues)))

    def _worth_parsing(self, looked: _Looked) -> list[int]:
        """Give the sentences that grammar is needed of: those that show a stance best, where it may be told by somebody else
        or shared by a list, those that show a stance and may turn its issue twice, and those with an actor and an issue that the
        network was not taught.
        """
        work = looked.work
        best: dict[tuple[str, str], Verdict] = {}
        for each in looked.told:
            key = each.actor.actor.id, each.issue.issue
            if each.score > (best[key].score if key in best else _SEEN):
                best[key] = each
        asked = {each.sentence for each in best.values()} & may_list(work)
        asked |= {
            each.sentence for each in best.values() if may_be_attributed(work, each.sentence, each.actor)
        }
        cues = self.lexicon.cues
        asked |= {
            each.sentence for each in looked.told if each.score > _SEEN and may_turn_twice(work, each, cues)
        }
        ruled = {
            index
            for index, named in work.issues.items()
            if index in work.actors and any(each.issue in self._untaught for each in named)
        }
        return sorted(asked | ruled)

    def _judge(self, looked: _Looked, ingested_at: datetime) -> EnrichedEvent:
        work, limits = looked.work, self._settings
        by_rule = map(judged_by_rule, candidates(work, self.lexicon.cues, self._untaught))
        by_looks = put_together(looked.told, work, self.lexicon.cues)
        places = list(open_minds([*by_looks, *by_rule], work))
        stances = by_actor(shared(places, work))
        named = self._topics(looked, stances)
        told = by_sentence(each for each in places if each.issue.issue in named)
        turns = find_turns(work, told, limits.shift)
        chosen = [
            each
            for each in stances
            if each.issue.issue in named
            and each.score >= limits.observation
            and not any(turn.leaves(each) for turn in turns)
        ]
        where = Whereabouts(work, stances, self.lexicon, self._models.context, limits.no_context)
        return event(
            work,
            ingested_at,
            named,
            [observation(work, each, where.of(each), self.lexicon.cues) for each in chosen],
            [reported(work, each, where.of(each.verdict)) for each in turns],
            (self.version, self.lexicon.version),
        )

    def _topics(self, looked: _Looked, stances: Sequence[Verdict]) -> dict[str, float]:
        """Give the issues that are the article's topics, with their scores."""
        topics = {}
        for issue, mentions in by_issue(looked.work).items():
            least = self._settings.topic
            if issue in self._network.taught:
                signs = self._signs(looked, stances, mentions)
                score = score_topic(signs)
                least = least if signs.is_plain else self._settings.topic_not_plain
            else:
                score = score_by_rule(looked.work, mentions)
            if score >= least:
                topics[issue] = score
        return topics

    def _signs(self, looked: _Looked, stances: Sequence[Verdict], mentions: Sequence[IssueMention]) -> Signs:
        work, issue = looked.work, mentions[0].issue
        by_looks = [look.topics[issue] for look in looked.looks if issue in look.topics]
        return Signs(
            by_facts=self._models.topic(topic_features(work, mentions)),
            by_looks=score_by_looks(by_looks, work.is_long),
            by_stance=max((each.score for each in stances if each.issue.issue == issue), default=0.0),
            is_doubtful=issue in work.doubts,
            outright=sum(not each.term.is_weak for each in mentions),
            named=len(mentions),
            is_long=work.is_long,
        )
