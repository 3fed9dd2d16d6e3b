"""Nothing that readers may not see is anywhere: a marker word in each secret, and every address fetched.

An address that holds a marker itself (a search for it, say) must be answered as if the word had never been
written: just like the same address with a word that nobody knows.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import httpx
import pytest
from browsing import BASE, Browser, make_app
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide, flag
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import compile_path

from forum.accounts.tables import Account, Actor, Role
from forum.actions import (
    appealing,
    bookmarking,
    editing,
    flagging,
    importing,
    noting,
    reporting,
    reviewing,
    withdrawing,
)
from forum.actions.reporting import Notice
from forum.clock import now
from forum.db import Database
from forum.discussion import sitemap
from forum.discussion.tables import Citation, Post, Tag, Thread, ThreadState
from forum.inbox import channels, digests, fan_out, following
from forum.inbox.channels import Digest
from forum.inbox.following import Kind, Level
from forum.inbox.kinds import Group, Mail
from forum.inbox.tables import Message
from forum.moderation import subjects
from forum.moderation.tables import Decision, ReviewItem
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference
from forum.uploads.tables import Image
from forum.web.figures import SECTIONS
from forum.web.routes import ROUTES

MARKER = re.compile("zq[a-z]+")
#: Never readers' text, from the beginning to the end.
HELD = frozenset({
    "zqheldtitle", "zqheldtag", "zqheldtext", "zqheldlink", "zqheldwork", "zqheldanswer", "zqheldanswerlink",
    "zqheldcomment", "zqheldfirst", "zqheldfirstlink", "zqheldchanged", "zqheldreason",
})  # fmt: skip
#: Readers' text at first.
GONE = frozenset({
    "zqhiddenanswer", "zqhiddenlink", "zqhiddenbelow", "zqremovedtitle", "zqremovedtag", "zqremovedtext",
    "zqremovedlink", "zqremovedbelow", "zqremovedbelowlink", "zqwithdrawn", "zqwithdrawnlink",
    "zqearliesttext", "zqoldtitle", "zqoldtag", "zqoldtext", "zqoldlink", "zqoldreason",
})  # fmt: skip
#: The others stand in revisions, which are made anew for each guest.
KEPT_AT_FIRST = GONE - {"zqearliesttext", "zqoldreason"}
#: Written after it was taken away, and mended before it was published again.
BETWEEN = frozenset({"zqbetweentext", "zqbetweentitle", "zqbetweenreason", "zqbetweenlink"})
#: Between members and moderators, or among moderators.
DESK = frozenset(
    {"zqflagwords", "zqaccountflag", "zqreport", "zqnotifier", "zqappeal", "zqnote", "zqsanction"}
)
SECRETS = HELD | GONE | BETWEEN | DESK

#: Words that feeds and suggestions are asked for: some of each kind, because they find what the search finds.
FOLLOWED = frozenset(
    {"zqheldtitle", "zqheldtag", "zqhiddenanswer", "zqremovedtag", "zqwithdrawn", "evidence"}
)

#: Addresses whose signed-out pages are kept; another page is made anew each time.
KEPT = [compile_path(way.path)[0] for way in ROUTES if way.keeps]

#: Of a page on which nothing is new.
SOON = f"{'9' * 16}-{'9' * 16}"

WORK = Identifier(Scheme.DOI, "10.5555/held.1")


def cite(marker: str) -> str:
    return f"[@url:https://{marker}.example.org/page]"


@dataclass
class Place:
    """Who is here, and what becomes of what they wrote."""

    asker: Actor
    writer: Actor
    newcomer: Actor
    reader: Actor
    moderator: Actor
    thread: Thread
    removed: Thread
    reworded: Thread
    hidden: Post
    withdrawn: Post
    waiting: Post


def plant(db: Session) -> Place:
    """A forum in which everything in GONE is readers' text and nothing in HELD."""
    asker, writer, newcomer = make_account(db), make_account(db), make_account(db, "newcomer", shown_posts=0)
    reader, moderator = make_account(db, "reader"), make_account(db, "anna", Role.MODERATOR)
    thread = make_thread(db, asker, text=f"What is known {cite('public')}?")
    removed = make_thread(
        db, asker, title="A question zqremovedtitle here", tags="evidence zqremovedtag",
        text=f"Some zqremovedtext {cite('zqremovedlink')} and {cite('public')}.",
    )  # fmt: skip
    below = make_answer(db, removed, writer, f"An answer zqremovedbelow {cite('zqremovedbelowlink')}.")
    make_comment(db, below, asker, "A comment about it.")
    duplicate = make_thread(db, writer, title="This has been asked before")
    importing.close(db, duplicate, ThreadState.CLOSED, "", removed)
    hidden = make_answer(db, thread, writer, f"Some zqhiddenanswer {cite('zqhiddenlink')}.")
    make_comment(db, hidden, asker, "Below it zqhiddenbelow.")
    withdrawn = make_answer(db, thread, writer, f"Some zqwithdrawn {cite('zqwithdrawnlink')}.")
    reworded = make_thread(db, writer, title="A question at first", tags="first", text="Some zqearliesttext.")
    editing.edit(
        db, writer, opening(db, reworded).id, f"Some zqoldtext {cite('zqoldlink')}.", 1,
        title="A question zqoldtitle here", tag_names="zqoldtag", why="Now zqoldreason",
    )  # fmt: skip
    for number in range(4):
        make_thread(db, reader, title=f"Question number {number} of the reader")
    # Kept by somebody to whom it is nothing but an address later.
    for post in (opening(db, removed), hidden, withdrawn):
        bookmarking.bookmark(db, reader, post.id)
    waiting = plant_held(db, thread, newcomer)
    # Told of everything, as far as readers see it.
    chosen = [(Kind.THREAD, each.id) for each in (thread, removed, reworded)]
    chosen += [(Kind.PERSON, each.id) for each in (asker, writer, newcomer)]
    for kind, target in chosen:
        following.set(db, reader.id, kind, target, Level.WATCH)
    tell_followers(db)
    return Place(
        asker, writer, newcomer, reader, moderator, thread, removed, reworded, hidden, withdrawn, waiting
    )


