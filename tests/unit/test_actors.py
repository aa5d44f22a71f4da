"""The actor catalogue: what it finds, what it leaves alone, and that no text breaks it."""

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.actors import Catalogue, Mention, build, resolve
from streams.core.senses import term
from streams.lexicon import actor_data, content_version, load_catalogue

DAY = datetime.date(2025, 6, 1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def found(catalogue: Catalogue, text: str, day: datetime.date = DAY) -> list[tuple[str, str, bool]]:
    return [(each.surface, each.actor.id, each.is_actor) for each in catalogue.find(text, day)]


def actors(catalogue: Catalogue, text: str, day: datetime.date = DAY) -> list[str]:
    return [each.actor.id for each in catalogue.find(text, day) if each.is_actor]


def one(catalogue: Catalogue, text: str, day: datetime.date = DAY) -> Mention:
    (mention,) = catalogue.find(text, day)
    return mention


@pytest.mark.parametrize(
    ("phrase", "id_"),
    [
        ("French foreign minister Jean-Noël Barrot", "FRA"),
        ("The Polish prime minister", "POL"),
        ("the German defence ministry", "DEU"),
        ("Russian Ministry of Defense", "RUS"),
        ("Ministry of Defence of the Russian Federation", "RUS"),
        ("Russia's Foreign Ministry", "RUS"),
        ("Israeli military", "ISR"),
        ("Ukrainian officials", "UKR"),
        ("the Maldivian parliament", "MDV"),
        ("the Trump administration", "USA"),
        ("Assimi Goita-led junta", "MLI"),
        ("US Treasury", "USA"),
        ("U.S. State Department", "USA"),
        ("British Armed Forces", "GBR"),
        ("President Macron", "FRA"),
        ("Prime Minister Orban", "HUN"),
        ("the Kremlin", "RUS"),
        ("Quai d'Orsay", "FRA"),
        ("Elysee", "FRA"),
        ("the Sejm", "POL"),
        ("UNIFIL", "UN"),
        ("EU foreign policy chief Kaja Kallas", "EU"),
        ("NATO Secretary General Mark Rutte", "NATO"),
        ("Hezbollah leader Naim Qassem", "HEZBOLLAH"),
        ("General Abdel Fattah al-Burhan", "SDN"),
        ("DR Congo", "COD"),
        ("the Republic of the Congo", "COG"),
        ("Guinea-Bissau", "GNB"),
        ("Papua New Guinea", "PNG"),
        ("Türkiye", "TUR"),
        ("the authorities in Bamako", "MLI"),
    ],
)
def test_a_phrase_is_one_mention_of_its_state(catalogue: Catalogue, phrase: str, id_: str) -> None:
    text = f"On that day {phrase} agreed."
    mention = one(catalogue, text)
    assert (mention.actor.id, mention.is_actor) == (id_, True)
    assert phrase.removeprefix("the ").removeprefix("The ") in mention.surface


def test_a_sub_actor_counts_as_its_state_and_is_named_beside_it(catalogue: Catalogue) -> None:
    mention = one(catalogue, "Officials at the Pentagon disagreed.")
    assert (mention.actor.id, mention.actor.parent, mention.part) == ("USA", None, "USA.PENTAGON")


@pytest.mark.parametrize(
    "text",
    [
        "Former Israeli defence minister Yoav Gallant spoke.",
        "Ex-president Poroshenko is no such thing, but ex-President Biden is.",
        "Russian opposition leader Ilya Yashin was freed.",
        "Ukrainian refugees arrived.",
        "Families of Israeli hostages marched.",
        "Traders avoid Russian oil.",
        "A Danish shipping company left.",
        "Talks were held in Geneva and in Moscow.",
        "Iran-backed militias fired.",
        "A pro-Russian crowd gathered.",
        "Rain fell on southern Lebanon and eastern Ukraine.",
        "The Russian Orthodox Church prays.",
        "The Israel–Hamas war goes on.",
        "Five Americans were hurt.",
        "A fire broke out in Barajevo, Belgrade, Serbia's capital.",
        "The bloc met in Abuja, Nigeria, and in Ottawa, Ontario, Canada.",
        "In Taguig, Philippines, a court sat.",
        "Vermont is the first US state to vote, before the Indian state of Kerala.",
    ],
)
def test_who_does_not_speak_for_the_state_is_no_actor(catalogue: Catalogue, text: str) -> None:
    assert [id_ for id_ in actors(catalogue, text) if id_ != "SRB"] == []


def test_a_country_after_a_place_that_lies_elsewhere_acts(catalogue: Catalogue) -> None:
    assert actors(catalogue, "In Brussels, Germany, France and Italy agreed.") == ["DEU", "FRA", "ITA"]
    assert actors(catalogue, "Since talks in August, Iran, like others, has waited.") == ["IRN"]


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("SEOUL -- North Korea will send sappers.", ["PRK"]),
        ("ABUJA - Its leaders met.", []),
        ("KYIV, April 21 (Agency) - Russia attacked.", ["RUS"]),
        ("Bucharest, Romania (Press Service) — Romania waited.", ["ROU"]),
        ("GENEVA/DAMASCUS (Agency) – Syria agreed.", ["SYR"]),
        ("Moscow - no friend of the truce - refused.", ["RUS"]),
        ("TEL AVIV/HAIFA, 12 March - Israel waited.", ["ISR"]),
        ("NATO - Russia talks failed.", ["NATO", "RUS"]),
        ("HAMAS - the group that rules Gaza - refused.", ["HAMAS"]),
        ("HUNGARY – will veto the list.", ["HUN"]),
        ("Germany (NATO member) - will send soldiers.", ["DEU", "NATO"]),
        ("Taliban (Afghanistan) – agreed to a truce.", ["TALIBAN", "AFG"]),
    ],
)
def test_where_a_line_says_that_it_was_written_nobody_acts(
    catalogue: Catalogue, line: str, who: list[str]
) -> None:
    assert actors(catalogue, f"A headline\n{line}") == who


