"""What people type into the search box."""

from hypothesis import given
from hypothesis import strategies as st

from forum.folding import fold
from forum.search.language import LONGEST, WORDS, parse, spaced


def test_words_are_folded_and_kept_once() -> None:
    assert parse("Café CAFE sleep, Sleep!").words == ("cafe", "sleep")


def test_short_words_and_numbers_are_words() -> None:
    assert parse("php B6 403 a").words == ("php", "b6", "403")


def test_quoted_words_are_a_phrase_that_must_occur() -> None:
    query = parse('“Lions  mane” "sleep" dose')
    assert query.words == ("lions mane", "sleep", "dose")
    assert query.phrases == ("lions mane", "sleep")


def test_a_quote_without_its_partner_is_nothing() -> None:
    assert parse('"lions mane') == parse("lions mane")


def test_what_belongs_together_stays_together() -> None:
    assert parse("covid-19 10.1371/journal.pone").words == ("covid 19", "10 1371 journal pone")


def test_common_words_are_dropped_unless_there_is_nothing_else() -> None:
    assert parse('what is the dose "of the"').words == ("dose",)
    query = parse("Who am I?")
    assert query.words == ("who", "am", "i")
    assert query.titles_only


def test_signs_alone_are_an_empty_query() -> None:
    for text in ("", "   ", '""', "*", ":(-)^", "\0\ud800", "🙂"):
        assert not parse(text), text


def test_a_long_text_is_cut() -> None:
    assert len(parse(" ".join(f"word{n}" for n in range(1000))).words) == WORDS
    assert parse("a" * 10_000).words == ("a" * LONGEST,)


@given(st.text(max_size=200))
def test_any_text_is_a_query_of_letters_and_digits(text: str) -> None:
    for word in parse(text).words:
        assert all(part.isalnum() for part in word.split(" "))


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(spaced(text)) == len(text)


def test_folding() -> None:
    assert fold("Ångström ÉTÉ Sørensen ß İ") == "angstrom ete sørensen ß i"
