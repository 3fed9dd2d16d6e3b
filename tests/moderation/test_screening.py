"""Who waits for review."""

import pytest

from forum.accounts.tables import Actor, Role
from forum.markup import render
from forum.moderation.screening import judge


def _member(shown_posts: int, role: Role = Role.MEMBER) -> Actor:
    return Actor(1, "ada", role, shown_posts, 0)


@pytest.mark.parametrize(
    ("shown", "limit", "holds"), [(0, 2, True), (1, 2, True), (2, 2, False), (0, 0, False)]
)
def test_first_posts_wait(shown: int, limit: int, holds: bool) -> None:
    finding = judge(_member(shown), render("Hello."), limit)
    assert finding.holds is holds
    assert bool(finding.reason) is holds


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_moderators_do_not_wait_for_themselves(role: Role) -> None:
    assert not judge(_member(0, role), render("Hello."), 2).holds


def test_the_reason_counts_links_and_never_citations() -> None:
    cited = render("As shown [@doi:10.1371/journal.pone.0211023] and in 10.1186/s13063-019-3889-x.")
    assert "links" not in judge(_member(0), cited, 2).reason
    linked = render("Buy at https://shop.example and https://more.example now.")
    assert "2 addresses" in judge(_member(0), linked, 2).reason
    assert "one address" in judge(_member(0), render("See https://shop.example"), 2).reason
