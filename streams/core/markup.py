"""Plain text from what publishers send: markup, entities and control characters go, paragraphs stay."""

import html
import re
import sys
import unicodedata
from functools import cache

from selectolax.lexbor import LexborHTMLParser

_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|h[1-6]|ul|ol|li|img|table|tr|td|script|style|blockquote)\b[^<>]*>",
    re.I,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n[\s]*")
_BLOCKS = "p, div, br, li, tr, h1, h2, h3, h4, h5, h6, blockquote, section, article, header, footer"
_TAGS = re.compile(r"<(/?)([a-zA-Z][\w-]*)[^<>]*?(/?)>")
# What is never closed, or is closed by the next of its kind: these do not lie in one another.
_FLAT = frozenset(
    "p li td th tr thead tbody tfoot dt dd option br img hr input meta link source wbr area base col embed".split()
)
_MARKS_AT_MOST = (
    30  # as in Unicode's Stream-Safe Text Format: normalising a longer run takes its length squared
)
_FIRST_MARK = "\u0300"
# A long run of what may be marks: to ask this first spares Latin text a search for a thousand letters at each place.
_LONG_RUN = re.compile(f"[{_FIRST_MARK}-\U0010ffff]{{{_MARKS_AT_MOST + 1}}}")
_NOT_TEXT = ["script", "style", "noscript", "template", "svg", "iframe", "form", "nav", "head"]


def nesting(markup: str, enough: int) -> int:
    """How deep the elements of some HTML lie in one another, by its tags alone; counted up to ``enough``.

    A parser's time grows with the square of it, so that it has to be known before.
    """
    depth = 0
    if markup.count("<") < enough:
        return depth
    deepest = 0
    for closing, name, self_closed in _TAGS.findall(markup):
        if self_closed or name.lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
        if deepest == enough:
            break
    return deepest


def clean_text(text: str) -> str:
    """Plain text in Unicode NFC: no markup, no control or direction characters, single spaces and line ends."""
    if _TAG.search(text):
        return text_of_html(text)
    if _ENTITY.search(text):
        text = html.unescape(text)
    return _tidy(text)


def text_of_html(markup: str) -> str:
    """The visible text of an HTML document or fragment, a line a block. Never fails: bad HTML gives some text."""
    if not markup.strip():
        return ""
    tree = LexborHTMLParser(markup)
    tree.strip_tags(_NOT_TEXT)
    for node in tree.css(_BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    root = tree.body or tree.root
    return _tidy(root.text() if root else "")


def _tidy(text: str) -> str:
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\x85", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
    )
    text = _CONTROL.sub("", text)
    if _LONG_RUN.search(text):
        text = _long_runs_of_marks().sub(r"\1", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _BLANK_LINES.sub("\n", _SPACES.sub(" ", text)).strip()


@cache
def _long_runs_of_marks() -> re.Pattern[str]:
    marks = "".join(letter for letter in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(letter))
    return re.compile(f"([{marks}]{{{_MARKS_AT_MOST}}})[{marks}]+")
