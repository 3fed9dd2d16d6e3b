"""Tags that may be meant by another name: only those that readers see."""

import pytest
from makers import make_account, make_thread
from sqlalchemy.orm import Session

from forum.discussion import fed, near_tags


@pytest.fixture
def community(db: Session) -> Session:
    for tags in ("sleep evidence", "sleep side-effects", "lsd", "sled"):
        make_thread(db, tags=tags)
    make_thread(db, make_account(db, shown_posts=0), tags="sleet evidense")
    return db


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("evidnce", ["evidence"]),
        ("evedance", ["evidence"]),
        ("slee", ["sled", "sleep"]),
        ("sleeping", ["sleep"]),
        ("side", ["side-effects"]),
        ("sleep", []),
        ("lds", ["lsd"]),
        ("l", []),
        ("", []),
        ("zebra", []),
        ("pleep", []),
    ],
)
def test_what_is_near(community: Session, typed: str, near: list[str]) -> None:
    assert sorted(near_tags.near(community, typed)) == near


def test_only_what_is_new_has_others_near(community: Session) -> None:
    assert near_tags.of_new(community, ["sleep", "evidnce", "zebra"]) == {
        "evidnce": ["evidence"],
        "zebra": [],
    }
    assert near_tags.of_new(community, ["sleet"])["sleet"] == ["sleep"], "nobody sees that it is there"
    assert near_tags.of_new(community, ["sleep"]) == near_tags.of_new(community, []) == {}


def test_openings_come_in_the_order_asked_for(community: Session) -> None:
    latest = [post.thread_id for post in fed.latest(community, 9)]
    turned = [*reversed(latest), 10_000]
    assert [post.thread_id for post in fed.openings(community, turned)] == latest[::-1]
