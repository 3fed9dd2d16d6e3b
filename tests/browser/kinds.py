"""Every kind of page that the forum has: who opens it, where it is, and what they do there first."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from browser import steps
from browser.steps import GUARDED, Opened, Sent

NOBODY, MEMBER, AUTHOR, MODERATOR, ADMIN = "", "mira", "tidewater", "tomas", "ada"
#: Who has edited a post since it was posted.
REWRITER = "dagny"
#: Who signed in so long ago that a fresh proof is wanted.
LATE = "wren"


class Kind(NamedTuple):
    """A kind of page: who opens which address (`{places}` are filled in), its status, what they do there."""

    name: str
    who: str
    path: str
    status: int = 200
    do: steps.Step = steps.nothing


KINDS = (
    Kind("latest", NOBODY, "/"),
    Kind("latest, signed in", MEMBER, "/"),
    Kind("newest", NOBODY, "/newest"),
    Kind("unanswered", NOBODY, "/unanswered"),
    Kind("top", NOBODY, "/top"),
    Kind("for me", MEMBER, "/for-me"),
    Kind("tags", NOBODY, "/tags"),
    Kind("tag", NOBODY, "/tags/evidence"),
    Kind("thread", NOBODY, "/t/{thread}/{slug}"),
    Kind("thread, signed in", MEMBER, "/t/{thread}/{slug}?told=posted"),
    Kind("thread, card of a reference", NOBODY, "/t/{thread}/{slug}", do=steps.card),
    Kind("thread, commenting", MEMBER, "/t/{thread}/{slug}", do=steps.comment),
    Kind("thread, preview", MEMBER, "/t/{thread}/{slug}", do=steps.preview),
    Kind("thread, oldest first", NOBODY, "/t/{thread}/{slug}?sort=oldest"),
    Kind("thread, its second page", MEMBER, "/t/{long}/{long_slug}?page=2"),
    Kind("thread to cite", NOBODY, "/t/{thread}/cite"),
    Kind("thread, its related ones", NOBODY, "/t/{thread}/related"),
    Kind("discussion", NOBODY, "/p/{discussion}"),
    Kind("hidden post", MODERATOR, "/p/{hidden}"),
    Kind("answer with errors", MEMBER, "/t/{thread}/{slug}", do=Sent("Post answer", text="")),
    Kind("ask", MEMBER, "/ask"),
    Kind("cite", MEMBER, "/cite?q=placebo"),
    Kind("ask with errors", MEMBER, "/ask", do=Sent("Post", title="short", tags="what's up")),
    Kind("comment", MEMBER, "/p/{other}/comment"),
    Kind("edit", MEMBER, "/p/{own}/edit"),
    Kind("edit of what was changed meanwhile", MEMBER, "/p/{own}/edit", do=Sent("Save", revision="9")),
    Kind("edit that met another one, with errors", REWRITER, "/p/{rewritten}/edit", do=steps.MET_ANOTHER),
    Kind("revisions", NOBODY, "/p/{edited}/revisions"),
    Kind("withdraw", MEMBER, "/p/{own}/withdraw"),
    Kind("flag", MEMBER, "/p/{other}/flag"),
    Kind("flag with errors", MEMBER, "/p/{other}/flag", do=steps.FLAG_WITHOUT_WORDS),
    Kind("flag of an account", MEMBER, "/people/tomas/flag"),
    Kind("own flags", MEMBER, "/account/flags"),
    Kind("own trust", AUTHOR, "/account/trust"),
    Kind("rules", NOBODY, "/rules"),
    Kind("about", NOBODY, "/about"),
    Kind("help", NOBODY, "/help"),
    Kind("help with Markdown", NOBODY, "/help/markdown"),
    Kind("help with citing", NOBODY, "/help/citing"),
    Kind("help with moderation", NOBODY, "/help/moderation"),
    Kind("help with privacy", NOBODY, "/help/privacy"),
    Kind("offline", NOBODY, "/offline"),
    Kind("how trust works", NOBODY, "/help/trust"),
    Kind("urgent help", NOBODY, "/help/urgent"),
    Kind("references", NOBODY, "/references"),
    Kind("reference", NOBODY, "/references/{reference}"),
    Kind("reference, not looked up", NOBODY, "/references/{pending}"),
    Kind("reference to correct", MODERATOR, "/references/{reference}/correct"),
    Kind("correction to propose", MEMBER, "/references/{reference}/propose"),
    Kind("reference twice", MEMBER, "/references/{reference}/duplicate"),
    Kind("references to merge", MODERATOR, "/references/{reference}/merge"),
    Kind("flag of a reference", MEMBER, "/references/{reference}/flag"),
    Kind("source of a post", NOBODY, "/p/{cited}/sources/{source}"),
    Kind("source of a post, signed in", MEMBER, "/p/{cited}/sources/{source}"),
    Kind("source wanted", MEMBER, "/p/{other}/source-needed"),
    Kind("search", NOBODY, "/search"),
    Kind("search with results", NOBODY, "/search?q=placebo+sleep"),
    Kind("search without results", NOBODY, "/search?q=zyzzyva"),
    Kind("person", NOBODY, "/people/mira"),
    Kind("person, posts", NOBODY, "/people/mira/posts"),
    Kind("person, references", NOBODY, "/people/mira/references"),
    Kind("inbox", MEMBER, "/inbox"),
    Kind("what is told", MEMBER, "/account/messages"),
    Kind("no more mails", NOBODY, "/unsubscribe/{unsubscribe}", do=Sent("No more mails like this")),
    Kind("told by a browser", MEMBER, "/account/pushes"),
    Kind("what one follows", MEMBER, "/account/following", do=Opened("Watching")),
    Kind("own searches with errors", MEMBER, "/account/searches", do=Sent("Save", q="")),
    Kind("bookmarks", MEMBER, "/account/bookmarks"),
    Kind("drafts", MEMBER, "/account/drafts"),
    Kind("answer from a draft", MEMBER, "/t/{long}/{long_slug}"),
    Kind("images", MEMBER, "/images"),
    Kind("images with errors", MEMBER, "/images", do=steps.NO_IMAGE),
    Kind("queue", MODERATOR, "/moderation"),
    Kind("item to claim", MODERATOR, "/moderation/items/{waiting}"),
    Kind("decided item", MODERATOR, "/moderation/items/{decided}"),
    Kind("decision with errors", MODERATOR, "/moderation/items/{decided}", do=Sent("Decide")),
    Kind("decision too late", MODERATOR, "/moderation/items/{decided}", do=Sent("Decide", version="9")),
    Kind("rules about sources", MODERATOR, "/moderation/sources"),
    Kind("word rules", MODERATOR, "/moderation/words"),
    Kind("saved texts", MODERATOR, "/moderation/texts"),
    Kind("statistics", MODERATOR, "/moderation/statistics"),
    Kind("case file", MODERATOR, "/moderation/people/tidewater"),
    Kind("thread to tend", MODERATOR, "/t/{thread}/tend"),
    Kind("notices of a post", MODERATOR, "/p/{other}/notices"),
    Kind("caution of a tag", MODERATOR, "/tags/microdosing/caution"),
    Kind("tag to keep", MODERATOR, "/tags/evidence/edit"),
    Kind("flag reasons", ADMIN, "/moderation/reasons"),
    Kind("rules to keep", ADMIN, "/moderation/rules"),
    Kind("settings", ADMIN, "/moderation/settings"),
    Kind("transparency", ADMIN, "/transparency"),
    Kind("statement of reasons", AUTHOR, "/account/decisions/1"),
    Kind("standing", AUTHOR, "/account/standing"),
    Kind("log", NOBODY, "/log"),
    Kind("report", NOBODY, "/report"),
    Kind("report with errors", NOBODY, "/report", do=Sent("Send the report", address="elsewhere")),
    Kind("join", NOBODY, "/sign-up"),
    Kind("join with errors", NOBODY, "/sign-up", do=Sent("Join", name="a b", email="x")),
    Kind("mail to look for", NOBODY, "/sign-up/sent"),
    Kind("link that does not work", NOBODY, "/confirm/none", 404),
    Kind("welcome", MEMBER, "/welcome"),
    Kind("invitations", MODERATOR, "/account/invitations", do=Sent("Make an invitation")),
    Kind("sign in", NOBODY, "/sign-in"),
    Kind("sign in with errors", NOBODY, "/sign-in", do=Sent("Sign in", name="nobody")),
    Kind("sign in, second step", NOBODY, "/sign-in", do=steps.FIRST_STEP),
    Kind("join with a passkey", NOBODY, "/sign-up/passkey"),
    Kind("confirm, to join", NOBODY, "/confirm/{confirm}"),
    Kind("recover with errors", NOBODY, "/recover", do=Sent("Send the link", email="x")),
    Kind("new password with errors", NOBODY, "/recover/{recover}", do=Sent("Save", password="x")),
    Kind("prove with errors", LATE, "/account/prove", do=Sent("Go on", password="wrong")),
    Kind("account", MEMBER, "/account"),
    Kind("sessions", MEMBER, "/account/sessions"),
    Kind("security history", GUARDED, "/account/history"),
    Kind("mail address with errors", MEMBER, "/account/email", do=Sent("Send the link", email="x")),
    Kind("name with errors", MEMBER, "/account/name", do=Sent("Change the name", name="a b")),
    Kind("about oneself", MEMBER, "/account/about"),
    Kind("data to take along", MEMBER, "/account/export"),
    Kind(
        "close the account with errors",
        MEMBER,
        "/account/close",
        do=Sent("Close my account for good", name="x"),
    ),
    Kind("factors", GUARDED, "/account/factors", do=Opened("Rename or remove")),
    Kind("recovery codes", GUARDED, "/account/factors", do=Sent("Make recovery codes")),
    Kind("codes begun with errors", MEMBER, "/account/codes", do=steps.CODES_BEGUN),
    Kind("password with errors", MEMBER, "/account/password", do=Sent("Save", password="x")),
    Kind("ask without a name", MEMBER, "/ask?tags=sleep"),
    Kind("item without a name", MODERATOR, "/moderation/posts/{unnamed}", do=Opened("Look who wrote it")),
    Kind(
        "revealed",
        MODERATOR,
        "/moderation/posts/{unnamed}",
        do=Opened("Look who wrote it", Sent("Look who wrote it", reason="A threat.")),
    ),
    Kind("administration", ADMIN, "/admin"),
    Kind("settings of the forum with errors", ADMIN, "/admin/settings", do=steps.settings_wrong),
    Kind("accounts", ADMIN, "/admin/accounts"),
    Kind(
        "account of somebody with errors",
        ADMIN,
        "/admin/accounts/{account}",
        do=Opened("Reset second factors", Sent("Reset second factors")),
    ),
    Kind("account to make with errors", ADMIN, "/admin/accounts/new", do=Sent("Send the mail", name="a b")),
    Kind("jobs", ADMIN, "/admin/jobs"),
    Kind("mail", ADMIN, "/admin/mail"),
    Kind("log of admins", ADMIN, "/admin/log"),
    Kind("appearance", NOBODY, "/appearance"),
    Kind("design", NOBODY, "/design"),
    Kind("nothing there", NOBODY, "/nowhere", 404),
    Kind("not for members", MEMBER, "/moderation", 403),
)
PLACES = {
    "thread": "SELECT thread_id FROM post WHERE kind = 'comment' AND visible AND thread_id IN"
    " (SELECT thread_id FROM post JOIN citation ON post_id = post.id WHERE post.kind = 'opening')"
    " AND thread_id IN (SELECT id FROM thread WHERE kind = 'question')",
    "discussion": "SELECT max(post.id) FROM post JOIN thread ON thread.id = thread_id"
    " WHERE thread.kind = 'discussion' AND post.kind = 'answer' AND visible",
    "hidden": "SELECT id FROM post WHERE state = 'hidden'",
    "own": "SELECT post.id FROM post JOIN account ON account.id = author_id"
    " WHERE name = 'mira' AND kind = 'answer' AND visible",
    "other": "SELECT post.id FROM post JOIN account ON account.id = author_id"
    " JOIN citation ON post_id = post.id WHERE name = 'dagny' AND kind = 'answer' AND visible",
    "rewritten": "SELECT post.id FROM post JOIN account ON account.id = author_id"
    " WHERE name = 'dagny' AND post.kind = 'answer' AND revision > 1 AND visible",
    "edited": "SELECT id FROM post WHERE revision > 1 AND visible",
    "cited": "SELECT min(post_id) FROM citation JOIN post ON post.id = post_id WHERE visible",
    "source": "SELECT reference_id FROM citation JOIN post ON post.id = post_id WHERE visible"
    " ORDER BY post_id",
    "reference": "SELECT id FROM reference WHERE status = 'resolved' ORDER BY citation_count DESC",
    "pending": "SELECT id FROM reference WHERE status = 'pending'",
    "waiting": "SELECT id FROM review_item WHERE state = 'open' ORDER BY flag_count DESC",
    "decided": "SELECT id FROM review_item WHERE state = 'decided'",
}


def places_of(path: Path) -> dict[str, Any]:
    """The parts of addresses that depend on what is in the database."""
    with closing(sqlite3.connect(path)) as connection:
        places = {name: connection.execute(query).fetchone()[0] for name, query in PLACES.items()}
        slug = connection.execute("SELECT slug FROM thread WHERE id = ?", (places["thread"],)).fetchone()[0]
    return {**places, "slug": slug}
