"""What people type into the search box."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from forum.search import fields, scanning
from forum.search.language import LONGEST, WORDS, parse, spelled, without
from forum.search.query import Comparison, Condition, Field, Query, Term, Within
from tests.search.typing_in import searches

AT = datetime(2026, 11, 22, 15, tzinfo=UTC)


def terms(text: str) -> list[str]:
    return [term.text for term in parse(text, AT).terms]


def remarks(text: str) -> list[tuple[str, str]]:
    return [tuple(remark) for remark in parse(text, AT).remarks]


# --- words


def test_words_are_folded_and_kept_once() -> None:
    assert terms("Café CAFE sleep, Sleep!") == ["cafe", "sleep"]


def test_short_words_and_numbers_are_words() -> None:
    assert terms("php B6 403 a") == ["php", "b6", "403"]


def test_what_must_occur_is_not_a_mere_word_too() -> None:
    assert parse('sleep "sleep" title:sleep').terms == (
        Term("sleep", needed=True),
        Term("sleep", needed=True, in_title=True),
    )


@pytest.mark.parametrize(
    "text", ['"lions  mane"', "“Lions mane”", "„lions mane“", "« lions mane »", "「lions mane」"]
)
def test_quoted_words_are_a_phrase_that_must_occur(text: str) -> None:
    assert parse(f"dose {text}").terms == (Term("lions mane", needed=True), Term("dose"))
    assert not remarks(text)


def test_a_quote_without_its_partner_ends_with_the_text() -> None:
    query = parse('dose "lions mane')
    assert query.terms == (Term("lions mane", needed=True), Term("dose"))
    assert query.remarks[0].instead == "dose lions mane"
    assert not remarks('5" nails')
    assert terms('5" nails and 6" screws') == ["5", "nails", "6", "screws"]


def test_what_belongs_together_stays_together() -> None:
    assert terms("covid-19 10.1371/journal.pone") == ["covid 19", "10 1371 journal pone"]


def test_common_words_are_dropped_unless_there_is_nothing_else() -> None:
    assert terms('what is the dose "of the"') == ["dose"]
    assert remarks('dose "of the"') == [("“of the” is in almost every post, so it was left out.", "")]
    query = parse("Who am I?")
    assert [term.text for term in query.terms] == ["who", "am", "i"]
    assert query.titles_only
    assert not parse("who dose").titles_only
    assert not parse("the tag:sleep dose").titles_only
    assert not parse("tag:sleep").titles_only
    assert terms("dose title:the") == ["the", "dose"]


def test_words_are_left_out_with_a_minus() -> None:
    query = parse('sleep -mice -"lab rats" –dogs title:dose -title:cat - -- rm--rf')
    assert query.excluded == (Term("mice"), Term("lab rats"), Term("dogs"), Term("cat", in_title=True))
    assert query.terms == (Term("dose", needed=True, in_title=True), Term("sleep"), Term("rm rf"))
    assert remarks("-mice") == [("These are only words to leave out; add a word to look for.", "")]
    assert not parse("sleep -the").excluded


def test_signs_alone_are_an_empty_query() -> None:
    for text in ("", "   ", '""', "*", ":(-)^", "\0\ud800", "🙂", "- + @ ::", "tag:", 'title:""'):
        assert not parse(text), text


def test_a_long_text_is_cut() -> None:
    long = parse(" ".join(f"word{n}" for n in range(1000)))
    assert len(long.terms) == WORDS
    assert len(parse("a" * 10_000).terms[0].text) <= LONGEST
    assert "more than a search can hold" in long.remarks[-1].words
    written = parse(f"@mira {'long-' * 98}")
    assert (len(written.terms), written.conditions) == (1, ())
    assert "more than a search can hold" in written.remarks[-1].words
    assert parse('a b c d e f g h i j k l m n o p q r s t "last one"').terms[0].text == "last one"


# --- fields


@pytest.mark.parametrize(
    ("text", "as_read"),
    [
        ("tag:Sleep", "tag:sleep"),
        ("tags:sleep,#lab_mice", "tag:sleep tag:lab-mice"),
        ("-tag:a,b", "-tag:a -tag:b"),
        ('Tag : "sound sleep"', "tag:sound-sleep"),
        ("tag：schlaf", "tag:schlaf"),
        ("@Mira by:ada", "author:Mira author:ada"),
        ('user:"@ada."', "author:ada"),
        ("is:solved -is:answered", "is:accepted -is:answered"),
        ("is:unsolved IS:Question,open", "-is:accepted is:question is:open"),
        ("has:sources is:retracted", "has:references has:retracted"),
        ("evidence:rct evidence:meta-analysis", "evidence:randomized-trial evidence:systematic-review"),
        ("evidence:cohort -evidence:'preprints'", "evidence:observational -evidence:preprint"),
        ("score:>3 answers:0", "score:>3 answers:0"),
        ("score: >= 3 answers>2", "score:>=3 answers:>2"),
        ("votes:≥3 score:5+ score:<-2", "score:>=3 score:>=5 score:<-2"),
        ("score:10..-3 score:7..7 score:..9", "score:>=-3 score:<=10 score:7 score:<=9"),
        ("after:2024 before:2024-05", "after:2024-01-01 before:2024-05-01"),
        ("since:yesterday from:2w from:mira", "after:2026-11-21 after:2026-11-08 author:mira"),
        ("cites:10.1371/JOURNAL.pone.0211023.", "cites:10.1371/journal.pone.0211023"),
        ("cites:https://doi.org/10.1371/journal.pone.0211023", "cites:10.1371/journal.pone.0211023"),
        ("cites: PMID: 30726251 cites:30726251", "cites:PMID:30726251"),
        ("cites:PMID-30726251", "cites:PMID:30726251"),
        ("@Ｍｉｒａ", "author:Mira"),
        ("ref:pmc8602275 cites:arXiv:2101.00001v2", "cites:PMC8602275 cites:arXiv:2101.00001"),
        ("cites:978-0-306-40615-7", "cites:ISBN:9780306406157"),
        ('cites:https://doi.org/10.1000/a%22b', "cites:https://doi.org/10.1000/a%22b"),
        ('cites:Dosing cites:"Vitamin-D"', 'cites:dosing cites:"vitamin d"'),
        ("in:people in:papers", "in:references"),
    ],
)  # fmt: skip
def test_fields_are_read_however_they_are_written(text: str, as_read: str) -> None:
    assert spelled(parse(text, AT)) == as_read
    assert not remarks(text)


def test_what_a_condition_holds() -> None:
    assert parse("after:2024-05 -score:>3 is:open", AT).conditions == (
        Condition(Field.AFTER, datetime(2024, 5, 1, tzinfo=UTC)),
        Condition(Field.SCORE, 3, Comparison.MORE, negated=True),
        Condition(Field.IS, "open"),
    )
    assert parse("in:people ada").within is Within.PEOPLE


@pytest.mark.parametrize(
    ("text", "question", "instead"),
    [
        ("mice tgs:sleep", "“tgs:” is not a field; did you mean “tag:”?", "mice tag:sleep"),
        ('x -Titel:"a b"', "“Titel:” is not a field; did you mean “title:”?", 'x -title:"a b"'),
        ("dose is:anwsered x", "“is:anwsered” is not known. Possible are question,", "dose is:answered x"),
        ('evidence:"reveiw"', "“evidence:reveiw” is not known.", 'evidence:"systematic-review"'),
        ("evidence:animal", "“evidence:animal” is not known. Possible are systematic-review,", ""),
        ("before:someday", "“someday” is not a date. Possible are 2024, 2024-05,", ""),
        ("score:many", "“score:many” is not a number. Possible are 5, >3,", ""),
        ("score:9999999999", "“score:9999999999” is not a number.", ""),
        ("-score:3..10", "A range cannot have a minus before it", ""),
        ("in:space", "“in:space” is not known. Possible are threads, references and people.", ""),
        ("-in:people", "“in:” cannot have a minus before it.", ""),
        ("dose NOT  mice", "To leave a word out, write a minus before it", "dose -mice"),
        ("tag: is:open", "There is nothing to look for after “tag:”.", ""),
        ("cites:978-0-306-40615-8", "The last digit of this ISBN", ""),
        ("cites:10/abcd", "This is a short DOI", ""),
    ],
)
def test_what_is_not_understood_is_explained(text: str, question: str, instead: str) -> None:
    sentence, offered = remarks(text)[0]
    assert sentence.startswith(question)
    assert offered == instead
    assert not instead or not remarks(instead)


def test_the_text_of_a_misspelt_field_is_searched_as_words() -> None:
    assert terms('tgs:sleep titel:"lions mane"') == ["lions mane", "tgs", "sleep", "titel"]
    assert parse("-tgs:sleep").excluded == (Term("sleep"),)


def test_addresses_times_and_drives_are_no_fields() -> None:
    for text in ("12:30", "C:\\temp", "std::vector", "http://localhost/", "Note: sleep", "re:zero"):
        query = parse(text)
        assert query.terms and not query.conditions, text
        assert all("is not a field" not in remark.words for remark in query.remarks), text


def test_an_identifier_among_the_words_is_offered_as_what_cites_it() -> None:
    for text in ("10.1371/journal.pone.0211023", "(PMID: 30726251)", "https://arxiv.org/abs/2101.00001"):
        (offered,) = [instead for _, instead in remarks(f"dose {text} mice")]
        assert len(parse(offered).conditions) == 1 and terms(offered) == ["dose", "mice"]
        assert len(terms(text)) == 1
    assert not remarks("what is not a dose")
    assert not remarks("403 1998 2015-2020 covid-19")


def test_every_example_of_the_help_is_understood() -> None:
    for example in fields.EXAMPLES:
        assert parse(example.text), example
        assert not remarks(example.text), example
    shown = " ".join(example.text + example.finds for example in fields.EXAMPLES)
    assert all(f"{name}:" in shown for name in fields.NAMES)


# --- as text again


def test_a_part_can_be_taken_out() -> None:
    query = parse('"lions mane" dose -mice tag:sleep -score:>3 in:people')
    assert without(query, query.terms[0]) == "dose -mice tag:sleep -score:>3 in:people"
    assert without(query, query.excluded[0]) == '"lions mane" dose tag:sleep -score:>3 in:people'
    assert without(query, query.conditions[1]) == '"lions mane" dose -mice tag:sleep in:people'
    assert without(query, query.within) == '"lions mane" dose -mice tag:sleep -score:>3'


def same(query: Query) -> Query:
    return query._replace(text="", remarks=())


@given(searches)
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_query_that_can_be_written_again(text: str) -> None:
    query = parse(text, AT)
    for term in (*query.terms, *query.excluded):
        assert all(part.isalnum() for part in term.text.split(" ")), term
    assert len(spelled(query)) <= LONGEST
    assert same(parse(spelled(query), AT)) == same(query)
    shown = "".join((query.text, *map("".join, query.remarks)))
    assert shown.encode().decode() == shown and "\0" not in shown


@given(searches)
@settings(max_examples=60, deadline=None)
def test_pieces_lie_one_behind_the_other(text: str) -> None:
    end = 0
    for piece in scanning.pieces(text):
        assert end <= piece.start < piece.end and piece.value in text[piece.start : piece.end]
        end = piece.end
