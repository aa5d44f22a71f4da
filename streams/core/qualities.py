"""How an observation is held: as a deed or in words, outright or on a condition, now or long ago."""

import re

from streams.core.candidates import Candidate
from streams.core.cues import Cues
from streams.core.draft import Draft
from streams.core.grammar import Tree
from streams.core.lists import listed
from streams.core.mentions import Mention
from streams.core.model import Modality, Strength
from streams.core.text import words

_IF = {"if", "unless", "provided", "should"}
_AHEAD = {"will", "'ll", "’ll", "shall", "wo"}
_MAYBE = {"would", "could", "might", "may", "should"}
_DENIAL = {"deny", "denies", "denied", "denying", "denial", "disavow", "disavows", "disavowed"}
_WILL_OR_NOT = re.compile(
    r"\b(?:will|shall|would|could|might|may|should|to|not|never|no|cannot|without)\b|n[’']t\b|[’']ll\b"
)
# A date at the head of a sentence sets the time of all of it; one further on may belong to a clause alone.
_HEAD = r"^\W*(?:(?:but|and|yet|so) )?(?:back )?"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_YEAR = re.compile(
    rf"{_HEAD}(?:as (?:early|late) as |early |late )?(?:in|on|during) "
    rf"(?:(?:early|late|mid|the|of|spring|summer|autumn|fall|winter|\d{{1,2}}|{_MONTHS}),?[ -])*((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_LONG_AGO = re.compile(
    rf"{_HEAD}(?:(?:(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|\d+|some|more than|nearly|almost"
    r"|about|over|many|several|few) )+(?:years?|decades?) (?:ago|earlier|before)\b"
    r"|last (?:year|decade|century)\b(?![’'])|in the (?:early |late |mid-)?(?:19\d0s|20[01]0s|[5-9]0s)\b"
    r"|(?:at the time|back then|in those days|during the (?:cold war|soviet \w+))\b(?= |,))",
    re.IGNORECASE,
)


def strength(tree: Tree, candidate: Candidate) -> Strength:
    """Say by the words alone whether the stance is a deed, a decision, a statement or a hint.

    The word next to the actor decides, for that is what it does itself: who signs an agreement acts, who calls for
    the signing speaks. What will be done is decided and not done yet.
    """
    cues = candidate.path.cues
    if any(cue.kind == "consider" for cue in cues):
        return "hint"
    said = [cue.strength for cue in cues if cue.kind in {"keep", "flip"}]
    told: Strength = said[-1] if said else "deed" if candidate.issue.term.is_act else "statement"
    return "decision" if told == "deed" and _is_ahead(tree, candidate) else told


def is_done(draft: Draft, sentence: int, actor: Mention, issue: str, cues: Cues) -> bool:
    """Whether a sentence tells what its actor has done, and not what lies ahead or was left undone: ``signed the truce``,
    ``has sent troops``. What stands before the actor, or behind another one, is not told of it.
    """
    lists = listed(draft)
    fellows = lists.get(actor.start, actor.start)
    others = (e for e in draft.actors.get(sentence, ()) if e.is_actor and e.start >= actor.end)
    reach = min((e.start for e in others if lists.get(e.start) != fellows), default=len(draft.body))
    for mention in draft.named(sentence, issue):
        if not actor.end <= mention.anchor <= reach:
            continue
        between = draft.folded[actor.end : mention.anchor]
        if _WILL_OR_NOT.search(between) is None and (mention.term.is_act or _has_deed(between, issue, cues)):
            return True
    return False


def _has_deed(text: str, issue: str, cues: Cues) -> bool:
    told = words(text)
    found = (cues.lookup(issue, word, told[i + 1 : i + 2]) for i, word in enumerate(told))
    return any(cue is not None and cue.strength == "deed" for cue in found)


def _is_ahead(tree: Tree, candidate: Candidate) -> bool:
    return any(
        tree.words[i] in _AHEAD
        for token in candidate.path.climb
        for i in tree.children[token]
        if tree.deps[i] == "aux"
    )


def modality(tree: Tree, candidate: Candidate) -> Modality:
    """Say whether the stance is asserted, hangs on a condition, or is denied by its holder."""
    climb = candidate.path.climb
    around = {tree.words[i] for token in climb for i in (token, *tree.children[token])}
    if around & _DENIAL and candidate.path.role.startswith("subject"):
        return "denied"
    aux = {tree.words[i] for token in climb for i in tree.children[token] if tree.deps[i] in {"aux", "mark"}}
    clauses = [
        i for token in climb for i in tree.children[token] if tree.deps[i] in {"advcl", "prep", "ccomp"}
    ]
    marks = {
        tree.words[j]
        for i in clauses
        for j in (i, *tree.children[i])
        if tree.deps[j] in {"mark", "advmod", "prep"}
    }
    if marks & _IF or aux & _MAYBE or any(link.startswith("advcl:if") for link in candidate.path.crossed):
        return "conditional"
    return "asserted"


def is_background(draft: Draft, sentence: int) -> bool:
    """Whether a sentence says at its head that it tells of long ago: in an earlier year, or so many years ago."""
    text = draft.sentence_text(sentence)
    found = _YEAR.match(text)
    if found is not None:
        return int(found[1]) < draft.article.published_at.year - (draft.article.published_at.month < 3)
    return _LONG_AGO.match(text) is not None
