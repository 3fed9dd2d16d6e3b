"""One request, as a page's handler sees it."""

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from forum import policy
from forum.accounts import sessions, steps
from forum.accounts.sessions import Presence
from forum.accounts.tables import Actor
from forum.config import Settings
from forum.db import Session
from forum.errors import Refused, TooMany
from forum.policy import Permit
from forum.web import client, devices, files, forms, themes
from forum.web.headers import SECRET
from forum.web.site import Site
from forum.web.told import FOR_GUESTS
from forum.web.told import said as told_of

P = ParamSpec("P")
Result = TypeVar("Result")


class Visit:
    """Who asks for what, and the ways to answer. Lives in one thread, from `with visit:` to its end."""

    def __init__(
        self, site: Site, scope: Scope, typed: forms.Fields | None = None, file: bytes | None = None
    ) -> None:
        self.site = site
        self.method: str = scope["method"]
        self.here = forms.clean(scope["path"])
        self.path: dict[str, Any] = {
            name: forms.clean(value) if isinstance(value, str) else value
            for name, value in scope.get("path_params", {}).items()
        }
        self.query = dict(forms.parse(scope["query_string"])) if scope["query_string"] else {}
        self.form = dict(typed or [])
        #: The file of the form; None if there was none.
        self.file = file
        self.token = _cookie(scope, site.cookie)
        #: What a browser on its way in holds: see accounts/steps.py.
        self.step = _cookie(scope, site.step_cookie)
        self.headers = scope["headers"]
        self.theme = themes.chosen(self.headers)
        self._language = ""
        self._scope = scope
        #: The token with which the visitor's session goes on, if it is another one now.
        self.renewed_token: str | None = None
        #: Names of generations that this visit raised.
        self.touched: set[str] = set()
        #: In how many seconds what was tried too often can be tried again.
        self.retry_after = 0
        self._open = ExitStack()
        self._db: Session | None = None
        self._presence: Presence | None = None
        self._presence_known = self.token is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db = None
        self._open.__exit__(kind, error, trace)

    @property
    def wants(self) -> str:
        """The extension of the file of references that is asked for in place of a page; "" for the page."""
        asked = (files.wanted(value) for name, value in self.headers if name == b"accept")
        return next(filter(None, asked), "")

    @property
    def settings(self) -> Settings:
        return self.site.settings

    @property
    def db(self) -> Session:
        """A session for reading; every query of the visit sees the same state of the database."""
        if self._db is None:
            self._db = self._open.enter_context(self.site.database.reading())
        return self._db

    @property
    def presence(self) -> Presence | None:
        """Who is signed in, and how; None for a guest."""
        if not self._presence_known:
            found = sessions.presence(self.db, self.token or "")
            self._presence = found and found.where(self.settings.second_factor)
            self._presence_known = True
        return self._presence

    @property
    def actor(self) -> Actor | None:
        """Who is signed in; None for a guest."""
        return self.presence and self.presence.actor

    @property
    def language(self) -> str:
        """The code of the language in which the visitor is answered."""
        if not self._language:
            account = self.actor.language if self.actor else ""
            self._language = self.site.tongues.chosen(self.headers, account)
        return self._language

    @property
    def token_is_dead(self) -> bool:
        """Whether the browser sent a session cookie that nobody is signed in with."""
        return self.token is not None and self._presence_known and self._presence is None

    @property
    def address(self) -> str:
        """Where the visitor comes from, as limits are counted: see web/client.py."""
        return client.address(self._scope, self.settings.trusted_proxies)

    @property
    def device(self) -> str:
        """What the visitor's browser and system are called, such as "Firefox on Linux"."""
        return devices.called(Headers(raw=self.headers).get("user-agent", ""))

    def needs(self, permit: Permit) -> None:
        """Goes on only if the visitor has this permission."""
        policy.require(permit, self.actor)

    def act(
        self, action: Callable[Concatenate[Session, Any, P], Result], *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Does `action(db, actor, …)` and commits it; the session for reading ends before that."""
        actor, presence = self.actor, self.presence
        self.__exit__(None, None, None)
        try:
            with self.site.database.writing() as db:
                result = action(db, actor, *args, **kwargs)
                if presence is not None:
                    sessions.use(db, presence)
                self.renewed_token = sessions.renewed_token(db) or self.renewed_token
        except Refused as refused:
            # What the action had begun is undone; what was found in the text stays.
            with self.site.database.writing() as db:
                refused.record(db)
            raise
        except TooMany as error:
            self.retry_after = error.retry_after
            raise
        self.touched |= db.info.get("touched", set())
        return result

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A whole page."""
        key = self.query.get("told", "")
        # Anybody can make an address; what it says was done is for those who can have done it.
        told = told_of(key) if key in FOR_GUESTS or self.actor is not None else ""
        return self._html(template, status, {"told": told, "form": {}, "errors": {}, **context})

    def fragment(self, template: str, status: int = 200, **context: Any) -> Response:
        """A part of a page, for our scripts."""
        return self._html(template, status, {"told": "", "form": {}, "errors": {}, **context})

    def _html(self, template: str, status: int, context: dict[str, Any]) -> Response:
        about = {"actor": self.actor, "here": self.here, "onward": self.onward, "theme": self.theme}
        context = {**about, "status": status, **context}
        headers = {"retry-after": str(self.retry_after)} if status == TooMany.status else None
        return HTMLResponse(self.site.pages.render(template, context), status, headers)

    def redirect(self, path: str, told: str = "") -> Response:
        """Sends the browser to a path of ours; `told` is the key of a sentence to show there once."""
        if told:
            parts = urlsplit(path)
            query = "&".join(filter(None, (parts.query, urlencode({"told": told}))))
            path = parts._replace(query=query).geturl()
        return RedirectResponse(quote(path, safe="/?&=#%+:@,;!$'()*~"), 303)

    @property
    def onward(self) -> str:
        """The query by which a page of ours leads back here; "" where the address itself is a secret."""
        return "" if self.here.startswith(SECRET) else f"?{urlencode({'next': self.here})}"

    def next_path(self) -> str:
        """Where the visitor wanted to go before something came in between; always a path of ours."""
        return forms.local(self.form.get("next") or self.query.get("next") or "/")

    def to_sign_in(self, name: str) -> str:
        """The sign-in page, filled in with the name, that leads on to where the visitor wanted to go."""
        return f"/sign-in?{urlencode({'next': self.next_path(), 'name': name})}"

    def new_key(self) -> str:
        """A key for one filled-in form: sent twice, it is done once."""
        return secrets.token_urlsafe(18)

    def remember(self, response: Response, token: str) -> Response:
        """The browser stays signed in with `token`."""
        age = int(sessions.LIFETIME.total_seconds())
        secure = self.settings.secure
        response.set_cookie(self.site.cookie, token, age, secure=secure, httponly=True, samesite="lax")
        return response

    def forget(self, response: Response) -> Response:
        """The browser throws its session cookie away."""
        response.delete_cookie(self.site.cookie, secure=self.settings.secure, httponly=True)
        return response

    def remember_step(self, response: Response, token: str) -> Response:
        """For ten minutes the browser is the one that has gone this step on its way in."""
        age = int(steps.LIFETIME.total_seconds())
        secure = self.settings.secure
        response.set_cookie(self.site.step_cookie, token, age, secure=secure, httponly=True, samesite="lax")
        return response

    def forget_step(self, response: Response) -> Response:
        """The browser throws the cookie of its step away."""
        response.delete_cookie(self.site.step_cookie, secure=self.settings.secure, httponly=True)
        return response


def _cookie(scope: Scope, wanted: str) -> str | None:
    for name, value in scope["headers"]:
        if name == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                key, _, content = pair.strip().partition("=")
                if key == wanted:
                    return str(content)
    return None
