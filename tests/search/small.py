"""A small forum for the tests of the search: threads straight in the tables and the index, no actions."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.discussion.tables import Citation, Post, PostKind, PostState, Tag, Thread, ThreadTag
from forum.references import catalogue
from forum.references.identifiers import Identifier, recognise
from forum.references.tables import Reference
from forum.search import index
from forum.search.find import Results, find
from forum.search.query import Order


class Forum:
    def __init__(self, db: Session) -> None:
        self.db = db
        self.count = 0
        self.author_id = self.person("Ada")

    def person(self, name: str) -> int:
        account = Account(name=name, name_key=name.casefold(), created_at=now(), shown_posts=1)
        self.db.add(account)
        self.db.flush()
        return account.id

    def thread(
        self,
        title: str = "A title",
        body: str = "Some words.",
        tags: str = "sleep",
        visible: bool = True,
        by: int | None = None,
        at: datetime | None = None,
        **more: Any,
    ) -> Post:
        """A thread's opening post; `more` are columns of the thread."""
        self.count += 1
        moment, author_id = at or now() + timedelta(minutes=self.count), by or self.author_id
        thread = Thread(
            title=title, slug="a-slug", tag_names=tags, author_id=author_id, created_at=moment,
            active_at=moment, active_by_id=author_id, **{"shown": visible, "is_unanswered": False} | more,
        )  # fmt: skip
        self.db.add(thread)
        self.db.flush()
        for name in tags.split():
            self.tag(thread, name)
        return self.post(thread.id, body, PostKind.OPENING, visible, author_id, moment)

    def tag(self, thread: Thread, name: str) -> None:
        tag = self.db.query(Tag).filter_by(name=name).one_or_none() or Tag(name=name)
        self.db.add(tag)
        self.db.flush()
        moments = {"active_at": thread.active_at, "created_at": thread.created_at}
        self.db.add(ThreadTag(thread_id=thread.id, tag_id=tag.id, shown=thread.shown, **moments))

    def post(
        self,
        thread_id: int,
        body: str,
        kind: PostKind = PostKind.ANSWER,
        visible: bool = True,
        by: int | None = None,
        at: datetime | None = None,
    ) -> Post:
        post = Post(
            thread_id=thread_id, kind=kind, author_id=by or self.author_id, text=body, html="", plain=body,
            markup_version=1, created_at=at or now(), visible=visible,
            state=PostState.SHOWN if visible else PostState.HIDDEN,
        )  # fmt: skip
        self.db.add(post)
        self.db.flush()
        index.put(self.db, [post.id])
        return post

    def cite(self, post: Post, typed: str, title: str = "A study", **more: Any) -> Reference:
        """The post cites what `typed` identifies; `more` are columns of the reference."""
        identifier = recognise(typed).identifier
        assert isinstance(identifier, Identifier)
        reference_id = catalogue.find_or_create(self.db, [identifier])[identifier]
        catalogue.record(self.db, reference_id, {"title": title, "type": "article-journal"}, "crossref")
        reference = self.db.get_one(Reference, reference_id)
        for name, value in {"citation_count": 1, **more}.items():
            setattr(reference, name, value)
        ordinal = self.db.query(Citation).filter_by(post_id=post.id).count() + 1
        self.db.add(Citation(post_id=post.id, reference_id=reference_id, ordinal=ordinal))
        self.db.flush()
        return reference

    def find(
        self, words: str, after: str | None = None, limit: int = 30, order: Order = Order.RELEVANCE
    ) -> Results:
        return find(self.db, words, after, limit, order)

    def posts(self, words: str, order: Order = Order.RELEVANCE) -> list[int]:
        return [hit.post_id for hit in self.find(words, order=order).items]
