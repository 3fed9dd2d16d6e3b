"""Characters that hide what a text says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markup import render
from forum.moderation import lookalikes
from forum.moderation.findings import Draft

ZERO = "\u200b"


def found(text: str, title: str = "") -> list[str]:
    return [finding.check for finding in lookalikes.find(Draft(render(text), title))]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Order vіagra here", "vіagra"),  # a Cyrillic і
        ("The best саsino", "саsino"),
        ("Cheap c\u03bfdeine", "c\u03bfdeine"),  # a Greek omicron
        ("Read 𝐓𝐇𝐈𝐒 now", "𝐓𝐇𝐈𝐒"),
        ("An օpioid", "օpioid"),  # an Armenian o
    ],
)
def test_letters_that_stand_in_for_others(text: str, word: str) -> None:
    assert lookalikes.disguised(text) == [word]
    (finding,) = lookalikes.find(Draft(render(text)))
    assert finding.check == "look-alikes" and f"“{word}”" in finding.words


@pytest.mark.parametrize(
    "text",
    [
        "TNFα, IFN-γ, NFκB and PPARγ2 fell; β-catenin and 5 μg of α-synuclein did not (p<0·05, χ² = 3).",
        "IL‐1β and TGFβ1 of dα‐chains, αβ T cells, ΔF508, kappaκ and σ.",
        "Сегодня я принял 5 мг, и IgG упал.",
        "Η μελέτη έδειξε ότι η βιταμίνη D βοηθά.",
        "𝑝 = 0.03 and 𝑥𝑦 for Sørensen, naïve, Łódź and Ærø",
        "今日はＣＯＶＩＤについて",
        "family 👨‍👩‍👧 and 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f won",
        "mi\u00adcro\u00addos\u00ading, and\u200bor, \u2067עברית\u2069 and می\u200cخواهم",
    ],
)
def test_what_honest_people_write(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"Buy m{ZERO}dma and k{ZERO}eta and l{ZERO}sd",
        "Nothing \u202eneddih\u202c here",
        "A note\U000e0041\U000e0042 with tags",
    ],
)
def test_invisible_characters(text: str) -> None:
    assert found(text) == ["invisible"]


def test_a_title_counts() -> None:
    assert found("All is well.", title="Where do I get vіagra from?") == ["look-alikes"]


def test_bare_is_what_a_reader_sees() -> None:
    assert lookalikes.bare(f"ѕ{ZERO}аⅼ\u00ade 𝐧𝐨𝐰") == "sale now"


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(codec="ascii")))
def test_plain_text_is_left_alone(text: str) -> None:
    assert lookalikes.bare(text) == text
    assert lookalikes.disguised(text) == []
