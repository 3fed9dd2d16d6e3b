"""Sentences shown once after something was done; an address carries only their key (`?told=signed-out`)."""

from collections.abc import Mapping

from forum.languages.words import N_, _

#: What is added to what is said of a text that was posted, by the end of the key.
_AFTER: Mapping[str, str] = {
    "as-typed": N_(
        "But a part of it stays as typed, such as a citation that could not be read: edit the post, and the"
        " preview says what to change."
    ),
    "undescribed": N_(
        "But a picture in it has no words yet: edit the post, and say in a few what the picture shows, for"
        " those who cannot see it."
    ),
    "unseen": N_(
        "But a picture in it is not shown to readers: it is gone, or somebody else’s and not posted yet. Edit"
        " the post, and send one of your own or describe what it shows."
    ),
    "doubtful": N_(
        "But a source in it was retracted, or there is serious doubt about it: see what stands beside it in"
        " the list of references."
    ),
    "discouraged": N_(
        "But it cites a source that is discouraged in this forum: edit the post, and the preview says which"
        " one and why."
    ),
}
#: Shown to whoever comes; the others to the signed-in only.
FOR_GUESTS = frozenset(
    {
        "address-confirmed",
        "address-kept",
        "appearance",
        "closed",
        "recovered",
        "recovery-asked",
        "signed-out",
        "step-gone",
    }
)
_WRITTEN: dict[str, str] = {
    "posted": N_("Your post is there for everybody to read."),
    "held": N_(
        "Thank you. A moderator reads your post before everybody sees it. You find it here meanwhile, and"
        " a message in your inbox afterwards."
    ),
    "edited": N_("Your changes are saved."),
    "edited-held": N_("Your changes are saved. The moderators look at the post again."),
}
TOLD: dict[str, str] = {
    **_WRITTEN,
    "draft-saved": N_("Your draft is saved. You find it here, and under your account, on any device."),
    "draft-aside": N_("The draft is put aside. For a week you can take it back."),
    "draft-back": N_("It is your draft again."),
    "draft-gone": N_("The draft is gone."),
    "undone": N_("Your post is taken back, and nobody new hears of it. Its text is here again."),
    "invitation-revoked": N_("Nobody can join with that link any more."),
    "image-gone": N_("The image is gone."),
    "push-on": N_("This browser tells you from now on."),
    "push-off": N_("That browser does not tell you any more."),
    "signed-out": N_("You are signed out."),
    "appearance": N_("This browser shows the pages that way from now on."),
    "language-kept": N_(
        "Kept. The language holds for your account: for its mails and your other browsers too. The colours"
        " hold for this browser only."
    ),
    "passkey-added": N_("Your passkey is added. You can sign in with it from now on."),
    "passkey-named": N_("The passkey has its new name."),
    "passkey-removed": N_("The passkey is removed. Other browsers that were signed in are signed out."),
    "provider-added": N_("It is added. You can sign in with it from now on."),
    "provider-removed": N_("It is removed. Other browsers that were signed in are signed out."),
    "set-up": N_("Your forum is ready, and you are its first admin."),
    "accepted": N_("You accepted this answer."),
    "unaccepted": N_("No answer is accepted now."),
    "withdrawn": N_("You withdrew your post. You still see it here, and can bring it back."),
    "restored": N_("Your post is back."),
    "restored-held": N_("Your post is back, and waits: a moderator reads it before everybody sees it again."),
    "appealed": N_("Your appeal is with the moderators. You hear what came of it."),
    "flagged": N_("Thank you. The moderators look at it, and you hear what came of it."),
    "flag-changed": N_("Your flag was changed: it says now what you sent last."),
    "flag-withdrawn": N_("Your flag is taken back. The moderators no longer look at it on your account."),
    "reason-kept": N_("The reason is kept, and the public log says so."),
    "community-rule-kept": N_("The rules are kept, and the public log says so."),
    "verified": N_("Thank you. What you found stands at the citation now, and its author hears of it."),
    "unverified": N_("What you had said of this source is gone."),
    "on-purpose": N_("It says now that you cite this source on purpose."),
    "not-on-purpose": N_("It no longer says that you cite this source on purpose."),
    "source-asked": N_("Thank you. The sentence is marked, and its author hears of it. So will you."),
    "source-settled": N_("The mark is gone. Whoever asked for the source hears of it."),
    "thread-followed": N_("You follow this thread: you hear of new answers in it."),
    "thread-unfollowed": N_("You no longer follow this thread."),
    "bookmarked": N_("It is among your bookmarks; you find them in the menu with your name."),
    "unbookmarked": N_("The bookmark is gone."),
    "followed": N_("You follow this source: you hear when it is retracted, or seriously doubted."),
    "unfollowed": N_("You no longer follow this source."),
    "corrected": N_("Thank you. The record is corrected, and the public log says so."),
    "proposed": N_("Thank you. The moderators look at it, and you hear what came of it."),
    "merged": N_("The two are one source now. You can undo it on this page."),
    "merge-undone": N_("The two are two sources again."),
    "tended": N_("It is done, and stands in the public log. You can undo it under “Tend”."),
    "tending-undone": N_("It is as it was before."),
    "threads-merged": N_("The two threads are one now. You can undo it under “Tend”."),
    "thread-split": N_("It is a thread of its own now. You can undo it under “Tend”."),
    "notice-put": N_("The notice stands above the post, and its author hears of it."),
    "notice-ended": N_("The notice is gone."),
    "messages-chosen": N_("Kept. Below the form stands in words what happens now."),
    "mail-resumed": N_("We write to your address again. If it still takes no mail, we stop again."),
    "person-followed": N_("You follow this person: what they ask is under “For me” from now on."),
    "person-unfollowed": N_("You no longer follow this person."),
    "search-followed": N_("You follow this search: what it finds is in your digests."),
    "search-unfollowed": N_("You no longer follow this search. It is kept."),
    "search-kept": N_("The search is kept, and stands here."),
    "search-named": N_("The search has its new name."),
    "search-gone": N_("The search is gone."),
    "level-watch": N_("You watch it: you are told of what is new from now on."),
    "level-follow": N_("You follow it from now on."),
    "level-mute": N_("It is muted: you are told of nothing there."),
    "level-none": N_("You no longer follow it."),
    "bookmark-kept": N_("Your note and your reminder are kept."),
    "tag-followed": N_("You follow this tag: its threads are under “For me” from now on."),
    "tag-unfollowed": N_("You no longer follow this tag."),
    "tag-allows-unnamed": N_("Questions with this tag can be asked without a name; the public log says so."),
    "tag-named-only": N_("Questions with this tag are asked under a name again; the public log says so."),
    "tag-described": N_("The description is kept, and the public log says so."),
    "tag-named": N_("Whoever types that name gets this tag from now on."),
    "tag-unnamed": N_("That name is free again."),
    "tags-merged": N_("The two are one tag now. You can undo it on this page."),
    "tags-merged-soon": N_(
        "They are one tag now; many threads may take a minute. You can undo it on this page."
    ),
    "tags-parted": N_("The two are two tags again."),
    "tags-parted-soon": N_("The two are two tags again; their many threads may take a minute."),
    "caution-kept": N_("Every thread with this tag shows it from now on."),
    "export-asked": N_("Your copy is being made. A message in your inbox says when it is there."),
    "closed": N_("Your account is closed. Thank you for having been here."),
    "session-ended": N_("That browser is signed out."),
    "sessions-ended": N_("You are signed out everywhere else."),
    "renamed": N_("Your name is changed. The old one leads to you."),
    "about-kept": N_("Your words are kept, and stand here for everybody."),
    "address-asked": N_("A mail with a link is on its way to the new address. Nothing has changed yet."),
    "address-changed": N_("Your mail address is changed, and you are signed out everywhere else."),
    "address-kept": N_(
        "Your address is kept, and everybody is signed out. One step is left: we have sent you a link"
        " to choose a new password."
    ),
    "address-confirmed": N_("Your mail address is changed. You can sign in with it."),
    "recovery-asked": N_(
        "If an account has this address, a mail with a link is on its way there. It works once, for an hour."
    ),
    "recovered": N_("Your new password is saved, and you are signed out everywhere. Sign in with it."),
    "step-gone": N_("Signing in takes two steps, and the second was too late. Please begin again."),
    "password-changed": N_("Your password is changed, and you are signed out everywhere else."),
    "codes-off": N_("One-time codes are switched off, and you are signed out everywhere else."),
    "acknowledged": N_("Thank you for reading it."),
    "claimed": N_("The item is yours for a while."),
    "released": N_("The item is free for others again."),
    "noted": N_("Your note stands in the case file, for moderators only."),
    "watched": N_("Everything that this account posts waits for review from now on."),
    "unwatched": N_("What this account posts no longer waits for review."),
    "settled": N_("The case is settled, and whoever brought it hears of it."),
    "rule-kept": N_("The rule holds for what is posted from now on, and the public log says so."),
    "rule-gone": N_("The rule holds no longer, and the public log says so."),
    "decided": N_("Your decision is carried out. To change it, open it in the queue under “Decided lately”."),
    "decided-many": N_("Your decision is carried out for all of them."),
    "word-rule-kept": N_("The rule is kept, and the public log says so."),
    "word-rule-retired": N_("The rule is out of force, and the public log says so."),
    "account-asked": N_("The mail is on its way. The account is made when its link is used."),
    "role-kept": N_("The role is kept, and they were told."),
    "level-kept": N_("The level is kept."),
    "account-signed-out": N_("Nobody is signed in to this account any more, and its owner was told."),
    "erased": N_("The account is closed. The words of its posts are erased within minutes."),
    "factors-reset": N_("The second factors are gone, everybody is signed out, and the owner was told."),
    "password-mail-sent": N_("The mail is on its way."),
    "job-retried": N_("It is tried again, within a few seconds if the worker runs."),
    "job-thrown-away": N_("The job is gone, and the log of the admins says why."),
    "mail-again": N_("The mail is on its way once more."),
    "mail-test": N_("The test mail is on its way. Look here again in a minute."),
    "setting-kept": N_("Your choice is kept, and the public log says so."),
    "text-kept": N_("It is kept, and the public log says so."),
}


def said(key: str) -> str:
    """The sentence in the language spoken now; "" for a key that there is not."""
    if key in TOLD:
        return _(TOLD[key])
    for end, more in _AFTER.items():
        begun = key.removesuffix(f"-{end}")
        if begun != key and begun in _WRITTEN:
            return f"{_(_WRITTEN[begun])} {_(more)}"
    return ""
