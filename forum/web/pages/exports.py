"""Sources to take away: of one reference, a post, a thread, a tag, a person, a search."""

from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from forum import policy
from forum.accounts import people
from forum.discussion import anonymity, sources
from forum.errors import NotFound
from forum.policy import Permit
from forum.references import catalogue, leaving
from forum.web import files
from forum.web.endpoint import Visit
from forum.web.pages import references, tags
from forum.web.pages.posts import open_here


def of_reference(visit: Visit) -> Response:
    reference = references.open_here(visit)
    if reference.merged_into_id is not None:
        home = references.open_here(visit, reference.merged_into_id)
        return RedirectResponse(f"/references/{home.id}.{visit.path['extension']}", 301)
    return _answer(visit, [reference.id], reference.label or reference.title)


def of_post(visit: Visit) -> Response:
    post, _thread = open_here(visit, Permit.READ)
    return _answer(visit, sources.of_post(visit.db, post.id), f"references post {post.id}")


def of_thread(visit: Visit) -> Response:
    thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.READ)
    return _answer(visit, sources.of_thread(visit.db, thread.id), f"references {thread.slug}")


def of_tag(visit: Visit) -> Response:
    tag = tags.open_here(visit)
    return _answer(visit, sources.of_tag(visit.db, tag.name), f"references {tag.name}")


def of_person(visit: Visit) -> Response:
    person = people.named(visit.db, visit.path["name"])
    if person is None or person.id == anonymity.ACCOUNT_ID:
        raise NotFound
    return _answer(visit, sources.of_person(visit.db, person.id), f"references {person.name}")


def of_search(visit: Visit) -> Response:
    q = references.query_of(visit)
    found = catalogue.listing(visit.db, q, "", leaving.MOST).items
    return _answer(visit, [reference.id for reference in found], f"references {q}")


def _answer(visit: Visit, reference_ids: Sequence[int], name: str) -> Response:
    entries = leaving.entries(visit.db, reference_ids, visit.settings.base_url)
    return files.answer(entries, visit.path["extension"], name, visit.query.get("style", ""))