def test_terms_decide_who_holds_office(catalogue: Catalogue) -> None:
    text = "Bashar al-Assad and Ahmed al-Sharaa are named."
    assert actors(catalogue, text, datetime.date(2024, 11, 1)) == ["SYR"]
    assert found(catalogue, text, datetime.date(2025, 1, 1))[0] == ("Bashar al-Assad", "SYR", False)
    assert actors(catalogue, "Olaf Scholz met Rishi Sunak.", datetime.date(2023, 5, 1)) == ["DEU", "GBR"]
    assert actors(catalogue, "Kaja Kallas spoke.", datetime.date(2023, 5, 1)) == ["EST"]
    assert actors(catalogue, "Kaja Kallas spoke.", datetime.date(2025, 5, 1)) == ["EU"]


def test_a_common_family_name_needs_its_title_or_its_first_mention(catalogue: Catalogue) -> None:
    assert found(catalogue, "Lee sang. Johnson ran. Austin is hot.") == []
    assert actors(catalogue, "Defense Secretary Austin flew.", datetime.date(2023, 5, 1)) == ["USA"]
    text = "Boris Johnson spoke. Later Johnson left."
    assert actors(catalogue, text, datetime.date(2022, 5, 1)) == ["GBR", "GBR"]


def test_a_stranger_beside_a_name_makes_it_his(catalogue: Catalogue) -> None:
    assert found(catalogue, "Jordan Smith met Michael Jordan and Petro Ivanenko.") == []
    assert actors(catalogue, "Jordan rejects the plan.") == ["JOR"]
    assert actors(catalogue, "Trump Orders Troops To Leave Syria, Putin Says Nothing") == [
        "USA",
        "SYR",
        "RUS",
    ]


def test_georgia_is_told_by_its_neighbours(catalogue: Catalogue) -> None:
    assert actors(catalogue, "Georgia imposes sanctions, the Georgian Dream says in Tbilisi.")[0] == "GEO"
    assert one(catalogue, "A court in Georgia, Fulton County, rules.").country == "USA"


@pytest.mark.parametrize(
    "text",
    [
        "He told us that they may go and who will turkey",
        "The US dollar fell against guinea pigs; Paris Saint-Germain won the French Open",
        "Washington Post readers love french fries",
        "malign chads jerseys",
    ],
)
def test_words_that_look_like_actors_are_left_alone(catalogue: Catalogue, text: str) -> None:
    assert actors(catalogue, text) == []


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("Gaza", "PSE"),
        ("the Golan Heights", "SYR"),
        ("South Lebanon", "LBN"),
        ("Goma", "COD"),
        ("El Fasher", "SDN"),
        ("Kursk", "RUS"),
        ("Crimea", "UKR"),
        ("Hodeidah", "YEM"),
        ("the Taiwan Strait", "TWN"),
        ("Essequibo", "GUY"),
        ("Catatumbo", "COL"),
        ("Port-au-Prince", "HTI"),
        ("Kashmir", None),
    ],
)
def test_a_place_points_at_its_country_and_is_no_actor(
    catalogue: Catalogue, place: str, country: str | None
) -> None:
    mention = one(catalogue, f"Fighting goes on around {place} today.")
    assert (mention.country, mention.is_actor) == (country, False)


def test_homes_and_names(catalogue: Catalogue) -> None:
    homes = {id_: catalogue.home(id_) for id_ in ("M23", "HAMAS", "RSF", "USA", "EU", "SCOTLAND", "nobody")}
    assert homes == {
        "M23": "COD",
        "HAMAS": "PSE",
        "RSF": "SDN",
        "USA": "USA",
        "EU": None,
        "SCOTLAND": "GBR",
        "nobody": None,
    }
    assert one(catalogue, "HAMAS agreed.").actor.name == "Hamas"


