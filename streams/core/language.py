"""Which language an article is written in, told from the text and not from what the publisher claims."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from streams.core.text import words

UNDETERMINED = "und"
READ = frozenset({"en"})
_NEAR_ENGLISH = {"pcm"}  # Nigerian pidgin: English news about Nigeria is taken for it
_ENGLISH_ALONE = frozenset(
    "the of and to that with for by from has was were which said says have had been its".split()
)
_ENOUGH_LETTERS = 24
_SAMPLE = 400
_SURE = 0.8


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(set(identifier.labels) - _NEAR_ENGLISH))
    return identifier


def _is_plainly_english(sample: str) -> bool:
    """Whether small words that only English has make up a good share; saves most articles the statistical model."""
    found = words(sample)
    own = sum(word in _ENGLISH_ALONE for word in found)
    return len(found) >= 12 and "the" in found and own / len(found) >= 0.15


def detect(text: str, claim: str | None = None) -> str:
    """Give the language as ISO 639-1. Text too short to tell is taken at the publisher's word, else ``und``.

    Where text and claim disagree and the text is short, the claim breaks the tie only if the text is in doubt.
    """
    claimed = (claim or "").replace("_", "-").split("-")[0].lower() or None
    sample = text[:_SAMPLE]
    if sum(char.isalpha() for char in sample) < _ENOUGH_LETTERS:
        return claimed or UNDETERMINED
    if _is_plainly_english(sample):
        return "en"
    language, probability = _identifier().classify(sample)
    if claimed and claimed != language and probability < _SURE:
        return claimed
    return str(language)


def is_read(language: str) -> bool:
    """Whether the reader knows the language."""
    return language in READ
