"""What a report adds is what no earlier one has: figures, names, quotations."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from broadsheet.judge.adds import EARLIER, additions, adds
from broadsheet.judge.facts import facts
from broadsheet.judge.figures import figures
from broadsheet.judge.names import names
from broadsheet.model import Article

Make = Callable[..., Article]
FIRST = "The battery at Northmoor opened on Friday. It holds 288 MWh and cost €90 million."


def test_the_first_report_is_the_first(report: Make) -> None:
    assert adds(report("Battery opens", FIRST), []) == "first report"


def test_figures_names_and_quotations_that_are_new(report: Make) -> None:
    later = (
        "Northmoor has its battery. Yesterday Halden Power said it serves 400,000 homes. "
        '"We are ready," said the mayor. It holds 288 MWh.'
    )

    told = adds(report("Battery at work", later), [report("Battery opens", FIRST)])

    assert told == "400,000 homes, Halden Power, “We are ready”"


def test_four_at_most(report: Make) -> None:
    later = "He saw Oslo, then Bergen, then Bodo: 3 ships, 40 cars, 500 birds, 6000 trees."

    assert len(adds(report("Trip", later), [report("x", "y")]).split(", ")) == 4


@pytest.mark.parametrize("text", ["", FIRST, FIRST.upper(), "Then it rained. Nobody came."])
def test_nothing_new(report: Make, text: str) -> None:
    assert adds(report("battery", text), [report("Battery opens", FIRST)]) == "nothing new"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It opens at 17:00 sharp in 2027 perhaps.", "nothing new"),
        ("It costs €90 million, 12 MW more.", "12 MW"),
        ("It costs 90 million euros.", "nothing new"),
        ("It feeds 90 MW.", "90 MW"),
        ("It holds 288 megawatt-hours, a neighbour says.", "nothing new"),
        ("Up by 56 % it went, or 56 per cent.", "56%"),
        ("On 9 January it rained, for the 3rd time.", "nothing new"),
        ("It took five years and 5 years more.", "5 years"),
        ("It took three years, not 3 hours.", "3 hours"),
        ("We waited 4 hours.", "nothing new"),
        ("It hired 17 former station hands.", "17 former station hands"),
        ("Ministers came, 30 crowded the hall.", "nothing new"),
    ],
)
def test_figures_are_told_with_what_they_count_and_known_again(
    report: Make, text: str, told: str
) -> None:
    before = report("Battery opens", f"{FIRST} After four hours it was empty.")

    assert adds(report("", text), [before]) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Said Minister Ada Holm.", "nothing new"),
        ("So said Ada's brother Bo Holm.", "Bo Holm"),
        ("Now it is the battery of Halden Power, and Halden is glad.", "Halden Power"),
        (
            'Bo Vik said: "Bo Vik will not go." Halden Power will.',
            "“Bo Vik will not go”, Halden Power",
        ),
        ("The Northmoor's sisters met.", "nothing new"),
    ],
)
def test_a_name_in_a_longer_name_or_a_quotation_counts_once(
    report: Make, text: str, told: str
) -> None:
    before = report("Battery opens", f"{FIRST} So said Ada Holm. Bo was there.")

    assert adds(report("", text), [before]) == told


@pytest.mark.parametrize(
    ("language", "first", "later", "told"),
    [
        (
            "de",
            "Kestrel Storage hat in Northmoor 288 MWh gebaut.",
            """Die Batterie von Kestrel Storage hat 17 ehemalige Kohlearbeiter. 
            Kosten: 1,5 Milliarden Euro. „Wir sind bereit“, sagte Petra Holm am 9. Januar.""",
            "17 ehemalige Kohlearbeiter, “Wir sind bereit”, 1,5 Milliarden Euro, Petra Holm",
        ),
        (
            "fr",
            "Kestrel Storage ouvre une batterie à Northmoor.",
            """Selon l'Institut de Northmoor, elle alimente 40 000 foyers le 9 janvier.
            « Nous sommes prêts », dit Petra Holm.""",
            "40 000 foyers, Institut de Northmoor, “Nous sommes prêts”, Petra Holm",
        ),
        (
            "es",
            "Kestrel Storage abre una batería en Northmoor.",
            "La batería costó 90 millones de euros, dijo Petra Holm el 9 de enero.",
            "90 millones de euros, Petra Holm",
        ),
        (
            "ru",
            "Кестрел открыл батарею в Браннвике. Она стоит 90 млн евро.",
            "В Браннвике ждут Петра Хольм и люди Кестрела. Батарея питает 40 тысяч домов.",
            "40 тысяч домов, Петра Хольм",
        ),
        ("tr", "Çin'de deprem oldu.", "Deprem Çin'i vurdu: 738 kişi öldü.", "738 kişi"),
        (
            "zh",
            "北港的电池投入使用。",
            "北港的电池储存288兆瓦时，1月9日启用。“我们准备好了”，市长说。",
            "288兆瓦时, “我们准备好了”",
        ),
        (
            "ja",
            "北港の電池が動いた。",
            "「準備はできている」と市長は言った。288世帯に送る。",
            "288世帯, “準備はできている”",
        ),
        ("ar", "افتتح المصنع", "قال العمدة «نحن مستعدون» أمام 300 عامل", "300 عامل, “نحن مستعدون”"),
        ("", "", "Northmoor", "nothing new"),
    ],
)
def test_other_languages_have_their_own_traps(
    report: Make, language: str, first: str, later: str, told: str
) -> None:
    before = report("", first, language=language)

    assert adds(report("", later, language=language), [before]) == told


def test_what_another_language_said_is_known_by_its_letters(report: Make) -> None:
    english = report("", "So it was in Brannvik, where Petra Holm counted 340 boats.")
    russian = report("", "В порту Браннвика 340 лодок, и Петра Холм рада.", language="ru")

    assert adds(russian, [english]) == "nothing new"


def test_a_copy_adds_nothing(report: Make) -> None:
    copy = report("Dam", "All about Halden Power.", copy_of="x")

    assert adds(copy, [report("Battery opens", FIRST)]) == "nothing new"
    assert adds(copy, []) == "nothing new"


def test_an_earlier_report_without_text_counts_with_its_summary(report: Make) -> None:
    early = report("Battery opens", "", summary="Halden Power opens it.")

    assert adds(report("Battery", "It belongs to Halden Power."), [early]) == "nothing new"


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("Dam opens", "People came. Then they saw Halden Power.", ("Halden Power",)),
        ("Dam opens", "The Bank of Oslo paid Ada's bill.", ("Bank of Oslo", "Ada")),
        ("Minister visits Northmoor", "", ("Northmoor",)),
        ("Prices Rise After Storm Hits Grid", "It rained.", ()),
        ("", "They saw Kestrel Storage, Kestrel for short.", ("Kestrel Storage",)),
        ("", "By Tern & Holm of Brannvik.", ("Tern & Holm of Brannvik",)),
        ("", "So said Edda Vane of the Suppliers' Forum.", ("Edda Vane", "Suppliers' Forum")),
        ("", "It is Kestrel's Harrow Staithe; Kestrel is proud.", ("Kestrel", "Harrow Staithe")),
        ("", "He leads Lloyd's Register.", ("Lloyd's Register",)),
        ("Leaving Skerry Bank early", "The wind of Skerry Bank is strong.", ("Skerry Bank",)),
        ("", "HARROW STAITHE, 8 January: at Harrow Staithe.", ("Harrow Staithe",)),
        (
            "",
            "So said the Ministry of Energy and Harbours. It is the Ministry of Energy and Harbours.",
            ("Ministry of Energy and Harbours",),
        ),
        (
            "",
            "So said the Bank of Oslo and Bergen. In Bergen it rained.",
            ("Bank of Oslo", "Bergen"),
        ),
        ("", "Then J. R. Holm of the U.S. spoke.", ("J. R. Holm", "U.S.")),
        ("", "", ()),
    ],
)
def test_names(title: str, text: str, found: tuple[str, ...]) -> None:
    assert names(title, text) == found


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("1,200 homes", "1200"),
        ("1.200 homes", "1200"),
        ("1 200 homes", "1200"),
        ("1.5 GW", "1.5"),
        ("1,5 GW", "1.5"),
        ("٣٤٠ MW", "340"),
        ("1,234,567 homes", "1234567"),
    ],
)
def test_a_number_is_one_however_it_is_written(figure: str, value: str) -> None:
    assert [each.value for each in figures(figure)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Word ",
        "Kestrel's ",
        "of Alpha and Beta ",
        '"a b c d e ',
        "9 ",
        "Aa-",
        "« ",
        "的1",
        "1",
        "「" + "い" * 150 + "」",
        "Q.",
        "\x00\ud800",
    ],
)
def test_a_text_made_to_hurt_is_survived_in_a_moment(report: Make, text: str) -> None:
    text *= 30_000
    start = process_time()

    told = adds(report(text[:1500], text, language=""), [report("x")])

    assert process_time() - start < 2
    assert 0 < len(told) < 400


def test_each_report_of_a_story_is_compared_with_those_that_may_be_named(report: Make) -> None:
    first, held = report("", FIRST), report("", "At Halden Power: 12 MW.")
    last = report("", "Halden Power has it.")

    told = additions([first, held, last], {first.id, last.id}, {})

    assert list(told.values()) == ["first report", "12 MW, Halden Power", "Halden Power"]


def test_in_a_big_story_what_was_told_of_the_oldest_stands(report: Make) -> None:
    many = [report("", f"It was number {n * 7 + 1000} homes.") for n in range(3 * EARLIER)]
    named = {each.id for each in many}
    before = {each.id: "as told" for each in many}

    told = list(additions(many, named, before).values())

    assert told[: 2 * EARLIER] == ["as told"] * (2 * EARLIER)
    assert "as told" not in told[2 * EARLIER :]
    assert "" not in additions(many, named, {}).values()


def test_a_long_text_is_read_to_its_twenty_thousandth_character(report: Make) -> None:
    long = f"{'It rained on. ' * 1500}Then came Halden Power."

    assert facts(report("", long)).names == ()
