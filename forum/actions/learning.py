"""The worker learns from what moderators decided which posts they would want to see first.

The library for it, scikit-learn, is optional: without it nothing is learned, and everything else works.
"""

from collections.abc import Sequence
from typing import Any

import structlog

from forum.config import Settings
from forum.db import Database
from forum.languages.words import N_
from forum.moderation import learning
from forum.moderation.learning import Example, Model

log = structlog.get_logger()

#: A feature counts if so many texts have it; so many features at most are kept.
IN_TEXTS, MOST_FEATURES = 3, 3000
#: Of the texts that were left alone, so many may score as high as what is held; and what is held at least.
FALSELY_HELD, LEAST = 0.01, 0.8
MOST_CERTAIN = 0.99
#: The toss of a coin tells half of both kinds right; what is not clearly better is not used.
GOOD_ENOUGH = 0.7
_PARTS = 5
NO_LIBRARY = N_(
    "It is off: the library for it is not installed. Install the forum with its extra “learning”."
)


class NoLibrary(Exception):
    """scikit-learn is not installed."""


def learn(database: Database, _settings: Settings) -> None:
    """What was learned of the decisions so far counts from now on, if it is of any use. A worker's job."""
    with database.reading() as db:
        examples = learning.examples(db)
    model, words = _learned(examples)
    log.info("learned from decisions", examples=len(examples), result=words)
    with database.writing() as db:
        if model is not None:
            learning.put(db, model)
        learning.note(db, words)


def _learned(examples: Sequence[Example]) -> tuple[Model | None, str]:
    """The new model, None if there is none, and what came of it in words."""
    bad = sum(example.is_bad for example in examples)
    if len(examples) < learning.ENOUGH or min(bad, len(examples) - bad) < learning.ENOUGH_EACH:
        needed = f"{learning.ENOUGH} are needed, {learning.ENOUGH_EACH} of each kind"
        return None, f"Decided posts to learn from: {len(examples)}, {bad} of them taken down; {needed}."
    try:
        model = train(examples)
    except NoLibrary:
        return None, NO_LIBRARY
    told = f"{model.accuracy:.0%} told right, of {len(examples)} decided posts"
    if model.accuracy < GOOD_ENOUGH:
        return None, f"Not used: {told}; {GOOD_ENOUGH:.0%} are needed."
    return model, f"In use: {told}."


def train(examples: Sequence[Example]) -> Model:
    """The model that tells these texts apart best. NoLibrary if scikit-learn is not installed."""
    try:
        from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
        from sklearn.model_selection import cross_val_predict  # type: ignore[import-untyped]
    except ImportError:
        raise NoLibrary from None
    texts, bad = [example.text for example in examples], [example.is_bad for example in examples]
    words = CountVectorizer(
        analyzer=learning.features, binary=True, min_df=IN_TEXTS, max_features=MOST_FEATURES
    )
    matrix = _scaled(words.fit_transform(texts), texts)
    regression = LogisticRegression(class_weight="balanced", C=10.0, max_iter=1000)
    unseen = cross_val_predict(regression, matrix, bad, cv=_PARTS, method="predict_proba")[:, 1]
    regression.fit(matrix, bad)
    weights = zip(words.get_feature_names_out(), regression.coef_[0], strict=True)
    return Model(
        decisions=len(examples),
        accuracy=_accuracy(unseen, bad),
        weights={str(word): round(float(weight), 4) for word, weight in weights},
        bias=float(regression.intercept_[0]),
        threshold=_threshold([likely for likely, is_bad in zip(unseen, bad, strict=True) if not is_bad]),
    )


def _scaled(matrix: Any, texts: Sequence[str]) -> Any:
    """Each text's row, divided by the root of how much the text contains: as learning.score() does it."""
    from scipy.sparse import diags_array  # type: ignore[import-untyped]

    return diags_array([max(len(learning.features(text)), 1) ** -0.5 for text in texts]) @ matrix


def _accuracy(likely: Sequence[float], bad: Sequence[bool]) -> float:
    """The part that is told right: the mean of both kinds, so that the rarer one counts as much."""
    pairs = list(zip(likely, bad, strict=True))
    parts = [[(score >= 0.5) == kind for score, is_bad in pairs if is_bad == kind] for kind in (True, False)]
    return sum(sum(part) / len(part) for part in parts) / 2


def _threshold(left_alone: Sequence[float]) -> float:
    """A score that all but a few of the texts that were left alone stay under."""
    ordered = sorted(left_alone)
    highest = ordered[int(len(ordered) * (1 - FALSELY_HELD)) - 1]
    return min(max(float(highest), LEAST), MOST_CERTAIN)
