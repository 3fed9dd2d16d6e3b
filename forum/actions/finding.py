"""Finding what a member wants to cite: the web process writes down what to ask, the worker asks."""

from hashlib import sha256

from sqlalchemy.orm import Session

from forum import fetch, jobs, policy
from forum.accounts.tables import Actor
from forum.actions import posting
from forum.config import Settings
from forum.db import Database
from forum.errors import Invalid
from forum.languages.formats import number
from forum.languages.words import _
from forum.policy import Permit
from forum.references import catalogue, lookup, pasted, proposals
from forum.references.citation_text import Cut
from forum.references.identifiers import Identifier

#: Searches of one person that may wait for the worker at a time.
MOST_WAITING = 2 * pasted.MOST


def check(text: str) -> None:
    """Invalid (`q`) if there is nothing, or too much, to look up."""
    if not text:
        raise Invalid({"q": _("Paste or type what you want to cite.")})
    if len(text) > pasted.LONGEST:
        raise Invalid(
            {
                "q": _("At most {most} characters at once, please. Paste a part of it.").format(
                    most=number(pasted.LONGEST)
                )
            }
        )


def look(db: Session, actor: Actor, text: str) -> None:
    """The worker asks the registries for each source in what was pasted that the table does not tell of.

    Invalid (`q`) if that is too much at once.
    """
    policy.require(Permit.CITE, actor)
    check(text)
    parts = pasted.parts(text)[: pasted.MOST]
    named = [each.identifier for each in parts if each.identifier]
    named += [identifier for each in parts if each.cut for identifier in each.cut.identifiers[:1]]
    _enter(db, named)
    for part in parts:
        if part.short:
            jobs.put(db, "references.expand", key=f"expand:{part.short}", short=part.short)
    _search(db, actor, [part.cut for part in parts if part.cut])


def expand(database: Database, settings: Settings, short: str) -> None:
    """The work behind the short DOI is in the table, and is looked up. If nobody answers, it is let be."""
    with fetch.known(settings) as client:
        long = lookup.resolve_short(database, settings, client, short)
    if isinstance(long, Identifier):
        with database.writing() as db:
            _enter(db, [long])


def search(database: Database, settings: Settings, text: str) -> None:
    """What the registries find for a citation in words is kept. If nobody answers, it is let be: whoever
    still wants it asks again.
    """
    with fetch.known(settings) as client:
        lookup.search(database, settings, client, text)


def _enter(db: Session, identifiers: list[Identifier]) -> None:
    ids = catalogue.find_or_create(db, list(dict.fromkeys(identifiers)))
    posting.look_up(db, catalogue.pending(db, list(ids.values())))


def _search(db: Session, actor: Actor, cuts: list[Cut]) -> None:
    wanted = [cut for cut in cuts if pasted.is_searched(cut)]
    wanted = [cut for cut in wanted if not any(each.is_best for each in proposals.in_table(db, cut))]
    mine = f"search:{actor.id}:"
    if jobs.waiting(db, mine) + len(wanted) > MOST_WAITING:
        raise Invalid({"q": _("Your last searches are still under way. Please try again in a minute.")})
    for cut in wanted:
        key = mine + sha256(cut.text.encode()).hexdigest()
        jobs.put(db, "references.search", key=key, text=cut.text)
