"""What words do to a stance: keep it, turn it round, leave it open. Inflections are derived from base forms."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from streams.core.model import Strength
from streams.core.text import caseless

CueKind = Literal["flip", "keep", "talk", "consider", "accuse", "fear", "suffer"]
_VOWELS = "aeiou"
_APART = r"\b.{1,60}?\b"  # a verb and its particle: bring the sanctions back
_SIGNS: dict[str, int] = {"flip": -1, "keep": 1}
_STRENGTHS: tuple[Strength, ...] = ("deed", "decision", "statement")


@dataclass(frozen=True, slots=True)
class Cue:
    """A word's effect. sign: 1 keeps the stance, -1 turns it round, 0 says nothing of it."""

    lemma: str
    kind: CueKind
    sign: int
    strength: Strength


class Cues:
    """The general cue words with those of each issue on top. Lookups are by word form and, for verbs, particle."""

    def __init__(
        self, data: Mapping[str, Any], issues: Mapping[str, Mapping[str, Mapping[str, Iterable[str]]]]
    ) -> None:
        self._forms: dict[str, tuple[str, ...]] = {
            lemma: tuple(each) for lemma, each in data["forms"].items()
        }
        self._general = dict(self._general_entries(data))
        self._own = {issue: dict(self._own_entries(cues)) for issue, cues in issues.items()}
        self.light = frozenset(data["light"])
        self.negators = frozenset(data["negators"])
        self._restoring = frozenset(data["restore"])
        forms = [form for lemma in data["restore"] for form in self._all_forms(lemma)]
        self.restoring_verbs = frozenset(form.partition("_")[0] for form in forms)
        self._restores = caseless("|".join(map(_wording, forms)))

    def lookup(self, issue: str, word: str, particles: Iterable[str] = ()) -> Cue | None:
        """Give the effect of a word form on an issue; with the entry of its particles first (put back in, rule out)."""
        return _first(word, particles, self._own.get(issue, {}), self._general)

    def lookup_own(self, issue: str, word: str, particles: Iterable[str] = ()) -> Cue | None:
        """Give the effect of a word form that the issue's own file tells."""
        return _first(word, particles, self._own.get(issue, {}))

    def restores(self, cue: Cue) -> bool:
        """Whether a cue puts back what was given up: who reimposes sanctions is for them, whatever is told of the time between."""
        return cue.lemma in self._restoring

    def may_restore(self, text: str, start: int, end: int) -> bool:
        """Whether a word that puts something back stands between two offsets."""
        return self._restores.search(text, start, end) is not None

    def _general_entries(self, data: Mapping[str, Any]) -> Iterator[tuple[str, Cue]]:
        for kind in ("suffer", "talk", "fear", "consider", "accuse"):
            yield from self._inflected(data[kind], kind, "hint" if kind == "consider" else "statement")
        for kind in ("keep", "flip"):
            for strength in reversed(_STRENGTHS):
                yield from self._inflected(data[kind].get(strength, ()), kind, strength)

    def _own_entries(self, cues: Mapping[str, Mapping[str, Iterable[str]]]) -> Iterator[tuple[str, Cue]]:
        for stance, kind in (("support", "keep"), ("oppose", "flip")):
            for strength in reversed(_STRENGTHS):
                yield from self._inflected(cues.get(stance, {}).get(strength, ()), kind, strength)

    def _inflected(self, lemmas: Iterable[str], kind: Any, strength: Strength) -> Iterator[tuple[str, Cue]]:
        for lemma in lemmas:
            cue = Cue(lemma, kind, _SIGNS.get(kind, 0), strength)
            for form in self._all_forms(lemma):
                yield form, cue

    def _all_forms(self, lemma: str) -> tuple[str, ...]:
        return *inflections(lemma), *self._forms.get(lemma, ())


def _wording(form: str) -> str:
    return rf"\b{form.replace('_', _APART)}\b"


def _first(word: str, particles: Iterable[str], *entries: Mapping[str, Cue]) -> Cue | None:
    behind = list(particles)
    forms = ("_".join((word, *behind[:2])), *(f"{word}_{particle}" for particle in behind), word)
    return next((known[form] for form in forms for known in entries if form in known), None)


def inflections(lemma: str) -> list[str]:
    """Give the regular forms of a verb, its base form first; of a verb with a particle, the verb inflects."""
    verb, mark, particle = lemma.partition("_")
    return [form + mark + particle for form in _regular(verb)]


def _regular(verb: str) -> list[str]:
    if verb.endswith("e"):
        return [verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return [verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return [verb, f"{verb}es", f"{verb}ed", f"{verb}ing"]
    forms = [verb, f"{verb}s", f"{verb}ed", f"{verb}ing"]
    if verb[-1] in "bdgklmnprt" and verb[-2] in _VOWELS and (len(verb) < 3 or verb[-3] not in _VOWELS):
        forms += [f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing"]
    return forms