def plant_held(db: Session, thread: Thread, newcomer: Actor) -> Post:
    """Everything in HELD waits for review; answers the answer that has been edited meanwhile."""
    make_thread(
        db, newcomer, title="A question zqheldtitle here", tags="evidence zqheldtag",
        text=f"Some zqheldtext for @reader {cite('zqheldlink')}, {cite('public')} and [@doi:{WORK.value}].",
    )  # fmt: skip
    work = catalogue.find_or_create(db, [WORK])[WORK]
    catalogue.record(db, work, {"type": "article", "title": "On zqheldwork"}, "crossref")
    make_answer(db, thread, newcomer, f"Some zqheldanswer for @reader {cite('zqheldanswerlink')}.")
    make_comment(db, opening(db, thread), newcomer, "Some zqheldcomment for @reader.")
    waiting = make_answer(db, thread, newcomer, f"Some zqheldfirst {cite('zqheldfirstlink')}.")
    editing.edit(db, newcomer, waiting.id, "Some zqheldchanged.", 1, why="Some zqheldreason")
    editing.edit(db, newcomer, waiting.id, "A clean answer.", 2)
    return waiting


def tell_followers(db: Session) -> None:
    """Of every post, as the job does."""
    for post_id in list(db.scalars(select(Post.id).order_by(Post.id))):
        fan_out.tell(db, post_id)


def take_away(db: Session, there: Place) -> None:
    """Nothing in GONE is readers' text any longer; what was mended is published."""
    hidden, withdrawn = db.get_one(Post, there.hidden.id), db.get_one(Post, there.withdrawn.id)
    removed = opening(db, there.removed)
    reworded, waiting = opening(db, there.reworded), db.get_one(Post, there.waiting.id)
    for post, verdict in ((hidden, "hide"), (removed, "remove"), (reworded, "remove")):
        flag(db, post)
        decide(db, there.moderator, post, verdict)
    withdrawing.withdraw(db, there.writer, withdrawn.id)
    editing.edit(
        db, there.writer, reworded.id, f"Some zqbetweentext {cite('zqbetweenlink')}.", 2,
        title="A question zqbetweentitle here", tag_names="clean", why="Some zqbetweenreason",
    )  # fmt: skip
    editing.edit(db, there.writer, reworded.id, "Clean words.", 3, title="A question that is clean now")
    work_at_the_desk(db, there, hidden)
    decide(db, there.moderator, reworded, "publish")
    decide(db, there.moderator, waiting, "publish")


