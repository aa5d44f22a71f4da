"""Who is said to have made up no mind takes no side, whatever the words of the issue beside it make of that.

Who had abstained once tells of the past, and is left out. The wordings are a closed class of English, so they stand here and not in the lexicon.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from streams.core.draft import Draft
from streams.core.mentions import Mention
from streams.core.stance import Verdict
from streams.core.text import caseless

_DECIDE = r"(?:decid\w+|made up|make up|taken? (?:a|any) (?:decision|position|stand|side)|settled|committed|agreed on)"
_OPEN = caseless(
    r"\b(?<!\bhad )(?<!\bbeen )(?:(?P<alone>abstain\w*|abstention)"
    rf"|(?:ha[sd]|have|is|are|was|were) (?:still )?(?:not|yet to|n[’']t)(?: yet)?(?: to)? {_DECIDE}"
    rf"|(?:hasn|haven|hadn)[’']t (?:yet )?{_DECIDE}"
    r"|yet to (?:say|answer|respond|reply|take a (?:position|stand))"
    r"|undecided|unsure|uncertain (?:whether|about)|non-?committal|on the fence|(?:in|of) two minds|keeps? (?:its|their|his) options open"
    r"|(?:takes?|took|taken) no (?:position|stand|side|sides|decision)|no decision (?:has been|had been|was) (?:made|taken)"
    r"|neither (?:[\w-]+ ){1,3}nor (?:[\w-]+ )?(?:exclud\w+|rul\w+|reject\w+|refus\w+|den(?:y|ied|ies)|oppos\w+|endors\w+|support\w*|back\w*)"
    r"|(?:left|leaves?|leaving) (?:it )?open (?:whether|if)|(?:still )?(?:considering|weighing|pondering|studying|examining) (?:whether|if)"
    r"|declin\w+ to say (?:whether|if)|would not say (?:whether|if)|(?:still )?(?:looking at|studying|examining|reviewing|weighing) the)\b"
)
_NEXT_CLAUSE = caseless(
    r";|\b(?:but|while|whereas|although|though|yet|and (?:will|has|have|is|are|had|would))\b"
)


def open_minds(found: Iterable[Verdict], draft: Draft) -> Iterator[Verdict]:
    """Give each verdict, as a neutral one where its sentence says that the actor has made up no mind on the issue."""
    spans: dict[int, list[tuple[int, int, bool]]] = {}
    for each in found:
        if each.sentence in draft.issues and each.sentence not in spans:
            spans[each.sentence] = _spans(draft, each.sentence)
        is_open = any(_is_about(draft, each, *span) for span in spans.get(each.sentence, ()))
        yield replace(each, stance="neutral") if is_open else each


def _spans(draft: Draft, index: int) -> list[tuple[int, int, bool]]:
    start, end = draft.sentences[index]
    return [(*match.span(), match["alone"] is not None) for match in _OPEN.finditer(draft.folded, start, end)]


def _is_about(draft: Draft, verdict: Verdict, start: int, end: int, stands_alone: bool) -> bool:
    """Whether the wording tells of this actor, the last one before it, and of this issue, which comes after it."""
    if _last_before(draft, verdict.sentence, start) != verdict.actor.actor.id:
        return False
    anchor = verdict.issue.anchor
    if anchor < start:
        return stands_alone
    return _NEXT_CLAUSE.search(draft.folded, end, anchor) is None


def _last_before(draft: Draft, index: int, place: int) -> str | None:
    before = [each for each in draft.actors.get(index, ()) if each.is_actor and each.end <= place]
    return max(before, key=_end).actor.id if before else None


def _end(mention: Mention) -> int:
    return mention.end
