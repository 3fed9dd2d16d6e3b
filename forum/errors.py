"""The tree of errors that a person can cause, each with a code, an HTTP status and words.

ForumError
├── Invalid            422  a form was filled in wrongly; `fields` says where and why
│   └── Refused        422  a text cannot be posted as it is; `record` keeps what was found in it
├── SignInRequired     401  nobody is signed in
├── Forbidden          403  signed in, and not allowed
│   ├── FactorRequired 403  the role wants a second factor that this session lacks
│   └── Restrained     403  a sanction, or a warning that was not read yet
├── NotFound           404  absent, or not for this viewer's eyes: the same answer for both
├── Conflict           409  somebody else was faster
├── TooLarge           413  the body is over the limit
├── TooMany            429  too often in a while; `retry_after` says for how long to wait
├── TooMuch            422  what was asked for takes too long to find
└── Busy               503  the database is occupied; try again
"""

from collections.abc import Callable, Mapping
from typing import Any

from forum.languages.words import N_, _


class ForumError(Exception):
    """Something a person did or met that the forum can explain."""

    code = "error"
    status = 400
    title = N_("That did not work")
    words = N_("Please go back and try again.")

    def __init__(self, words: str | None = None) -> None:
        if words:
            self.words = words
        super().__init__(self.words)

    def said(self) -> str:
        """The words, in the language spoken now; those that were given are in one already."""
        return self.words if "words" in vars(self) else _(self.words)


class Invalid(ForumError):
    """A form was filled in wrongly. `fields` maps a field's name to one sentence; "" is the whole form."""

    code = "invalid"
    status = 422
    title = N_("Please check the form")
    words = N_("Something in the form needs another look.")

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class Refused(Invalid):
    """A text cannot be posted as it is. `record` keeps what was found in it, in a transaction of its own."""

    code = "refused"
    title = N_("This cannot be posted as it is")

    def __init__(self, fields: Mapping[str, str], record: Callable[[Any], None]) -> None:
        super().__init__(fields)
        self.record = record


class SignInRequired(ForumError):
    code = "sign_in_required"
    status = 401
    title = N_("Please sign in")
    words = N_("You need to be signed in for this.")


class Forbidden(ForumError):
    code = "forbidden"
    status = 403
    title = N_("This is not open to you")
    words = N_("Your account does not have the permission for this.")


class Restrained(Forbidden):
    """The account is silenced or suspended, or has a warning to read first."""

    code = "restrained"
    title = N_("Not for the moment")
    words = N_(
        "The moderators have decided something about your account. See under “Your standing” what, and why."
    )


class FactorRequired(Forbidden):
    """The role counts only with a second factor, and this session has none."""

    code = "factor_required"
    title = N_("One more step, please")
    words = N_("To do this for the forum, sign in with a second step. Set it up, and you can go on at once.")


class NotFound(ForumError):
    code = "not_found"
    status = 404
    title = N_("There is nothing here")
    words = N_("The page may have been moved or withdrawn, or the address has a typing error.")


class Conflict(ForumError):
    code = "conflict"
    status = 409
    title = N_("Somebody was faster")
    words = N_("This was changed while you were working on it.")


class TooLarge(ForumError):
    code = "too_large"
    status = 413
    title = N_("That is too much at once")
    words = N_("What you sent is larger than this forum accepts.")


class TooMany(ForumError):
    """Somebody did this too often in a while. `retry_after`: seconds until it can be done again."""

    code = "too_many"
    status = 429
    title = N_("A little slower, please")

    def __init__(self, what: str, retry_after: int) -> None:
        super().__init__(f"{what} {_again(retry_after)}")
        self.retry_after = retry_after
        #: As of a form that was filled in wrongly, so that it can come back filled in.
        self.fields = {"": self.words}


def _again(seconds: int) -> str:
    """When that is, in words."""
    if seconds < 90:
        return _("Please try again in a minute.")
    minutes = -(-seconds // 60)
    if minutes < 90:
        return _("Please try again in {count} minutes.").format(count=minutes)
    return _("Please try again in {count} hours.").format(count=-(-minutes // 60))


class TooMuch(ForumError):
    """What was asked for takes too long to find in a forum of this size."""

    code = "too_much"
    status = 422
    title = N_("That is too much to look through")
    words = N_("Those words stand in very many posts. Please add a rarer one, or leave out a quotation.")


class Busy(ForumError):
    code = "busy"
    status = 503
    title = N_("The forum is busy")
    words = N_("Nothing was saved. Please wait a few seconds and send it again.")


class NotReady(Exception):
    """The forum cannot start or go on; the message tells its owner why and what to do."""