def work_at_the_desk(db: Session, there: Place, hidden: Post) -> None:
    """What only moderators read of flags, reports, appeals, notes and sanctions."""
    flag(db, opening(db, there.thread), words="zqflagwords")
    about = subjects.account(there.newcomer.id)
    item = flagging.flag(db, there.asker, about, "other", "zqaccountflag")
    reviewing.decide(
        db, there.moderator, item.id, "sanction", "respect", "Now zqsanction.", item.version,
        sanction="silence", days="3",
    )  # fmt: skip
    notice = Notice(f"/p/{hidden.id}", "zqreport", "zqnotifier", "notifier@example.org", True, False)
    reporting.report(db, None, "", notice, BASE)
    decided = select(Decision.id).where(Decision.post_id == hidden.id)
    appealing.appeal(db, there.writer, db.scalars(decided).one(), "zqappeal")
    noting.note(db, there.moderator, there.writer.id, "zqnote")


# --- every address -------------------------------------------------------------------------------------


def addresses(db: Session, words: Iterable[str]) -> Iterator[str]:
    """Every page of the forum, for everything that is there and something that is not, and for the words."""
    thread_ids = list(db.scalars(select(Thread.id)))
    # An earlier title of a thread is among the addresses from before.
    titled = [(found.id, found.slug) for found in db.execute(select(Thread.id, Thread.slug))]
    named = [(found.id, found.slug) for found in db.execute(select(Reference.id, Reference.slug))]
    known: dict[str, Iterable[object]] = {
        "thread_id": [*thread_ids, max(thread_ids) + 1],
        "post_id": list(db.scalars(select(Post.id))),
        "reference_id": list(db.scalars(select(Reference.id))),
        "item_id": list(db.scalars(select(ReviewItem.id))),
        "account_id": list(db.scalars(select(Account.id))),
        "tags": list(db.scalars(select(Tag.name))),
        "people": list(db.scalars(select(Account.name))),
        "extension": ["txt"],
        "form": ["atom"],
        "kind": list(sitemap.KINDS),
        "number": [1],
        "decision_id": list(db.scalars(select(Decision.id))),
        "message_id": list(db.scalars(select(Message.id))),
        "token": ["x" * 43],
        "table": list(SECTIONS),
        "images": [*db.scalars(select(Image.name)), f"{'x' * 22}-10x10.webp"],
    }
    yield from (f"/t/{number}/{slug}" for number, slug in titled)
    yield from (f"/references/{number}/{slug}" for number, slug in named)
    for way in ROUTES:
        if way.method == "GET" and "{slug}" not in way.path:
            names = re.findall(r"{(\w+)(?::\w+)?}", way.path)
            # A name is that of a tag or of a person.
            named_after = way.path.partition("/{name}")[0].rpartition("/")[2]
            pattern = re.sub(r"{(\w+):\w+}", r"{\1}", way.path)
            if names == ["post_id", "reference_id"]:
                yield from (pattern.format(post_id=post, reference_id=work) for post, work in uses(db))
                continue
            values = [known[name if name != "name" else named_after] for name in names]
            for chosen in itertools.product(*values):
                yield pattern.format(**dict(zip(names, chosen, strict=True)))
    for word in (*sorted(words), "evidence"):
        yield from (f"/search?q={word}", f"/search?q=tag:{word}")
        yield from (f"/references?q={word}", f"/references.txt?q={word}")
        if word in FOLLOWED:
            yield from (f"/feeds/search.atom?q={word}", f"/feeds/tags/{word}.json", f"/tags?q={word}")
            yield from (f"/search/suggest?q={word[:-1]}", f"/search/suggest.json?q={word}")
            yield from (f"/search?q={word}&order=newest", f"/search?q={word}+in:people")
            yield f"/ask/similar?title={word}+{word}+about+sleep"
    yield from (
        "/log.json",
        "/feeds/latest.json",
        *(f"/feeds/threads/{number}.json" for number in thread_ids),
    )
    yield from (f"/search?q={query}" for query in ("question", "some", "author:newcomer", "cites:public"))
    # What changes while a page is read, from its beginning, and as if nothing were new on it.
    yield from (f"/t/{number}/live?since={since}" for number in thread_ids for since in ("0-0", SOON))
    yield from (f"/inbox?show={part}" for part in (*Group, *(f"thread-{each}" for each in thread_ids)))


