"""What the learned pair model sees of a pair: short strings, each a yes-or-no fact. No actor, no country is named."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from streams.core.article import Homes
from streams.core.candidates import Candidate
from streams.core.composition import particles
from streams.core.cues import Cue, Cues
from streams.core.draft import Draft
from streams.core.grammar import Tree
from streams.core.text import words

_BETWEEN = 12
_SUFFIXES = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "als",
    "al",
    "ies",
    "ied",
    "ions",
    "ion",
    "es",
    "ed",
    "s",
    "e",
    "y",
)
_FRAME = frozenset(
    [
        "despite",
        "following",
        "after",
        "amid",
        "since",
        "during",
        "before",
        "if",
        "would",
        "could",
        "against",
        "without",
        "accused",
        "accuses",
        "protest",
        "protests",
        "talks",
        "meeting",
        "between",
        "former",
        "violation",
        "violations",
        "violating",
        "violated",
        "alleged",
        "reportedly",
        "first",
        "again",
        "because",
        "due",
        "killed",
        "attack",
        "court",
        "sentenced",
        "criticised",
        "urged",
        "calls",
        "threatened",
        "unless",
        "until",
        "not",
        "no",
        "never",
        "former",
        "while",
    ]
)
_PREPS = frozenset("to in on from against into at near of over with by between for".split())
_CLAUSES = {"advcl", "ccomp", "relcl", "acl", "parataxis", "csubj", "pcomp"}
_VERB = ("VB", "MD")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut the commonest endings off a word, so that lift, lifts, lifted and lifting are one."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def features(
    draft: Draft, candidate: Candidate, rivals: Sequence[Candidate], cues: Cues, home: Homes
) -> list[str]:
    """Give the facts of a pair. rivals are all pairs of the same sentence, this one included."""
    tree = draft.trees[candidate.sentence]
    found = [
        *_grammar(tree, candidate),
        *_words_on_path(tree, candidate, cues),
        *_neighbours(tree, candidate),
        *_matter(draft, tree, candidate, cues, home),
        *_company(tree, candidate, rivals),
        *_place_in_article(draft, candidate),
    ]
    return list(dict.fromkeys(found))


def _grammar(tree: Tree, candidate: Candidate) -> Iterator[str]:
    path, term = candidate.path, candidate.issue.term
    role, issue = path.role, candidate.issue.issue
    sign = f"{path.sign:+d}"
    yield f"role={role}"
    yield f"rule={role}{sign}"
    yield f"sign={sign}"
    yield f"issue={issue}|sign={sign}"
    yield f"issue={issue}|role={role}"
    yield f"issue={issue}"
    yield f"term={issue}.{term.id}"
    yield f"term={issue}.{term.id}|role={role}"
    yield f"base={term.sign:+d}{'w' if term.is_weak else ''}{'a' if term.is_act else ''}|role={role}"
    yield f"kind={candidate.actor.kind}|role={role}"
    part = (candidate.actor.part or ".none").rpartition(".")[2]
    yield f"part={part}"
    yield f"part={part}|role={role}"
    yield f"neg={min(path.negations, 2)}"
    yield f"neg={min(path.negations, 2)}|role={role}"
    yield f"if={path.is_conditional}|role={role}"
    climb = ">".join(tree.deps[i] for i in path.climb[:-1][:4])
    descent = ">".join(tree.deps[i] for i in path.descent[:3])
    yield f"path={climb}^{descent}"
    yield f"climb={climb}"
    yield f"descent={descent}"
    yield f"steps={min(len(path.climb) - 1, 5)},{min(len(path.descent), 4)}"
    yield f"anchor={tree.deps[candidate.anchor_token]}|{tree.tags[candidate.anchor_token]}"
    yield f"anchor_tag={tree.tags[candidate.anchor_token]}|role={role}"


def _words_on_path(tree: Tree, candidate: Candidate, cues: Cues) -> Iterator[str]:
    path, base = candidate.path, f"{candidate.issue.term.sign:+d}"
    issue, role = candidate.issue.issue, path.role
    for step, token in enumerate(path.climb[1:], 1):
        word = stem(tree.words[token])
        yield f"up={word}|{base}"
        yield f"up={issue}.{word}"
        if step < 3:
            yield f"up{step}={word}|{base}"
        for particle in particles(tree, token):
            yield f"up={word}_{particle}|{base}"
    top = stem(tree.words[path.top])
    yield f"top={top}|{role}"
    yield f"top={top}|{role}|{base}"
    yield f"anchor_word={issue}.{stem(tree.words[candidate.anchor_token])}"
    yield f"anchor_word={stem(tree.words[candidate.anchor_token])}|{role}"
    for token in path.descent:
        yield f"down={stem(tree.words[token])}" if token != candidate.actor_token else "down=self"
        if tree.deps[token] in _CLAUSES:
            mark = next(
                (tree.words[i] for i in tree.children[token] if tree.deps[i] in {"mark", "advmod"}), ""
            )
            yield f"clause={tree.deps[token]}:{mark}"
            yield f"clause={tree.deps[token]}|{role}|{candidate.issue.term.is_act}"
    kinds = _kinds(path.cues)
    yield f"kinds={','.join(kinds)}"
    yield f"kinds={','.join(kinds)}|{role}"
    for kind in kinds:
        yield f"kind:{kind}|{role}"
    verb = governing_verb(tree, candidate.actor_token)
    cue = cues.lookup(issue, tree.words[verb], particles(tree, verb))
    yield f"verb={stem(tree.words[verb])}"
    yield f"verb={stem(tree.words[verb])}|{base}"
    yield f"verb_kind={cue.kind if cue else 'none'}|{role}"
    yield f"verb_tag={tree.tags[verb]}"
    yield f"verb_is_top={verb == path.top}|verb_is_anchor={verb == candidate.anchor_token}"
    for child in tree.children[path.top]:
        if tree.deps[child] in {"mark", "advmod", "aux", "neg", "prep", "det"}:
            yield f"top_{tree.deps[child]}={tree.words[child]}"
    for child in tree.children[candidate.anchor_token]:
        if tree.deps[child] in {"mark", "advmod", "aux", "neg", "prep", "det", "amod"}:
            yield f"anchor_{tree.deps[child]}={tree.words[child]}"


def inner_subject(tree: Tree, candidate: Candidate) -> str:
    """Say whether a clause between issue and actor has a subject of its own, and what kind of word that is."""
    for token in candidate.path.climb[:-1]:
        for child in tree.children[token]:
            if tree.deps[child] in {"nsubj", "nsubjpass"} and child not in candidate.path.climb:
                return "pronoun" if tree.tags[child].startswith(("PRP", "WDT", "WP")) else "other"
    return "none"


def _core(tree: Tree, candidate: Candidate, cues: Cues, relation: str) -> Iterator[str]:
    """The facts that decide most cases, together: one line for each combination."""
    path, term = candidate.path, candidate.issue.term
    inner = inner_subject(tree, candidate)
    crossed = ",".join(path.crossed[-2:])
    base = f"{term.sign:+d}{'e' if term.is_echo else 'w' if term.is_weak else ''}{'a' if term.is_act else ''}"
    kinds = ",".join(_kinds(path.cues))
    yield f"inner={inner}|{path.role}"
    yield f"core={base}|{path.role}|{inner}|{crossed}"
    yield f"core={base}|{path.role}|{inner}|{kinds}"
    yield f"core={base}|{path.role}|{inner}|{relation}|{candidate.issue.issue}"
    yield f"core={path.sign:+d}|{path.role}|{inner}|{kinds}|{crossed}"
    yield f"core={base}|{path.role}|{inner}|{stem(tree.words[path.top])}"
    yield f"core={candidate.issue.issue}|{path.sign:+d}|{path.role}|{inner}"
    military = (candidate.actor.part or "").endswith("MILITARY")
    yield f"core={base}|{path.role}|{inner}|military={military}|{relation}"


def governing_verb(tree: Tree, token: int) -> int:
    """Give the nearest verb above a token, else its root."""
    way = tree.ancestors(token)
    return next((i for i in way[1:] if tree.tags[i].startswith(_VERB)), way[-1])


def _kinds(found: Sequence[Cue]) -> Sequence[str]:
    return [cue.kind for cue in found][:4]


def _neighbours(tree: Tree, candidate: Candidate) -> Iterator[str]:
    actor, anchor = candidate.actor_token, candidate.anchor_token
    tokens = tree.words
    for name, token in (("actor", actor), ("anchor", anchor)):
        for offset in (-3, -2, -1, 1, 2, 3):
            near = token + offset
            word = tokens[near] if 0 <= near < len(tokens) else "|"
            yield f"{name}{offset:+d}={word if word in _FRAME or abs(offset) == 1 else stem(word)}"
    low, high = min(actor, anchor), max(actor, anchor)
    order = "<" if actor < anchor else ">"
    yield f"order={order}"
    yield f"far={order}{min((high - low) // 4, 6)}"
    for word in tokens[low + 1 : high][:_BETWEEN]:
        yield f"between{order}{stem(word)}"
    for word in tokens:
        if word in _FRAME:
            yield f"frame={word}"


def _matter(draft: Draft, tree: Tree, candidate: Candidate, cues: Cues, home: Homes) -> Iterator[str]:
    """What is done or called for: the words of the issue mention, its object, and whose country it points at."""
    issue, role = candidate.issue, candidate.path.role
    for word in words(draft.body[issue.start : issue.end]):
        yield f"matched={issue.issue}.{stem(word)}"
    for child in tree.children[candidate.anchor_token]:
        if tree.deps[child] in {"dobj", "nsubjpass", "nsubj", "pobj"}:
            yield f"anchor_{tree.deps[child]}={stem(tree.words[child])}"
    own = home(candidate.actor.actor.id) or candidate.actor.country
    places = [
        each
        for each in draft.actors.get(candidate.sentence, ())
        if each.country and each is not candidate.actor
    ]
    after = [each for each in places if each.start > issue.anchor]
    kinds = {"home" if each.country == own else "abroad" for each in places}
    yield f"places={','.join(sorted(kinds)) or 'none'}|{issue.issue}"
    near = after[0] if after else None
    relation = "none" if near is None else "home" if near.country == own else "abroad"
    yield f"target={relation}|{issue.issue}"
    yield f"target={relation}|{role}"
    if near is not None:
        before = words(draft.body[max(issue.anchor, near.start - 24) : near.start])[-3:]
        prep = next((word for word in reversed(before) if word in _PREPS), "none")
        yield f"target={prep}:{relation}|{issue.issue}"
        yield f"target_kind={near.kind}|{issue.issue}"
    yield f"anchor_sign={candidate.path.sign:+d}|{relation}|{role}"
    for child in tree.children[candidate.anchor_token]:
        if tree.deps[child] == "prep":
            for thing in tree.children[child]:
                yield f"anchor_prep_object={tree.words[child]}:{stem(tree.words[thing])}"
    yield from _core(tree, candidate, cues, relation)
    for link in candidate.path.crossed:
        yield f"crossed={link}|{role}"
        yield f"crossed={link}"
    yield f"crossed={len(candidate.path.crossed)}"


def _company(tree: Tree, candidate: Candidate, rivals: Sequence[Candidate]) -> Iterator[str]:
    same_anchor = [each for each in rivals if each.anchor_token == candidate.anchor_token]
    subjects = [each for each in same_anchor if each.path.role in {"subject", "agent"}]
    own = any(each.actor.actor.id == candidate.actor.actor.id for each in subjects)
    nearest = min(same_anchor, key=lambda each: len(each.path.climb) + len(each.path.descent))
    role = candidate.path.role
    yield f"rank={min(candidate.rank, 3)}|role={role}"
    yield f"actors={min(len(same_anchor), 5)}"
    yield f"subjects={min(len(subjects), 2)}|own={own}|role={role}"
    yield f"nearest={nearest is candidate}|role={role}"
    yield f"anchors={min(len({each.anchor_token for each in rivals}), 3)}"


def _place_in_article(draft: Draft, candidate: Candidate) -> Iterator[str]:
    is_long = draft.is_long
    issue = candidate.issue.issue
    place = candidate.sentence - draft.has_headline
    share = draft.share(issue)
    yield f"doubt={issue in draft.doubts}|{issue}|long={is_long}"
    yield f"long={is_long}"
    yield f"long={is_long}|place={min(place, 2)}"
    yield f"long={is_long}|share={min(share, 5)}"
    yield f"long={is_long}|role={candidate.path.role}"
    start, end = draft.sentences[candidate.sentence]
    quoted = draft.body.count('"', start, candidate.issue.anchor) % 2 or (
        draft.body.count("“", start, candidate.issue.anchor)
        > draft.body.count("”", start, candidate.issue.anchor)
    )
    yield f"quoted={bool(quoted)}"
    yield f"has_year={_DIGIT.search(draft.body, start, end) is not None}|long={is_long}"
