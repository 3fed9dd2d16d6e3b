"""Relations, seen from either work."""

import pytest

from forum.references.relations import Kind, inverse


def test_every_relation_can_be_seen_from_the_other_work() -> None:
    for kind in Kind:
        assert inverse(kind) is not kind
        assert inverse(inverse(kind)) is kind
    assert inverse("preprint-of") is Kind.HAS_PREPRINT
    assert inverse("has-update") is Kind.UPDATE_OF
    assert inverse("supplemented-by") is Kind.SUPPLEMENT_OF


def test_no_other_word_is_a_relation() -> None:
    with pytest.raises(ValueError, match="cites"):
        inverse("cites")
