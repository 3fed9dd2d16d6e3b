"""Feeds of threads and posts. They are for everybody alike: whoever is signed in reads no more in them."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from forum.accounts import people
from forum.discussion import anonymity, citations, fed, tagged, tags, transfers
from forum.discussion.fed import FedPost
from forum.discussion.tagged import MOST_TAGS
from forum.errors import NotFound
from forum.languages.words import N_, _
from forum.references import catalogue
from forum.search import find
from forum.search.language import LONGEST, parse
from forum.search.query import Order
from forum.web import feeding
from forum.web.endpoint import Visit
from forum.web.feeding import MOST, Entry, Feed
from forum.web.pages.people import is_former

#: The titles of posts that have none of their own.
_TITLES: Mapping[str, str] = {
    "answer": N_("Answer by {author}: {title}"),
    "reply": N_("Reply by {author}: {title}"),
    "comment": N_("Comment by {author}: {title}"),
}


def latest(visit: Visit) -> Response:
    return _answer(visit, _of_threads(visit, "/", _("Latest threads"), fed.latest(visit.db, MOST)))


def of_tag(visit: Visit) -> Response:
    """Threads with the tag, or with all of several, as on the page of the same name."""
    names = sorted(tags.resolved(visit.db, visit.path["name"].lower().split("+")))
    found = tags.all_named(visit.db, names)
    if not len(names) == len(found) <= MOST_TAGS or not tags.is_shown_to(visit.db, found.values(), None):
        raise NotFound
    name = "+".join(names)
    if name != visit.path["name"]:
        return _elsewhere(visit, f"/feeds/tags/{name}")
    threads = tagged.with_all(visit.db, [found[each] for each in names], None, MOST).items
    posts = fed.openings(visit.db, [thread.id for thread in threads])
    title = _("Threads about {tags}").format(tags=_(" and ").join(names))
    return _answer(visit, _of_threads(visit, f"/tags/{name}", title, posts))


def of_thread(visit: Visit) -> Response:
    thread_id: int = visit.path["thread_id"]
    posts = fed.of_thread(visit.db, thread_id, MOST)
    if not posts:
        home = transfers.home(visit.db, thread_id)
        if home == thread_id or not fed.of_thread(visit.db, home, 1):
            raise NotFound
        return _elsewhere(visit, f"/feeds/threads/{home}")
    return _answer(visit, _of_posts(visit, _page_of(posts[0]), posts[0].title, posts))


def of_person(visit: Visit) -> Response:
    person = people.named(visit.db, visit.path["name"])
    if person is None or person.id == anonymity.ACCOUNT_ID:
        raise NotFound
    if is_former(visit, person):
        return _elsewhere(visit, f"/feeds/people/{person.name}")
    posts = fed.by_author(visit.db, person.id, MOST)
    title = _("Posts by {name}").format(name=person.name)
    return _answer(visit, _of_posts(visit, f"/people/{person.name}", title, posts))


def of_reference(visit: Visit) -> Response:
    reference = catalogue.read(visit.db, visit.path["reference_id"])
    if reference is not None and reference.merged_into_id is not None:
        return _elsewhere(visit, f"/feeds/references/{reference.merged_into_id}")
    if reference is None or not reference.citation_count:
        raise NotFound
    citing = citations.posts_citing(visit.db, reference.id, None, MOST).items
    posts = fed.posts(visit.db, [post.post_id for post in citing])
    title = _("Posts that cite {work}").format(work=reference.label or reference.title)
    return _answer(visit, _of_posts(visit, f"/references/{reference.id}/{reference.slug}", title, posts))


def of_search(visit: Visit) -> Response:
    """The newest posts that match, one of each thread: a feed is read for what is new."""
    q = visit.query.get("q", "").strip()[: LONGEST + 1]
    found = find.candidates(visit.db, parse(q), Order.NEWEST, MOST)
    posts = fed.posts(visit.db, [each.post_id for each in found])
    query = urlencode({"q": q})
    title = _("Search: {query}").format(query=q) if q else _("Search")
    feed = _of_posts(visit, f"/search?{query}", title, posts)
    return _answer(visit, feed._replace(query=query))


def _answer(visit: Visit, feed: Feed) -> Response:
    own = visit.here.rpartition(".")[0]
    return feeding.answer(feed._replace(path=own), visit.path["form"], visit.settings)


def _elsewhere(visit: Visit, path: str) -> Response:
    """What the feed is about is known under another name by now."""
    return RedirectResponse(f"{quote(path, safe='/+')}.{quote(visit.path['form'])}", 302)


def _of_threads(visit: Visit, page: str, title: str, posts: Iterable[FedPost]) -> Feed:
    """Threads, each with its opening post; the feed has changed when any of them has a new post, too."""
    found = list(posts)
    entries = [_entry(visit, post, f"/t/{post.thread_id}", post.title) for post in found]
    moments = [max(post.active_at, post.changed_at) for post in found]
    return Feed("", page, title, entries, updated=max(moments, default=None))


def _of_posts(visit: Visit, page: str, title: str, posts: Iterable[FedPost]) -> Feed:
    return Feed("", page, title, [_entry(visit, post, f"/p/{post.id}", _title(post)) for post in posts])


def _title(post: FedPost) -> str:
    if post.kind not in _TITLES:
        return post.title
    return _(_TITLES[post.kind]).format(author=post.author, title=post.title)


def _entry(visit: Visit, post: FedPost, known_as: str, title: str) -> Entry:
    html = visit.site.pages.render("feeds/_post.html", {"post": post}).strip()
    return Entry(
        known_as,
        _page_of(post) if known_as.startswith("/t/") else _address_of(post),
        title,
        post.author,
        post.created_at,
        post.changed_at,
        html=feeding.absolute(html, visit.settings.base_url, _address_of(post).partition("#")[0]),
        author_path=f"/people/{post.author}",
        tags=post.tags,
    )


def _address_of(post: FedPost) -> str:
    # Of an answer only the short address knows on which page of a long thread it stands.
    return f"{_page_of(post)}#p{post.id}" if post.kind in ("question", "discussion") else f"/p/{post.id}"


def _page_of(post: FedPost) -> str:
    return f"/t/{post.thread_id}/{post.slug}"