def uses(db: Session) -> set[tuple[int, int]]:
    """Every post with each reference that it cites, and one that it does not; each reference likewise."""
    posts, works = list(db.scalars(select(Post.id))), list(db.scalars(select(Reference.id)))
    cited = {(post, work) for post, work in db.execute(select(Citation.post_id, Citation.reference_id))}
    others = [pair for pair in itertools.product(posts, works) if pair not in cited]
    by_post, by_work = (
        {post: (post, work) for post, work in others},
        {work: (post, work) for post, work in others},
    )
    return cited | set(by_post.values()) | set(by_work.values())


def everything(response: httpx.Response, but: str = "") -> str:
    """All that an answer says, without the word `but` that the question named."""
    assert response.status_code < 500, response.url
    # The length is that of the packed text, which differs with the letters of a word.
    changing = ("etag", "date", "content-length")
    headers = [pair for pair in response.headers.items() if pair[0] not in changing]
    # The key of a form is another one each time.
    text = re.sub('name="key" value="[^"]+"', "", response.text)
    # A cookie goes after some time, by the clock of this machine.
    told = re.sub("expires=[^;]+", "", f"{response.status_code} {headers}\n", flags=re.I)
    return unquote(told + text).replace(but or "\0", "…")


def unknown(marker: str) -> str:
    """A word as long as the marker that nobody has written."""
    return "qz" + marker[:1:-1]


def unspelt(told: str) -> str:
    """All but what else may be meant: that goes by how a word looks, not by where it stands."""
    near = r"(?:Did you mean .*?\?|There is no tag .*?|Nobody called .*?)"
    return re.sub(rf"<p[^>]*>{near}(?: <a [^>]*>[^<]*</a>)?</p>\n", "", told, flags=re.S)


class Sweep:
    """One reader's look at everything."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        #: What is told of a word that nobody knows, by the address without it.
        self.ignorance: dict[str, str] = {}

    def betrayed(self, address: str) -> tuple[set[str], list[str]]:
        """The markers that the answer gives away, and the addresses of the pages after it."""
        answer = self.browser.get(address)
        further = [
            path.replace("&amp;", "&") for path in re.findall(r'rel="next" href="([^"]+)"', answer.text)
        ]
        asked = MARKER.search(address)
        if asked is None:
            return set(MARKER.findall(everything(answer))), further
        told = everything(answer, asked[0])
        same = unspelt(told) == unspelt(self.as_ever(address, asked[0]))
        known = set() if same else {asked[0]}
        return set(MARKER.findall(told)) | known, further

    def as_ever(self, address: str, marker: str) -> str:
        """What would be answered if nobody had written the marker."""
        asked = address.replace(marker, "{}")
        if asked not in self.ignorance:
            word = unknown(marker)
            self.ignorance[asked] = everything(self.browser.get(address.replace(marker, word)), word)
        return self.ignorance[asked]


def sweep(browser: Browser, paths: Iterable[str]) -> dict[str, list[str]]:
    """Each marker that is given away, with the addresses that do; further pages of lists are followed."""
    found: dict[str, list[str]] = {}
    todo, seen, reader = list(paths), set[str](), Sweep(browser)
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        markers, further = reader.betrayed(address)
        todo += further
        for marker in markers:
            found.setdefault(marker, []).append(address)
    return found


def seen(browser: Browser, reader: Actor, paths: list[str]) -> dict[str, dict[str, list[str]]]:
    """What a guest, a guest again (from kept pages) and an unrelated member come to see, as `sweep` says."""
    return {
        "guest": sweep(browser.signed_out(), paths),
        "guest again": sweep(browser, filter(is_kept, paths)),
        "member": sweep(browser.signed_in(reader), paths),
    }


def is_kept(address: str) -> bool:
    """Whether a guest gets the same page twice, not one that is made anew."""
    return "?" not in address and any(kept.match(address) for kept in KEPT)


def leaks(rounds: dict[str, dict[str, list[str]]], secrets: frozenset[str]) -> dict[str, set[str]]:
    return {
        f"{marker} to {who}": set(where)
        for who, found in rounds.items()
        for marker, where in found.items()
        if marker in secrets
    }


def digested(database: Database, reader: Actor) -> set[str]:
    """The markers in the member's digest, if all messages waited for it."""
    with database.reading() as db:
        chosen = channels.of(db, reader.id)
        chosen = chosen._replace(digest=Digest.WEEKLY, mails=dict.fromkeys(Group, Mail.DIGEST))
        return set(MARKER.findall(repr(digests.contents(db, reader.id, chosen, now()))))


