"""How one work stands to another: versions, updates, reviews and supplements are related, never merged."""

from enum import StrEnum


class Kind(StrEnum):
    """“This work is a … of that one”, as registries state it of the work that they were asked about."""

    PREPRINT_OF = "preprint-of"
    HAS_PREPRINT = "has-preprint"
    VERSION_OF = "version-of"
    HAS_VERSION = "has-version"
    SUPPLEMENT_OF = "supplement-of"
    SUPPLEMENTED_BY = "supplemented-by"
    REVIEW_OF = "review-of"
    HAS_REVIEW = "has-review"
    UPDATE_OF = "update-of"
    HAS_UPDATE = "has-update"


_PAIRS = (
    (Kind.PREPRINT_OF, Kind.HAS_PREPRINT),
    (Kind.VERSION_OF, Kind.HAS_VERSION),
    (Kind.SUPPLEMENT_OF, Kind.SUPPLEMENTED_BY),
    (Kind.REVIEW_OF, Kind.HAS_REVIEW),
    (Kind.UPDATE_OF, Kind.HAS_UPDATE),
)
_INVERSES = dict(_PAIRS) | {there: here for here, there in _PAIRS}


def inverse(kind: str) -> Kind:
    """The same relation as the other work states it. ValueError if `kind` is none."""
    return _INVERSES[Kind(kind)]
