"""The way through a sentence from an issue to an actor, and what the words on it make of the issue's sign."""

from dataclasses import dataclass

from streams.core.cues import Cue, Cues
from streams.core.grammar import Tree
from streams.core.issues import IssueMention

_SUBJECTS = {"nsubj", "csubj"}
_PASSIVE = {"nsubjpass", "csubjpass"}
_MODIFIERS = {"amod", "compound", "nmod", "poss", "appos"}
_COMPLEMENTS = {"dobj", "acomp", "attr", "oprd"}
_SETTING = frozenset("after following amid since during before despite upon pending ahead by".split())
_TURNING = {"against", "without", "despite", "instead"}


@dataclass(frozen=True, slots=True)
class Path:
    """How an actor stands to an issue in a sentence.

    role: the actor's place below the word that the two meet at (subject, agent, owner, object, prep:on ...).
    sign: the issue's own sign times all that turns it on the way up; 0 where a word leaves it open.
    climb: token indices from the anchor up to the word that the two meet at. cues: the cue words on the climb, lowest
    first. crossed: the borders of clauses and lists on it.
    """

    role: str
    sign: int
    climb: tuple[int, ...]
    cues: tuple[Cue, ...]
    crossed: tuple[str, ...]

    @property
    def is_by_holder(self) -> bool:
        """Whether the actor stands where the one does who says or does what the words on the way tell."""
        return self.role.startswith(("subject", "agent", "owner"))


def compose(tree: Tree, cues: Cues, actor: int, anchor: int, mention: IssueMention) -> Path:
    """Find the way between an actor's token and an issue's anchor and compose the sign along it."""
    up = tree.ancestors(anchor)
    places = {token: i for i, token in enumerate(up)}
    down = []
    for token in tree.ancestors(actor):
        if token in places:
            break
        down.append(token)
    meeting = places.get(tree.heads[down[-1]] if down else actor, len(up) - 1)
    climb = tuple(up[: meeting + 1])
    descent = tuple(reversed(down))
    found, sign, crossed = _signs(tree, cues, climb, mention)
    return Path(_role(tree, descent, climb), sign, climb, found, crossed)


def _particles(tree: Tree, token: int) -> list[str]:
    """Give the particles and prepositions that hang on a verb or noun (rule *out*, call *for*, bring *back*)."""
    return [tree.words[i] for i in tree.children[token] if _is_particle(tree, i)][:3]


def _is_particle(tree: Tree, token: int) -> bool:
    return tree.deps[token] in {"prt", "prep", "acomp"} or tree.words[token] == "back"


def _signs(
    tree: Tree, cues: Cues, climb: tuple[int, ...], mention: IssueMention
) -> tuple[tuple[Cue, ...], int, tuple[str, ...]]:
    """Compose the sign. A list's head does not govern its members; a main clause does not govern its adverbial one."""
    sign = mention.term.sign
    found: list[Cue] = []
    crossed: list[str] = []
    below = None
    for token in climb:
        link = _crossing(tree, below)
        if link is not None:
            crossed.append(link)
        if link is not None and link.startswith("advcl"):
            break
        is_governing = link != "conj"
        word = tree.words[token]
        if below is not None and is_governing:
            cue = cues.lookup(mention.issue, word, _particles(tree, token))
            if cue is not None:
                found.append(cue)
                sign *= cue.sign or 1
            elif word in _TURNING:
                sign = -sign
        if is_governing and (cue := _complement(tree, cues, token, climb, mention.issue)):
            found.append(cue)
            sign *= cue.sign or 1
        if is_governing and _is_negated(tree, cues, token):
            sign = -sign
        below = token
    return tuple(found), sign, tuple(crossed)


def _complement(tree: Tree, cues: Cues, token: int, climb: tuple[int, ...], issue: str) -> Cue | None:
    """Give what a light verb's object or a copula's complement says (puts an *end* to, is *unlawful*)."""
    if tree.words[token] not in cues.light:
        return None
    for child in tree.children[token]:
        if child not in climb and tree.deps[child] in _COMPLEMENTS:
            cue = cues.lookup(issue, tree.words[child])
            if cue is not None and cue.sign:
                return cue
    return None


def _crossing(tree: Tree, below: int | None) -> str | None:
    """Name the border between clauses or list members that the step up from a token crosses, if any."""
    if below is None:
        return None
    dep = tree.deps[below]
    if dep == "advcl":
        mark = next((tree.words[i] for i in tree.children[below] if _is_opening(tree, i)), "")
        return f"advcl:{mark}"
    if dep == "prep" and tree.words[below] in _SETTING:
        return f"advcl:{tree.words[below]}"
    return dep if dep in {"conj", "relcl", "ccomp", "parataxis"} else None


def _is_opening(tree: Tree, token: int) -> bool:
    return tree.deps[token] in {"mark", "advmod"} and not _is_particle(tree, token)


def _is_negated(tree: Tree, cues: Cues, token: int) -> bool:
    return any(
        (tree.words[i] in cues.negators and tree.deps[i] in {"neg", "det", "advmod", "cc:preconj", "preconj"})
        or (tree.words[i] == "longer" and any(tree.words[j] == "no" for j in tree.children[i]))
        for i in tree.children[token]
    )


def _role(tree: Tree, descent: tuple[int, ...], climb: tuple[int, ...]) -> str:
    """Name the actor's place: by the first link below the meeting word, through lists and modifiers of its head."""
    if not descent:
        return "self" if len(climb) == 1 else "head"
    first = tree.deps[descent[0]]
    inner = "" if len(descent) == 1 or _is_modifying(tree, descent) else "/in"
    if first in _SUBJECTS:
        return "subject" + inner
    if first in _PASSIVE:
        return "passive" + inner
    if first == "agent" or (first == "prep" and tree.words[descent[0]] == "by"):
        return "agent"
    if first in _MODIFIERS:
        return "owner" + inner
    if first == "prep":
        return f"prep:{tree.words[descent[0]]}"
    return first


def _is_modifying(tree: Tree, descent: tuple[int, ...]) -> bool:
    return all(tree.deps[token] in _MODIFIERS | {"conj"} for token in descent[1:])