def every_address(database: Database, words: Iterable[str]) -> list[str]:
    with database.reading() as db:
        return list(dict.fromkeys(addresses(db, words)))


@pytest.fixture
def place(database: Database) -> Iterator[tuple[Browser, Place]]:
    with database.writing() as db:
        there = plant(db)
    with Browser(make_app(database, page_size=5)) as browser:
        yield browser, there


@pytest.mark.timeout(600)
def test_nothing_leaks(database: Database, place: tuple[Browser, Place]) -> None:
    browser, there = place
    before = every_address(database, HELD)
    rounds = seen(browser, there.reader, before)
    assert leaks(rounds, HELD) == {}
    # The sweep finds what is there to be found; much of it stands on pages that are kept now.
    assert rounds["guest"].keys() >= GONE
    assert rounds["guest again"].keys() >= KEPT_AT_FIRST
    told = digested(database, there.reader)
    assert told & HELD == set() and told >= {"zqremovedtitle", "zqoldtitle"}
    with database.writing() as db:
        take_away(db, there)
    after = list(dict.fromkeys([*before, *every_address(database, SECRETS)]))
    assert leaks(seen(browser, there.reader, after), SECRETS) == {}
    assert digested(database, there.reader) & SECRETS == set()
    # Where they are not named, because who asks for a marker shows it. Keys of forms can look like one too.
    unnamed = [address for address in after if not MARKER.search(address)]
    assert sweep(browser.signed_in(there.moderator), unnamed).keys() >= SECRETS


def test_what_is_held_changes_nothing_for_readers(database: Database, frozen: object) -> None:
    """Nor does any count betray it: the pages are the same to the last byte."""
    with database.writing() as db:
        newcomer, reader = make_account(db, "newcomer", shown_posts=0), make_account(db, "reader")
        thread = make_thread(db, text=f"What is known {cite('public')}?")
        for kind, target in ((Kind.THREAD, thread.id), (Kind.PERSON, newcomer.id)):
            following.set(db, reader.id, kind, target, Level.WATCH)
    paths = every_address(database, HELD)
    own = ["/inbox", "/live", "/for-me", "/account/following", *(path for path in paths if "/live" in path)]
    with Browser(make_app(database)) as browser:
        before = [everything(browser.get(path)) for path in paths]
        told = [everything(browser.signed_in(reader).get(path)) for path in own]
        with database.writing() as writing:
            plant_held(writing, writing.get_one(Thread, thread.id), newcomer)
            tell_followers(writing)
        browser.signed_out()
        for path, page in zip(paths, before, strict=True):
            assert everything(browser.get(path)) == page, path
        browser.signed_in(reader)
        for path, page in zip(own, told, strict=True):
            assert everything(browser.get(path)) == page, path


def test_a_preview_tells_nothing_of_a_held_source(database: Database) -> None:
    with database.writing() as db:
        newcomer, reader = make_account(db, "newcomer", shown_posts=0), make_account(db, "reader")
        plant_held(db, make_thread(db), newcomer)
        numbers = list(db.scalars(select(Reference.id)))
    with Browser(make_app(database)) as browser:
        browser.signed_in(reader)
        for number in numbers:
            assert not MARKER.findall(everything(browser.post("/preview", {"text": f"See [@ref:{number}]."})))
