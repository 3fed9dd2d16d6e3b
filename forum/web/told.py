"""Sentences shown once after something was done; an address carries only their key (`?told=signed-out`)."""

_AS_TYPED = (
    " But a part of it stays as typed, such as a citation that could not be read: edit the post, and the"
    " preview says what to change."
)
_UNDESCRIBED = (
    " But a picture in it has no words yet: edit the post, and say in a few what the picture shows, for those"
    " who cannot see it."
)
_UNSEEN = (
    " But a picture in it is not shown to readers: it is gone, or somebody else’s and not posted yet. Edit"
    " the post, and send one of your own or describe what it shows."
)
_DOUBTFUL = (
    " But a source in it was retracted, or there is serious doubt about it: see what stands beside it in the"
    " list of references."
)
_DISCOURAGED = (
    " But it cites a source that is discouraged in this forum: edit the post, and the preview says which one"
    " and why."
)
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
    "posted": "Your post is there for everybody to read.",
    "held": (
        "Thank you. A moderator reads your post before everybody sees it. You find it here meanwhile, and a"
        " message in your inbox afterwards."
    ),
    "edited": "Your changes are saved.",
    "edited-held": "Your changes are saved. The moderators look at the post again.",
}
TOLD: dict[str, str] = {
    **_WRITTEN,
    **{f"{key}-as-typed": words + _AS_TYPED for key, words in _WRITTEN.items()},
    **{f"{key}-undescribed": words + _UNDESCRIBED for key, words in _WRITTEN.items()},
    **{f"{key}-unseen": words + _UNSEEN for key, words in _WRITTEN.items()},
    **{f"{key}-doubtful": words + _DOUBTFUL for key, words in _WRITTEN.items()},
    **{f"{key}-discouraged": words + _DISCOURAGED for key, words in _WRITTEN.items()},
    "draft-saved": "Your draft is saved. You find it here, and under your account, on any device.",
    "draft-aside": "The draft is put aside. For a week you can take it back.",
    "draft-back": "It is your draft again.",
    "draft-gone": "The draft is gone.",
    "undone": "Your post is taken back, and nobody new hears of it. Its text is here again.",
    "invitation-revoked": "Nobody can join with that link any more.",
    "image-gone": "The image is gone.",
    "signed-out": "You are signed out.",
    "appearance": "This browser shows the pages that way from now on.",
    "passkey-added": "Your passkey is added. You can sign in with it from now on.",
    "passkey-named": "The passkey has its new name.",
    "passkey-removed": "The passkey is removed. Other browsers that were signed in are signed out.",
    "provider-added": "It is added. You can sign in with it from now on.",
    "provider-removed": "It is removed. Other browsers that were signed in are signed out.",
    "set-up": "Your forum is ready, and you are its first admin.",
    "accepted": "You accepted this answer.",
    "unaccepted": "No answer is accepted now.",
    "withdrawn": "You withdrew your post. You still see it here, and can bring it back.",
    "restored": "Your post is back.",
    "restored-held": "Your post is back, and waits: a moderator reads it before everybody sees it again.",
    "appealed": "Your appeal is with the moderators. You hear what came of it.",
    "flagged": "Thank you. The moderators look at it, and you hear what came of it.",
    "flag-changed": "Your flag was changed: it says now what you sent last.",
    "flag-withdrawn": "Your flag is taken back. The moderators no longer look at it on your account.",
    "reason-kept": "The reason is kept, and the public log says so.",
    "verified": "Thank you. What you found stands at the citation now, and its author hears of it.",
    "unverified": "What you had said of this source is gone.",
    "on-purpose": "It says now that you cite this source on purpose.",
    "not-on-purpose": "It no longer says that you cite this source on purpose.",
    "source-asked": "Thank you. The sentence is marked, and its author hears of it. So will you.",
    "source-settled": "The mark is gone. Whoever asked for the source hears of it.",
    "thread-followed": "You follow this thread: you hear of new answers in it.",
    "thread-unfollowed": "You no longer follow this thread.",
    "bookmarked": "It is among your bookmarks; you find them in the menu with your name.",
    "unbookmarked": "The bookmark is gone.",
    "followed": "You follow this source: you hear when it is retracted, or seriously doubted.",
    "unfollowed": "You no longer follow this source.",
    "corrected": "Thank you. The record is corrected, and the public log says so.",
    "proposed": "Thank you. The moderators look at it, and you hear what came of it.",
    "merged": "The two are one source now. You can undo it on this page.",
    "merge-undone": "The two are two sources again.",
    "tended": "It is done, and stands in the public log. You can undo it under “Tend”.",
    "tending-undone": "It is as it was before.",
    "threads-merged": "The two threads are one now. You can undo it under “Tend”.",
    "thread-split": "It is a thread of its own now. You can undo it under “Tend”.",
    "notice-put": "The notice stands above the post, and its author hears of it.",
    "notice-ended": "The notice is gone.",
    "tag-followed": "You follow this tag: its threads are under “For me” from now on.",
    "tag-unfollowed": "You no longer follow this tag.",
    "tag-allows-unnamed": "Questions with this tag can be asked without a name; the public log says so.",
    "tag-named-only": "Questions with this tag are asked under a name again; the public log says so.",
    "tag-described": "The description is kept, and the public log says so.",
    "tag-named": "Whoever types that name gets this tag from now on.",
    "tag-unnamed": "That name is free again.",
    "tags-merged": "The two are one tag now. You can undo it on this page.",
    "tags-merged-soon": "They are one tag now; many threads may take a minute. You can undo it on this page.",
    "tags-parted": "The two are two tags again.",
    "tags-parted-soon": "The two are two tags again; their many threads may take a minute.",
    "caution-kept": "Every thread with this tag shows it from now on.",
    "export-asked": "Your copy is being made. A message in your inbox says when it is there.",
    "closed": "Your account is closed. Thank you for having been here.",
    "session-ended": "That browser is signed out.",
    "sessions-ended": "You are signed out everywhere else.",
    "renamed": "Your name is changed. The old one leads to you.",
    "about-kept": "Your words are kept, and stand here for everybody.",
    "address-asked": "A mail with a link is on its way to the new address. Nothing has changed yet.",
    "address-changed": "Your mail address is changed, and you are signed out everywhere else.",
    "address-kept": (
        "Your address is kept, and everybody is signed out. One step is left: we have sent you a link"
        " to choose a new password."
    ),
    "address-confirmed": "Your mail address is changed. You can sign in with it.",
    "recovery-asked": (
        "If an account has this address, a mail with a link is on its way there. It works once, for an hour."
    ),
    "recovered": "Your new password is saved, and you are signed out everywhere. Sign in with it.",
    "step-gone": "Signing in takes two steps, and the second was too late. Please begin again.",
    "password-changed": "Your password is changed, and you are signed out everywhere else.",
    "codes-off": "One-time codes are switched off, and you are signed out everywhere else.",
    "acknowledged": "Thank you for reading it.",
    "claimed": "The item is yours for a while.",
    "released": "The item is free for others again.",
    "noted": "Your note stands in the case file, for moderators only.",
    "watched": "Everything that this account posts waits for review from now on.",
    "unwatched": "What this account posts no longer waits for review.",
    "settled": "The case is settled, and whoever brought it hears of it.",
    "rule-kept": "The rule holds for what is posted from now on, and the public log says so.",
    "rule-gone": "The rule holds no longer, and the public log says so.",
    "decided": "Your decision is carried out. To change it, open it in the queue under “Decided lately”.",
    "decided-many": "Your decision is carried out for all of them.",
    "word-rule-kept": "The rule is kept, and the public log says so.",
    "word-rule-retired": "The rule is out of force, and the public log says so.",
    "account-asked": "The mail is on its way. The account is made when its link is used.",
    "role-kept": "The role is kept, and they were told.",
    "level-kept": "The level is kept.",
    "account-signed-out": "Nobody is signed in to this account any more, and its owner was told.",
    "erased": "The account is closed. The words of its posts are erased within minutes.",
    "factors-reset": "The second factors are gone, everybody is signed out, and the owner was told.",
    "password-mail-sent": "The mail is on its way.",
    "job-retried": "It is tried again, within a few seconds if the worker runs.",
    "job-thrown-away": "The job is gone, and the log of the admins says why.",
    "mail-test": "The test mail is on its way. Look here again in a minute.",
    "setting-kept": "Your choice is kept, and the public log says so.",
    "text-kept": "It is kept, and the public log says so.",
}
