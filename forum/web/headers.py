"""What browsers, caches and search engines are told with every answer, whatever it is."""

from starlette.types import Scope

from forum.config import Settings

Headers = list[tuple[bytes, bytes]]

#: Pages load what is ours, and forms lead to us: on the way to an identity provider there is a page of ours
#: that leads on, so that its address need not stand here.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
#: An image has nothing to load, and is nothing that could run, even if a browser were made to think so.
IMAGE_POLICY = "default-src 'none'; sandbox"
IMAGES = "/images/"
#: Off, because nothing here needs them, and what a fault would let in cannot use them either.
_OFF = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
_PERMISSIONS = ", ".join([*(f"{name}=()" for name in _OFF), *(f"{name}=(self)" for name in _PASSKEYS)])
#: Whose address, with its path or its query, opens a door: it is told to nobody, kept and listed nowhere.
SECRET = (
    "/begin/", "/confirm/", "/confirm-address/", "/invite/", "/keep-address/", "/recover/", "/report/",
    "/setup", "/sign-in/provider/back", "/sign-up/", "/unsubscribe/",
)  # fmt: skip
#: Pages that nobody finds by a search engine: they say nothing, or nothing to others.
_UNLISTED = (*SECRET, "/account", "/admin", "/inbox", "/moderation", "/sign-")
#: After which a browser forgets what it kept of the forum, drafts too: somebody else may sit down before it.
_LEAVING = ("/sign-out", "/account/close")
_FOREVER = b"immutable"


def has_session(scope: Scope) -> bool:
    """Whether a cookie of ours came; also true for one of a similar name, to be on the safe side."""
    return any(
        name == b"cookie" and (b"session=" in value or b"step=" in value) for name, value in scope["headers"]
    )


class Finish:
    """Adds to the headers of an answer what they all have, and decides who may keep it."""

    def __init__(self, settings: Settings) -> None:
        common = [
            (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
            (b"x-content-type-options", b"nosniff"),
            # Browsers go by `frame-ancestors` in the policy; this one is for older ones, and for scanners.
            (b"x-frame-options", b"DENY"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", _PERMISSIONS.encode()),
        ]
        if settings.secure:
            common.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
        self._usual = [*common, (b"referrer-policy", b"same-origin")]
        # Without a referrer forms come from the origin "null", and where there is no https that is all that
        # browsers say of where a form comes from: there they name the origin, which tells nothing of a token.
        referrer = b"no-referrer" if settings.secure else b"strict-origin"
        self._secret = [*common, (b"referrer-policy", referrer)]
        policy = (b"content-security-policy", IMAGE_POLICY.encode())
        self._image = [policy, *self._usual[1:]]
        self._indexing = settings.indexing

    def __call__(self, scope: Scope, status: int, headers: Headers) -> Headers:
        """The headers of the answer with this status, complete."""
        path: str = scope["path"]
        secret = path.startswith(SECRET)
        named = dict(headers)
        is_image = path.startswith(IMAGES) and not named.get(b"content-type", b"").startswith(b"text/")
        headers = [*headers, *(self._secret if secret else self._image if is_image else self._usual)]
        if path.startswith(_UNLISTED) or not self._indexing:
            headers.append((b"x-robots-tag", b"noindex"))
        if _FOREVER in named.get(b"cache-control", b""):
            return headers
        if scope["method"] == "POST" and path in _LEAVING and status == 303:
            headers.append((b"clear-site-data", b'"cache", "storage"'))
        private = secret or b"set-cookie" in named or has_session(scope)
        headers = [pair for pair in headers if pair[0] != b"cache-control"]
        headers.append((b"cache-control", b"private, no-store" if private else b"no-cache"))
        if b"vary" not in named:
            headers.append((b"vary", b"cookie, accept-encoding, accept-language"))
        return headers
