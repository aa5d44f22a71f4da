"""The order in which windows are looked at, and which are spared: those that name only whom a stance was plainly seen of."""

from collections.abc import Container, Sequence

from streams.core.article import Surroundings
from streams.core.draft import Draft
from streams.core.network import Look
from streams.core.windows import Window

_ROUND = 3
_PLAIN = 0.9
_Pair = tuple[str, str]


class Looking:
    """An article while its windows are looked at, three a round, the likeliest first.

    In a full-length article a window is spared where a stance of every actor that it names, on every issue, was plainly seen
    before: mostly it would say that again, or the background would be read as news. Of whoever holds two stances on an issue, one for
    each of two countries, the second may be missed (``docs/decisions/0057``). Short items are seen whole, in one round.
    """

    def __init__(
        self, draft: Draft, around: Surroundings, chosen: Sequence[Window], issues: Container[str]
    ) -> None:
        self.draft = draft
        self.around = around
        self._left = list(chosen)
        self._issues = issues
        self._plain: set[_Pair] = set()
        self._seen: list[tuple[Window, Look]] = []

    def round(self) -> list[Window]:
        """Give the windows to look at next; none when all is seen."""
        if not self.draft.is_long:
            chosen, self._left = self._left, []
            return chosen
        self._left = [each for each in self._left if not self._is_told(each)]
        chosen, self._left = self._left[:_ROUND], self._left[_ROUND:]
        return chosen

    def saw(self, window: Window, look: Look) -> None:
        """Take what was seen in a window."""
        self._seen.append((window, look))
        self._plain |= {(e.actor.actor.id, e.issue.issue) for e in look.held if max(e.stances) >= _PLAIN}

    @property
    def looks(self) -> list[Look]:
        """What was seen, of a full-length article in the order of the text."""
        is_long = self.draft.is_long
        seen = sorted(self._seen, key=lambda each: (each[0].start, each[0].end)) if is_long else self._seen
        return [look for _, look in seen]

    def _is_told(self, window: Window) -> bool:
        sentences = range(window.first, window.last + 1)
        draft = self.draft
        who = {e.actor.id for index in sentences for e in draft.actors.get(index, ()) if e.is_actor}
        what = {
            e.issue for index in sentences for e in draft.issues.get(index, ()) if e.issue in self._issues
        }
        pairs = {(actor, issue) for actor in who for issue in what}
        return bool(pairs) and pairs <= self._plain
