"""By whose account an actor holds a stance: another one that a sentence names as telling of it."""

import re
from collections.abc import Sequence

from streams.core.candidates import Candidate
from streams.core.draft import Draft
from streams.core.grammar import Tree
from streams.core.mentions import Mention

_SAYING = frozenset(
    "say says said saying tell tells told claim claims claimed report reports reported allege alleges alleged accuse"
    " accuses accused announce announces announced confirm confirms confirmed stated reveal"
    " reveals warn warns warned add adds added assert asserts insist insists estimate estimates believe believes".split()
)
# Not of what is said to somebody, or by the subject of the clause before: "was told", "left, saying".
_SAYS = re.compile(
    r"(?<!\bbe )(?<!\bbeen )(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!, (?=saying))"
    rf"\b(?:{'|'.join(sorted(_SAYING))})\b"
)
_IT = r"(?:that|it|its|he|she|they|we|there|in|on|at|will|would)\b"  # is what is said, and not who says it
_SAID_BY = re.compile(rf",? (?!{_IT})(?:\S+ ){{0,4}}")
_ACCORDING_TO = re.compile(r"\baccording\b[^.;]{0,60}?\bto\s(?:\S+\s){0,4}$")
_SPEAKER_REACH = 200
_ADVERB = re.compile(r" (?:(?:\w+ly|also|has|had|have) )?")
_PREPOSITION = re.compile(r"\b(?:to|of|with|in|for|from|by|against|on|at|after|before|near) (?:the )?$")


def may_be_attributed(draft: Draft, sentence: int, actor: Mention) -> bool:
    """Whether another actor may be telling of this one in a sentence that names an issue: the last other one before a word of saying, the
    first one behind it, or one that it is according to. Only there a tree is asked for.
    """
    named = [each for each in draft.actors.get(sentence, ()) if each.is_actor]
    others = [each for each in named if each.actor.id != actor.actor.id]
    if sentence not in draft.issues or not others:
        return False
    start, end = draft.sentences[sentence]
    says = _SAYS.finditer(draft.folded, start, end)
    return any(_may_say(draft, match.span(), named, actor) for match in says) or any(
        _ACCORDING_TO.search(draft.folded, start, each.start) for each in others
    )


def _may_say(draft: Draft, says: tuple[int, int], named: Sequence[Mention], actor: Mention) -> bool:
    """Whether another actor, named before a word of saying or next behind it, may be its subject. The actor itself may stand between,
    but not as the subject: "Russia's envoy to Ukraine claimed that Ukraine ...".
    """
    before = [each for each in named if each.end <= says[0]]
    others = [each for each in before if each.actor.id != actor.actor.id]
    if others and says[0] - others[-1].end <= _SPEAKER_REACH:
        nearest = before[-1]
        if nearest is others[-1] or not _is_subject(draft, nearest, says[0]):
            return True
    after = next((each for each in named if each.start >= says[1]), None)
    if after is None or after.actor.id == actor.actor.id:
        return False
    return _SAID_BY.fullmatch(draft.folded, says[1], after.start) is not None


def _is_subject(draft: Draft, mention: Mention, verb: int) -> bool:
    """Whether a mention stands right before a verb, and no preposition before the mention."""
    is_next = _ADVERB.fullmatch(draft.folded, mention.end, verb) is not None
    return is_next and _PREPOSITION.search(draft.folded, max(0, mention.start - 12), mention.start) is None


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
