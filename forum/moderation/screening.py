"""Whether a new post waits for review before others see it, and why, in words for a moderator."""

from typing import NamedTuple

from forum.accounts.tables import Actor
from forum.markup import Page


class Finding(NamedTuple):
    """`holds`: the post waits; `reason` says why, "" when it does not."""

    holds: bool
    reason: str

    def also(self, reason: str) -> "Finding":
        """The finding with one more reason to wait; "" is none."""
        return Finding(True, f"{self.reason} {reason}".strip()) if reason else self


PASSES = Finding(False, "")


def judge(actor: Actor, page: Page, held_posts: int) -> Finding:
    """A member's first posts wait until `held_posts` of them were shown; everything else passes."""
    if actor.is_moderator or actor.shown_posts >= held_posts:
        return PASSES
    shown = f"{actor.shown_posts} of {held_posts} shown so far"
    return Finding(True, f"One of this member’s first posts ({shown}).{_links(page)}")


def _links(page: Page) -> str:
    # Citations are not counted: citing must never look suspicious.
    count = len(page.links)
    if not count:
        return ""
    return f" It links to {'one address' if count == 1 else f'{count} addresses'} outside its references."
