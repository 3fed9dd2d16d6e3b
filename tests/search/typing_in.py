"""What may stand in a search box: bits of the search language, of what it is near to, and any other signs."""

from hypothesis import strategies as st

from forum.search import fields

_NAMES = [*fields.NAMES, "tags", "by", "From", "since", "votes", "titel", "site"]
_SIGNS = ['"', "“", "»", " ", "  ", "-", "+", "@", ":", " : ", ">", "<=", "..", "(", ")", ",", ";", "/", "\0"]
_ODD = ["\ud800", "\u200b", "\u0301", "İ", "ß", "가", "ᄀ", "ᅡ", "²", "Å", "ﬁ", "＂", "%22", "%20", '5"', "۵"]
_SOURCES = ["10.1371/journal.pone.1", "https://doi.org/10.1/", "pmid: ", "PMC12", "isbn", "978-0-306-40615-7"]
_VALUES = [
    "answered",
    "rct",
    "review",
    "mira",
    "people",
    "6m",
    "2024",
    "2024-05",
    "-3",
    "3..10",
    "arXiv:2101.00001",
]
_WORDS = ["the", "of", "lions", "mane", "covid-19", "https://x.org/a?b=c", "foo:"]
_BIT = st.sampled_from(
    [*_SIGNS, *_ODD, *_SOURCES, *_VALUES, *_WORDS, *(f"{name}:" for name in _NAMES), *_NAMES]
)

searches = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(_BIT, st.just(" "), st.text(max_size=3)), max_size=60).map("".join),
    st.lists(_BIT, min_size=50, max_size=200).map("".join),
)
