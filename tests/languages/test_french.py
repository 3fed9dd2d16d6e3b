"""French as it is printed, and as it speaks to everybody."""

import re
from collections.abc import Iterator

import words
from languages.test_catalogues import forms, read, texts

#: What is no prose: places, tags, entities, addresses, and what one types.
NO_PROSE = re.compile(
    r"<code>.*?</code>|%\(\w+\)[sd]|\{[^{}]*\}|<[^<>]*>|&#?\w+;|\b[a-z+]+://\S*|!\[[^]]*\]\([^)]*\)|\[[^][\s]*\s?@[^][]*\]|>!"
    r"|-?\b(?:tag|author|title|score|is|has|in|after|answers|cites|evidence|PMID|ref|example)(?::[^\s,\xa0\u202f]*)"
)
#: A place before or after a sign is as good as a word.
PLACE = "\0"
WRONG_SPACE = re.compile(
    r"[^\xa0]:(?=[\s\0]|$)(?!\xa0»)|[^\u202f\0?!][;?!](?=[\s\0]|$)"
    r"|«[^\xa0]|[^\xa0]»|\w'\w|\d \d{3}\b|\w %(?!\()"
)
#: Participles and adjectives that agree with the reader. "Votre compte est connecté" agrees with the account.
TO_A_MAN = re.compile(
    r"\b[Vv]ous (?:n’|y )?(?:êtes|serez|seriez|étiez|soyez|restez|avez été) "
    r"(?:plus |pas |déjà |encore |de nouveau )?(?:\w+[éi]|inscrit|prêt|sûr|tenu|seul|venu|nouveau)\b"
    r"|\b[Vv]ous seul\b|\b[Vv]ous (?:a|ont|avait) (?:mentionné|invité|admis|accueilli|prévenu|averti|nommé)\b"
)
#: One thing has one name.
OTHERS = re.compile(r"\b(?:œuvre|e-?mail|mail|second facteur|seconde étape|réplique|étaie|étayée)s?\b", re.I)


def prose() -> Iterator[tuple[str, str]]:
    """Every French text as it stands, and without what is no prose."""
    for area in words.AREAS:
        for message in texts(read("fr", area)).values():
            for text in forms(message.string):
                yield text, NO_PROSE.sub(PLACE, text)


def test_signs_stand_apart_with_the_right_spaces() -> None:
    """A no-break space before a colon and inside quotes, a narrow one before ; ? and !; curly apostrophes."""
    assert [text for text, bare in prose() if WRONG_SPACE.search(bare)] == []


def test_no_text_takes_its_reader_for_a_man() -> None:
    assert [text for text, bare in prose() if TO_A_MAN.search(bare)] == []


def test_one_thing_has_one_name() -> None:
    assert [text for text, bare in prose() if OTHERS.search(bare)] == []


def test_what_is_wrong_is_seen() -> None:
    for wrong in ("Nom : Ada", "Vraiment ?", "Nom:", "« oui »", "l'auteur", "2 000 signes", "12 % des voix"):
        assert WRONG_SPACE.search(wrong), wrong
    for wrong in ("Vous êtes connecté.", "vous n’êtes plus inscrit", "Vous seul", "on vous a mentionné"):
        assert TO_A_MAN.search(wrong), wrong
    for fine in ("Nom\xa0: Ada", "Vraiment\u202f?", "«\xa0oui\xa0»", "12:30", "Vous êtes hors ligne"):
        assert not WRONG_SPACE.search(fine) and not TO_A_MAN.search(fine), fine
