"""Keeping a search, to come back to it or to hear of what is new in it. Nobody else learns of it."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.discussion import wording
from forum.errors import Invalid, NotFound
from forum.inbox import following, searches
from forum.inbox.following import Kind, Level
from forum.inbox.tables import SavedSearch
from forum.languages.words import _, ngettext
from forum.policy import Permit
from forum.search.language import LONGEST, parse
from forum.search.query import Within

LONGEST_NAME = 100


def save(db: Session, actor: Actor, query: str, name: str, level: Level | None) -> SavedSearch:
    """The actor keeps the search, under this name or under its words. Invalid (`q`, `name`) says why not."""
    policy.require(Permit.FOLLOW, actor)
    form = wording.Form()
    words = form.take("q", _searchable, query) or ""
    called = form.take("name", _name, name.strip() or query[:LONGEST_NAME]) or ""
    form.done()
    if len(searches.of_account(db, actor.id)) >= searches.MOST:
        most = searches.MOST
        full = ngettext(
            "You keep {count} search already. Delete it first.",
            "You keep {count} searches already. Delete one first.",
            most,
        )
        raise Invalid({"name": full.format(count=most)})
    search = searches.save(db, actor.id, called, words)
    following.set(db, actor.id, Kind.SEARCH, search.id, level)
    return search


def rename(db: Session, actor: Actor, search_id: int, name: str) -> SavedSearch:
    """The actor's search has this name. Invalid (`name`) says why not; NotFound if it is nobody's of them."""
    search = _open(db, actor, search_id)
    form = wording.Form()
    search.name = form.take("name", _name, name) or search.name
    form.done()
    return search


def forget(db: Session, actor: Actor, search_id: int) -> None:
    """The actor does not keep the search any more. NotFound if they never did."""
    searches.forget(db, _open(db, actor, search_id))


def _open(db: Session, actor: Actor, search_id: int) -> SavedSearch:
    policy.require(Permit.FOLLOW, actor)
    search = searches.own(db, actor.id, search_id)
    if search is None:
        raise NotFound
    return search


def _name(typed: str) -> str:
    name = wording.one_line(typed)
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError(_("Give it a name of at most {count} letters.").format(count=LONGEST_NAME))
    return name


def _searchable(typed: str) -> str:
    """What the search box says itself about words that it does not understand."""
    text = typed.strip()
    query = parse(text)
    if query.remarks:
        raise ValueError(query.remarks[0].words)
    if not query or len(text) > LONGEST:
        raise ValueError(_("There is nothing to look for in it. Add a word or a tag."))
    if query.within is not Within.THREADS:
        raise ValueError(_("Only searches for threads can be kept."))
    return text
