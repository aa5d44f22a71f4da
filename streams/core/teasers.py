"""What an entry or a page says about itself and not about the world: "Read more", "appeared first on"."""

import re

_LINE = re.compile(
    r"(?:"
    r"(?:(?:continue|keep) reading|read (?:more(?! than)|on|(?:the )?full (?:story|article|report))|(?:click|tap) here"
    r"|weiterlesen|lire la suite|leer más|leggi tutto|читать далее)\b(?:\s*:.{0,200}|[^.]{0,120})"
    r"|the post .{1,300} (?:first appeared|appeared first) on .{1,120}"
    r"|(?:see|read|watch|listen|related|more on this(?: story)?|read also|also read|see also|more from .{1,60})\s*:.{0,200}"
    r"|(?:advertisement|anzeige|publicité)"
    r"|sign up (?:for|to) [^.]{0,100}\b(?:newsletters?|alerts?|updates|briefings?|e-?mails?)\b[^.]{0,60}\.?"
    r"|\d+ comments?"
    r")(?:\.{3}|[\s…»>→\]])*",
    re.I,
)
_TAIL = re.compile(
    r"\s*(?:"
    r"\[(?:…|\.\.\.|&#8230;|\s)*\]"
    r"|(?:continue reading|read more|read the full (?:story|article)|weiterlesen|lire la suite|leer más|leggi tutto)[\s.…»>→]*"
    r"|the post [^\n]{1,300} (?:first appeared|appeared first) on [^\n]{1,120}"
    r")\s*\Z",
    re.I,
)
_LONGEST_LINE = 400


def without_teaser(text: str) -> str:
    """The text without lines that only lead elsewhere, and without such words at its end."""
    kept = "\n".join(line for line in text.split("\n") if not _is_teaser(line)).strip()
    while (shorter := _TAIL.sub("", kept[-1000:])) != kept[-1000:]:
        kept = (kept[:-1000] + shorter).strip()
    return kept


def hide_teasers(text: str) -> str:
    """The text with blanks for lines that only lead elsewhere: what they name is another article's. Offsets stay.

    A text of nothing else is left as it is.
    """
    hidden = "\n".join(" " * len(line) if _is_teaser(line) else line for line in text.split("\n"))
    return hidden if hidden.strip() else text


def _is_teaser(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and _LINE.fullmatch(line.strip()) is not None
