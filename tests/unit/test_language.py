import pytest

from streams.core.language import detect, is_read


@pytest.mark.parametrize(
    ("text", "claim", "language"),
    [
        (
            "The government said on Monday that it would not send troops to the border with Ukraine.",
            None,
            "en",
        ),
        ("Armed Fulani herdsmen kill 23 people in Benue State, Nigeria.", None, "en"),
        (
            "La ministre française des Armées annonce le retrait des troupes du Mali dès le mois prochain.",
            "en",
            "fr",
        ),
        (
            "Die Bundesregierung lehnt die Entsendung von Soldaten in die Ukraine weiterhin entschieden ab.",
            None,
            "de",
        ),
        ("Россия отвергла предложение о прекращении огня на тридцать дней.", None, "ru"),
        ("Ja.", "de-DE", "de"),
        ("Ja.", None, "und"),
        ("", None, "und"),
    ],
)
def test_the_text_tells_its_language_and_the_publisher_only_where_it_is_too_short(
    text: str, claim: str | None, language: str
) -> None:
    assert detect(text, claim) == language


def test_only_english_is_read() -> None:
    assert is_read("en")
    assert not is_read("und")
