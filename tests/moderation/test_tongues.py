"""What the moderation keeps in English is read in the reader's language, with its values."""

from forum.languages.speaking import speaking
from forum.moderation import log, scoring
from forum.moderation.scoring import Raised
from forum.moderation.subjects import SubjectKind


def test_what_is_pressing_is_said_in_the_readers_language() -> None:
    flags = [Raised("100 % {odd}", 1, 0, 0), Raised("Off topic", 4, 0, 0)]
    first, more, before = scoring.pressing(flags, [], 2, False)
    assert first.said == "100 % {odd}, which comes before everything else"
    with speaking("fr"):
        assert first.said == "100 % {odd}, ce qui passe avant tout le reste"
        assert more.said == "signalement de 2 membres"
        assert before.said == "Quelque chose de son auteur a déjà été masqué ou supprimé 2 fois"


def test_what_a_decision_is_about_is_said_in_the_readers_language() -> None:
    assert log.what(SubjectKind.POST, "answer", "question") == "an answer"
    with speaking("fr"):
        assert log.what(SubjectKind.POST, "answer", "question") == "une réponse"
        assert log.what(SubjectKind.ACCOUNT, None, None) == "un membre"
