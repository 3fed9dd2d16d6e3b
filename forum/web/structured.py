"""A thread told to search engines in JSON-LD, as schema.org names things and Google reads them.

A question with answers is a QAPage; one without, and a discussion, is a DiscussionForumPosting. It is made of
what the page has read already, for guests only: it says nothing that they do not see on the page. The texts
of questions and answers are whole, as the guide wants them, but for their spoilers; lists are short, because
the page says all of it a second time.
(developers.google.com/search/docs/appearance/structured-data/qapage and …/discussion-forum)
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from forum.discussion.cited import CitationView
from forum.discussion.threads import PostView, ThreadPage
from forum.references.export.embedding import in_page
from forum.web.templating import cut

Told = dict[str, Any]

#: Answers of a thread, comments under each post, and sources, of which something is told.
ANSWERS, COMMENTS, SOURCES = 10, 2, 20
#: Characters of a comment.
COMMENT = 200
_LINK = re.compile(r'<a href="(https?://[^"]+)"')


def of_thread(page: ThreadPage, base: str) -> Markup:
    """The thread in JSON-LD, safe to stand inside a page's script element; `base` is the forum's address."""
    write = _Writer(base, f"{base}/t/{page.thread.id}/{quote(page.thread.slug)}")
    # A QAPage must have an answer.
    is_answered = page.thread.kind == "question" and any(post.plain for post in page.answers)
    told = write.question(page) if is_answered else write.discussion(page)
    text = json.dumps({"@context": "https://schema.org", **told}, ensure_ascii=False, separators=(",", ":"))
    return Markup(in_page(text))  # noqa: S704 - made safe for a data block


class _Writer:
    """Writes the posts of one thread, whose address is `url`."""

    def __init__(self, base: str, url: str) -> None:
        self.base = base
        self.url = url

    def question(self, page: ThreadPage) -> Told:
        shown = [post for post in page.answers if post.plain][:ANSWERS]
        answers = [(post.accepted, self._post("Answer", post)) for post in shown]
        accepted = [told for is_accepted, told in answers if is_accepted]
        question = {
            **self._post("Question", page.opening, page.thread.title),
            "url": self.url,
            "name": page.thread.title,
            "keywords": page.thread.tags,
            "answerCount": page.thread.answer_count,
            "acceptedAnswer": accepted[0] if accepted else None,
            "suggestedAnswer": [told for is_accepted, told in answers if not is_accepted],
            "citation": self._citations(page),
        }
        return {"@type": "QAPage", "url": self.url, "mainEntity": _without_blanks(question)}

    def discussion(self, page: ThreadPage) -> Told:
        posting = {
            **self._post("DiscussionForumPosting", page.opening, page.thread.title),
            "url": self.url,
            "mainEntityOfPage": self.url,
            "headline": page.thread.title,
            "keywords": page.thread.tags,
            "commentCount": page.thread.answer_count,
            # Comments on the opening post and replies stand side by side below it.
            "comment": [
                *self._comments(page.opening),
                *(self._post("Comment", post) for post in page.answers[:ANSWERS] if post.plain),
            ],
            "citation": self._citations(page),
        }
        del posting["upvoteCount"]
        likes = {"@type": "InteractionCounter", "interactionType": "https://schema.org/LikeAction"}
        posting["interactionStatistic"] = {**likes, "userInteractionCount": max(page.opening.score, 0)}
        return _without_blanks(posting)

    def _post(self, kind: str, post: PostView, title: str = "") -> Told:
        told = {
            "@type": kind,
            "text": " ".join(post.plain.split()) or title,
            "url": f"{self.url}#p{post.id}",
            "upvoteCount": post.score,
            "datePublished": _moment(post.created_at),
            "dateModified": _moment(post.edited_at) if post.edited_at else "",
            "author": _author(self.base, post.author),
            "comment": self._comments(post),
        }
        return _without_blanks(told)

    def _comments(self, post: PostView) -> list[Told]:
        return [
            {
                "@type": "Comment",
                "text": cut(comment.plain, COMMENT),
                "url": f"{self.url}#p{comment.id}",
                "datePublished": _moment(comment.created_at),
                "author": _author(self.base, comment.author),
            }
            for comment in post.comments[:COMMENTS]
            if comment.plain
        ]

    def _citations(self, page: ThreadPage) -> list[Told]:
        posts = chain([page.opening], page.answers)
        cited = {each.reference_id: each for post in posts for each in _cited(post)}
        return [_work(self.base, each) for each in list(cited.values())[:SOURCES]]


# The same people and sources are told again and again: they are kept, and never changed.


@lru_cache(4096)
def _author(base: str, name: str) -> Told:
    return {"@type": "Person", "name": name, "url": f"{base}/people/{quote(name)}"}


@lru_cache(4096)
def _work(base: str, cited: CitationView) -> Told:
    found = _LINK.search(cited.html)
    address = unescape(found[1]) if found else ""
    kind = "ScholarlyArticle" if address.startswith("https://doi.org/") else "CreativeWork"
    here = f"{base}/references/{cited.reference_id}/{quote(cited.slug)}"
    return {"@type": kind, "name": cited.title, "url": address or here}


def _cited(post: PostView) -> Iterator[CitationView]:
    yield from post.citations
    for comment in post.comments:
        yield from comment.citations


def _without_blanks(told: Mapping[str, Any]) -> Told:
    return {name: value for name, value in told.items() if value not in ("", None, [])}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
