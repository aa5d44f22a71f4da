"""What undoes an issue, such as a waiver or a pull-out, and what is done to it; and what puts an issue back that was given up: two
turns that the network does not put together.

Who revokes a waiver is for the sanctions, as is who reimposes some that had been waived. Where a word that turns or keeps stands
between an actor and such a noun in one clause, or one that puts back between an actor and the issue, the sign that grammar composes
of the two decides (``docs/decisions/0052``).
"""

from collections.abc import Iterable, Iterator

from streams.core.candidates import Candidate, paired
from streams.core.composition import Path
from streams.core.cues import Cues
from streams.core.draft import Draft
from streams.core.grammar import Tree
from streams.core.issues import IssueMention
from streams.core.model import Stance
from streams.core.stance import Verdict, one_sided

_PARTICIPLE = "advcl:"  # an adverbial clause that no word opens
_TO_IT = {"of", "for", "to", "on", "against"}


def may_turn_twice(draft: Draft, verdict: Verdict, cues: Cues) -> bool:
    """Whether a verdict's sentence has a noun that undoes the issue, or a word that puts back; not asked about what is neutral."""
    named = draft.named(verdict.sentence, verdict.issue.issue)
    if verdict.stance == "neutral" or not named:
        return False
    return any(map(_is_undoing, named)) or cues.may_restore(draft.folded, *draft.sentences[verdict.sentence])


def put_together(found: Iterable[Verdict], draft: Draft, cues: Cues) -> Iterator[Verdict]:
    """Give each verdict, with the chance of both sides on the one that grammar composes."""
    return one_sided(found, lambda each: _side(each, draft, cues))


def _is_undoing(mention: IssueMention) -> bool:
    return mention.term.sign < 0 and not mention.term.is_act


def _side(verdict: Verdict, draft: Draft, cues: Cues) -> Stance | None:
    tree = draft.trees.get(verdict.sentence)
    if tree is None or not may_turn_twice(draft, verdict, cues):
        return None
    named = draft.named(verdict.sentence, verdict.issue.issue)
    pairs = [paired(draft, cues, verdict.sentence, verdict.actor, each) for each in named]
    held = [each for each in pairs if each.path.is_by_holder]
    told = next((each for each in held if _is_turned(each, tree) or _is_put_back(each, tree, cues)), None)
    if told is None or any(_contradicts(each, told) for each in held):
        return None
    return "support" if told.path.sign > 0 else "oppose"


def _is_turned(pair: Candidate, tree: Tree) -> bool:
    """Whether a word of the same clause says what the actor does to it, not with it: ``eased sanctions with a licence``."""
    if pair.path.crossed or not _is_undoing(pair.issue):
        return False
    links = {tree.words[token] for token in pair.path.climb if tree.deps[token] == "prep"}
    return links <= _TO_IT and _is_done(pair.path)


def _is_put_back(pair: Candidate, tree: Tree, cues: Cues) -> bool:
    """Whether the actor puts the issue itself back, in its own clause or by a participle: ``shut the office, restoring the embargo``."""
    path = pair.path
    verb = next((token for token in path.climb[1:] if tree.deps[token] != "prep"), None)
    if verb is None or pair.issue.term.is_weak or tree.words[verb] not in cues.restoring_verbs:
        return False
    is_participle = path.crossed == (_PARTICIPLE,) and tree.deps[verb] == "advcl"
    return (not path.crossed or is_participle) and _is_done(path) and cues.restores(path.cues[0])


def _is_done(path: Path) -> bool:
    """Whether all words on the way turn or keep: who blames, fears or talks does not do it."""
    return bool(path.cues) and all(cue.sign for cue in path.cues)


def _contradicts(other: Candidate, told: Candidate) -> bool:
    """Whether the actor does the opposite to the issue in another clause."""
    is_apart = bool(other.path.crossed) and told.anchor_token not in other.path.climb
    return is_apart and other.path.sign != told.path.sign
