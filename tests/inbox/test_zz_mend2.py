from makers import *
from forum.accounts.tables import Role
from forum.actions import editing
from forum.discussion import posts
from forum.discussion.tables import *
from forum.inbox import entries, messages, shown
from forum.inbox.filters import ALL
from forum.inbox.tables import Message
from sqlalchemy import select, event
def test_ask(db):
        asker, reader, boss = make_account(db), make_account(db), make_account(db, role=Role.MODERATOR)
        thread = make_thread(db, asker, title="A title to be taken away")
        post = opening(db, thread)
        messages.send(db, reader.id, "mention", make_letter("Of"), "/p/1", thread_id=thread.id, post_id=post.id)
        print(entries.listing(db, reader, ALL, None, 9).items)
        posts.move(db, post, PostState.REMOVED, boss.id, "")
        editing.edit(db, asker, post.id, "Other words.", 1, title="A title that may stay")
        posts.move(db, post, PostState.SHOWN, boss.id, "")
        db.flush()
        messages.send(db, reader.id, "answer", make_letter("Of"), "/p/1", thread_id=thread.id, post_id=post.id)
        for r in db.execute(select(Revision.__table__)): print(r)
        for r in db.execute(select(Message.__table__)): print(r)
        for r in db.execute(select(Post.__table__)): print(r)
        q = select(Message.id, shown.to_readers()).outerjoin(Post, Post.id == Message.post_id)
        print(db.execute(q).all())
        event.listen(db.connection(), "before_cursor_execute", lambda *a: print(a[2], a[3]))
        print(entries.listing(db, reader, ALL, None, 9).items)
        assert 0
