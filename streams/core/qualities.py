"""How an observation is held: as a deed or in words, outright or on a condition, now or long ago, and by whose account."""

import re

from streams.core.candidates import Candidate
from streams.core.draft import Draft
from streams.core.grammar import Tree
from streams.core.model import Modality, Strength

_IF = {"if", "unless", "provided", "until", "once", "should", "whether", "as"}
_AHEAD = {"will", "'ll", "’ll", "shall", "wo"}
_MAYBE = {"would", "could", "might", "may", "should"}
_DENIAL = {"deny", "denies", "denied", "denying", "denial", "disavow", "disavows", "disavowed"}
_SAYING = frozenset(
    "say says said saying tell tells told claim claims claimed report reports reported allege alleges alleged accuse"
    " accuses accused according announce announces announced confirm confirms confirmed state states stated reveal"
    " reveals warn warns warned add adds added assert asserts insist insists estimate estimates believe believes".split()
)
_YEAR = re.compile(r"\b(?:in|since|from|of|until|between|the|back in|early|late)\s+((?:19|20)\d\d)\b")
_LONG_AGO = re.compile(
    r"\b(?:(?:years?|decades?) (?:ago|earlier|before)|last (?:year|decade|century)|at the time|back then|originally|once had"
    r"|had (?:earlier|previously|long|once|already)|in those days|during the (?:cold war|1\d\d\ds|soviet))\b",
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


def acts(candidate: Candidate) -> bool:
    """Whether the actor is the subject of the very word that names an act: ``Kenya will send`` soldiers."""
    path = candidate.path
    return candidate.issue.term.is_act and path.role == "subject" and len(path.climb) == 1


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
    conditions = marks & (_IF - {"as", "until", "once", "whether"})
    if conditions or aux & _MAYBE or any(link.startswith("advcl:if") for link in candidate.path.crossed):
        return "conditional"
    return "asserted"


def attribution(draft: Draft, tree: Tree, candidate: Candidate) -> str | None:
    """Give the id of another actor by whose account the actor holds the stance; None where the article says so itself."""
    start = draft.sentences[candidate.sentence].start
    above = set(tree.ancestors(candidate.actor_token)[1:]) | set(tree.ancestors(candidate.anchor_token)[1:])
    for mention in draft.actors.get(candidate.sentence, ()):
        if not mention.is_actor or mention.actor.id == candidate.actor.actor.id:
            continue
        token = tree.head_of(mention.start - start, mention.end - start)
        verb = tree.heads[token]
        is_speaking = tree.deps[token] == "nsubj" and tree.words[verb] in _SAYING and verb in above
        is_source = tree.deps[token] == "pobj" and tree.words[tree.heads[verb]] == "according"
        if (is_speaking and not _is_subject_of(tree, candidate.actor_token, verb)) or is_source:
            return mention.actor.id
    return None


def _is_subject_of(tree: Tree, token: int, verb: int) -> bool:
    return any(tree.heads[i] == verb and tree.deps[i].startswith("nsubj") for i in tree.ancestors(token))


def is_historical(draft: Draft, tree: Tree, candidate: Candidate) -> bool:
    """Whether the sentence tells it as background: an earlier year, years ago, or a past before the past."""
    text = draft.sentence_text(candidate.sentence)
    years = [int(match[1]) for match in _YEAR.finditer(text)]
    if years and max(years) < draft.article.published_at.year - (draft.article.published_at.month < 3):
        return True
    if _LONG_AGO.search(text):
        return True
    verb = next((i for i in candidate.path.climb if tree.tags[i] in {"VBN", "VBD"}), None)
    return verb is not None and any(
        tree.words[i] == "had" and tree.deps[i] == "aux" for i in tree.children[verb]
    )
