"""The learned score: how much a text reads like those that this community's moderators took down.

A linear model over words and pairs of words (logistic regression): a text's log-odds are those of a text
without any, plus the weights of what it contains, divided by the root of how much that is. The worker learns
the weights, see actions/learning.py; what is here needs no library. It orders and holds, and never refuses.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import URL, Select, delete, func, select
from sqlalchemy.orm import Session

from forum.choices import Setting
from forum.clock import now
from forum.db import row, rows
from forum.discussion.tables import Post, PostKind, Revision
from forum.folding import fold
from forum.markup import render
from forum.moderation.findings import Draft, Finding, hold
from forum.moderation.rules import TAKEN_DOWN, VERDICTS
from forum.moderation.screening_tables import Classifier
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.tables import Decision

#: It is off until so many posts were decided, and so many each way.
ENOUGH, ENOUGH_EACH = 200, 20
#: It learns from the latest ones.
MOST = 5000
#: Versions that are kept.
VERSIONS = 10
#: How many words explain a score.
STRONGEST = 3
#: So much nearer to certainty, or to the toss of a coin, is the threshold: as a part of what lies between.
NEARER = 0.5

#: The setting that says what came of the latest attempt.
_NOTE = "learning"
LEFT_ALONE = ("publish", "keep", "dismiss", "restore")
#: These say nothing about a text, or that what was said no longer holds.
_PASSING = tuple(verdict.key for verdict in VERDICTS if verdict.leaves_open and not verdict.takes_back)
_WORD = re.compile(r"[^\W_]{2,30}")


class Example(NamedTuple):
    """A text, and whether moderators took it down."""

    text: str
    is_bad: bool


class Model(NamedTuple):
    """One version of what was learned. `accuracy`: what part of both kinds it tells right, unseen before."""

    decisions: int
    accuracy: float
    weights: Mapping[str, float]
    bias: float
    threshold: float


#: What tells versions apart; the weights, which may be many, are read once.
_NEWEST = (
    select(
        Classifier.id,
        Classifier.trained_at,
        *(getattr(Classifier, name) for name in Model._fields if name != "weights"),
    )
    .order_by(Classifier.id.desc())
    .limit(1)
)
#: Of so many databases the newest model is kept. A process has one, and tests have more.
_DATABASES = 4
_read: dict[URL, tuple[tuple[Any, ...], Model]] = {}


class Noted(NamedTuple):
    words: str
    at: datetime


def features(text: str) -> set[str]:
    """The words and the pairs of words of a text."""
    words = _WORD.findall(fold(text))
    return {*words, *(f"{one} {other}" for one, other in pairwise(words))}


def score(model: Model, text: str) -> float:
    """How likely moderators take such a text down, from 0 to 1."""
    there = features(text)
    known = sum(model.weights.get(feature, 0.0) for feature in there)
    return 1 / (1 + math.exp(-model.bias - known / math.sqrt(max(len(there), 1))))


def strongest(model: Model, text: str) -> list[str]:
    """The words that speak most for taking it down, the strongest first."""
    there = [(model.weights.get(feature, 0.0), feature) for feature in features(text)]
    return [feature for weight, feature in sorted(there, reverse=True)[:STRONGEST] if weight > 0]


def find(db: Session, draft: Draft, sensitivity: Sensitivity) -> list[Finding]:
    """A reason to hold the text if it reads like what was taken down; none while nothing was learned."""
    model = newest(db)
    if model is None:
        return []
    likely = score(model, draft.words)
    if likely < threshold(model, sensitivity):
        return []
    words = ", ".join(f"“{word}”" for word in strongest(model, draft.words))
    said = f"It reads like posts that moderators took down ({likely:.0%}), most of all by {words}."
    return [hold("learned", said)]


def threshold(model: Model, sensitivity: Sensitivity) -> float:
    """From which score on a post is held, as sensitive as the community wants it."""
    if sensitivity == Sensitivity.LOW:
        return model.threshold + (1 - model.threshold) * NEARER
    if sensitivity == Sensitivity.HIGH:
        return model.threshold - (model.threshold - 0.5) * NEARER
    return model.threshold


def newest(db: Session) -> Model | None:
    """What was learned last, by whichever process; None if nothing was yet."""
    found = row(db, _NEWEST)
    if found is None:
        return None
    address, version = db.get_bind().engine.url, tuple(found)
    known = _read.get(address)
    if known is None or known[0] != version:
        weights = db.scalars(select(Classifier.weights).where(Classifier.id == found.id)).one()
        facts = {name: getattr(found, name) for name in Model._fields if name != "weights"}
        known = version, Model(**facts, weights=weights)
        if len(_read) >= _DATABASES:
            _read.clear()
        _read[address] = known
    return known[1]


def put(db: Session, model: Model) -> None:
    """The model counts from now on; of the former ones the latest are kept."""
    db.add(Classifier(trained_at=now(), **model._asdict()))
    db.flush()
    kept = select(Classifier.id).order_by(Classifier.id.desc()).limit(VERSIONS)
    oldest = min(db.scalars(kept))
    db.execute(delete(Classifier).where(Classifier.id < oldest))


def note(db: Session, words: str) -> None:
    """What came of the latest attempt to learn, for the admins."""
    setting = db.get(Setting, _NOTE) or Setting(key=_NOTE)
    setting.value, setting.changed_by_id, setting.changed_at = words, None, now()
    db.add(setting)
    db.flush()


def noted(db: Session) -> Noted | None:
    """What came of the latest attempt to learn; None before the first."""
    found = row(db, select(Setting.value, Setting.changed_at).where(Setting.key == _NOTE))
    return Noted(*found) if found else None


def examples(db: Session) -> list[Example]:
    """The latest posts that moderators decided about, each as it stood then."""
    last = _last_words().limit(MOST).subquery()
    as_it_stood = (Revision.post_id == Post.id) & (Revision.number == last.c.revision)
    found = rows(
        db,
        select(
            last.c.verdict,
            Post.kind,
            Post.plain,
            Post.revision,
            Revision.number,
            Revision.title,
            Revision.text,
        )
        .join(Post, Post.id == last.c.post_id)
        .join(Revision, as_it_stood)
        .order_by(last.c.id),
    )
    return [_example(post) for post in found]


def _example(post: Any) -> Example:
    plain = post.plain if post.revision == post.number else render(post.text).text
    words = f"{post.title}\n{plain}".strip() if post.kind == PostKind.OPENING else plain
    return Example(words, post.verdict in TAKEN_DOWN)


def _last_words() -> Select[*tuple[Any, ...]]:
    """A person's last decision about each post, if it says what the text is worth; newest first."""
    of_posts = (Decision.post_id.is_not(None), Decision.verdict.not_in(_PASSING))
    latest = select(func.max(Decision.id)).where(*of_posts)
    return (
        select(Decision.id, Decision.post_id, Decision.revision, Decision.verdict)
        .where(
            Decision.id.in_(latest.group_by(Decision.post_id)),
            Decision.moderator_id.is_not(None),
            Decision.verdict.in_((*LEFT_ALONE, *TAKEN_DOWN)),
        )
        .order_by(Decision.id.desc())
    )