def sentences(text: str) -> list[tuple[int, int]]:
    ends = [each.end() for each in re.finditer(r"\. |$", text)]
    return [(start, end) for start, end in zip([0, *ends], ends, strict=False) if start < end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Malaysia says it will not recognise the sanctions.", [("it", "MYS")]),
        ("The European Union met. The bloc widened its list.", [("The bloc", "EU")]),
        ("Rebels took Goma as government forces withdrew.", [("government forces", "COD")]),
        ("Vladimir Putin spoke. He will not withdraw.", [("He", "RUS")]),
        ("M23 announced a truce. The rebels left the town.", [("The rebels", "M23")]),
        ("Kenya sent police. The government wants more.", [("The government", "KEN")]),
        ("France and Spain met. The government fell.", []),
        ('Brazil voted. "Pull out before Russia does," they said.', [("they", "BRA")]),
        ('"We came, one said.\n"We go," one said. Kenya paid. It will pay.', [("It", "KEN")]),
        ("BERLIN (Agency) - The government will pay.", [("The government", "DEU")]),
        ("Kenya sent police. The government Monday praised them.", []),
        ("Kenya sent police. Its MILITARY GOVERNMENT will pay.", [("Its MILITARY GOVERNMENT", "KEN")]),
        ("BAMAKO, May 3 (Agency) - It will rain.", []),
        ("It will rain.", []),
    ],
)
def test_descriptions_find_their_actor_or_nobody(
    catalogue: Catalogue, text: str, expected: list[tuple[str, str]]
) -> None:
    extra = resolve(catalogue.find(text, DAY), text, sentences(text))
    assert [(each.surface, each.actor.id) for each in extra] == expected
    assert all(each.kind == "pronoun" and text[each.start : each.end] == each.surface for each in extra)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (
            "“We will not send soldiers,” the Polish prime minister said. “We never planned to.”",
            ["POL", "POL"],
        ),
        ('A German diplomat at the talks added, "It was a long day. We also agreed to do more."', ["DEU"]),
        ("“We have no such plan,” said Emmanuel Macron on Tuesday.", ["FRA"]),
        ("“We accept the truce,” Hamas said. “We do not,” Israel said.", []),
        ("We asked the Polish prime minister, who said nothing.", []),
        ("“We will march on,” said one of the drivers, as French police looked on.", []),
    ],
)
def test_we_in_a_quote_is_who_is_said_to_speak(catalogue: Catalogue, text: str, who: list[str]) -> None:
    extra = resolve(catalogue.find(text, DAY), text, [(0, len(text))])
    assert [each.actor.id for each in extra if each.surface in {"We", "we"}] == who


def test_terms_are_read_to_the_precision_given() -> None:
    assert term("2021-01-20/2025-01-20") == (datetime.date(2021, 1, 20), datetime.date(2025, 1, 20))
    assert term("2024-02/2024-02") == (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    assert term("2020/..") == (datetime.date(2020, 1, 1), datetime.date.max)


def test_the_version_names_the_content() -> None:
    assert content_version(actor_data()) == content_version(actor_data())
    assert content_version({"a": 1}) != content_version({"a": 2})


@pytest.mark.parametrize("kind", ["leaders", "institutions"])
def test_a_leader_or_institution_of_an_unknown_actor_is_refused(kind: str) -> None:
    with pytest.raises(KeyError, match="nobody"):
        build(actor_data() | {kind: {"nobody": {}}})


WORDS = st.sampled_from(
    ["Russian", "U.S.", "President", "former", "of", "the", "Macron", "Lee", "troops", "in", "Kyiv", "-led"]
)
MORE_WORDS = st.sampled_from(
    ["'s", "Hamas", "opposition", "al-Assad", "USS", "Congo", "Georgia", ",", ".", "İ", "ß", "\n", "İstanbul"]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(WORDS | MORE_WORDS, max_size=20).map(" ".join),
    st.lists(WORDS | MORE_WORDS, max_size=20).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, day=st.dates())
def test_spans_are_exact_ordered_and_the_same_each_time(text: str, day: datetime.date) -> None:
    catalogue = CATALOGUE
    mentions = catalogue.find(text, day)
    assert mentions == catalogue.find(text, day)
    end = 0
    for each in mentions:
        assert end <= each.start < each.end <= len(text)
        assert text[each.start : each.end] == each.surface == each.actor.surface
        assert each.actor.parent is None
        end = each.end
    for each in resolve(mentions, text, [(0, len(text))]):
        assert text[each.start : each.end] == each.surface


CATALOGUE = load_catalogue()
