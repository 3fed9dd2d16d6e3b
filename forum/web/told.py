"""Sentences shown once after something was done; an address carries only their key (`?told=signed-out`)."""

TOLD: dict[str, str] = {
    "joined": (
        "Thank you. We have sent a mail to your address. You can sign in now; if that does not work, the mail"
        " says why."
    ),
    "signed-in": "You are signed in.",
    "signed-out": "You are signed out.",
    "set-up": "Your forum is ready, and you are its first admin.",
    "posted": "Your post is there for everybody to read.",
    "held": (
        "Thank you. A moderator reads your post before everybody sees it. You find it here meanwhile, and a"
        " message in your inbox afterwards."
    ),
    "edited": "Your changes are saved.",
    "edited-held": "Your changes are saved. The moderators look at the post again.",
    "accepted": "You accepted this answer.",
    "unaccepted": "No answer is accepted now.",
    "withdrawn": "You withdrew your post. You still see it here, and can bring it back.",
    "restored": "Your post is back.",
    "flagged": "Thank you. The moderators look at it, and you hear what came of it.",
    "claimed": "The item is yours for a while.",
    "released": "The item is free for others again.",
    "decided": "Your decision is carried out, and its author has been told.",
}
