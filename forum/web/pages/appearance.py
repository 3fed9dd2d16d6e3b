"""How the pages look in this browser: as the device prefers, light, dark, contrasted; and their language."""

from collections.abc import Sequence

from markupsafe import Markup
from starlette.responses import Response

from forum.actions import preferring
from forum.errors import Invalid
from forum.languages.speaking import LANGUAGES, PSEUDO, TAGS
from forum.languages.words import N_, _
from forum.web import themes, tongues
from forum.web.endpoint import Visit

#: Each theme with its name and what is said of it.
CHOICES = (
    ("", N_("As the device"), N_("Light or dark, and with more contrast if your device asks for it.")),
    ("light", N_("Light"), N_("Dark words on a warm white.")),
    ("dark", N_("Dark"), N_("Light words on a quiet grey, for the evening.")),
    ("contrast", N_("High contrast"), N_("Stronger colours and lines; light or dark as the device prefers.")),
)
#: A name in its own language says which that is, for those who have it read out.
_NAME = Markup('<span lang="{tag}">{name}</span>')


def read(visit: Visit) -> Response:
    """The form; `language`, as the foot of each page has it in its links, is chosen in it already."""
    pressed = visit.query.get("language", "")
    language = pressed if pressed in LANGUAGES else _chosen(visit)
    return _page(visit, {"theme": visit.theme, "language": language})


def keep(visit: Visit) -> Response:
    """The browser keeps the choice and sends it with every request; the language is also the account's."""
    typed = {"theme": visit.theme, "language": _chosen(visit), **visit.form}
    theme, language = typed["theme"], typed["language"]
    wrong = {"theme": theme not in themes.THEMES, "language": language not in _codes(visit)}
    if any(wrong.values()) or not {"theme", "language"} & visit.form.keys():
        said = {name: _("Choose one of these.") for name, is_wrong in wrong.items() if is_wrong}
        return _page(visit, typed, Invalid(said or {"theme": _("Choose one of these.")}))
    told = "appearance"
    if visit.actor is not None and "language" in visit.form:
        visit.act(preferring.language, language if language in LANGUAGES else "")
        told = "language-kept"
    response = visit.redirect(visit.next_path(), told=told)
    for cookie, value in ((themes.COOKIE, theme), (tongues.COOKIE, language)):
        if cookie in visit.form:
            _set(visit, response, cookie, value)
    return response


def _set(visit: Visit, response: Response, cookie: str, value: str) -> None:
    """Cookie and field have one name; without a choice the cookie is gone."""
    age = themes.SECONDS if value else 0
    response.set_cookie(cookie, value, age, secure=visit.settings.secure, httponly=True, samesite="lax")


def _chosen(visit: Visit) -> str:
    """The language that was chosen, by the account or in this browser; "" for none."""
    kept = tongues.kept_in(b";".join(value for name, value in visit.headers if name == b"cookie"))
    has_pseudo = kept == PSEUDO and visit.site.tongues.has_pseudo
    account = visit.actor.language if visit.actor else ""
    return kept if has_pseudo else account or (kept if kept in LANGUAGES else "")


def _codes(visit: Visit) -> Sequence[str]:
    """What may be chosen; the pseudo-language only where the forum is worked on."""
    return ("", *LANGUAGES, *([PSEUDO] if visit.site.tongues.has_pseudo else []))


def _languages(visit: Visit) -> Sequence[tuple[str, str, str]]:
    """Each code with its name, and what is said of it."""
    named = [(code, _NAME.format(tag=code, name=name), "") for code, name in LANGUAGES.items()]
    if visit.site.tongues.has_pseudo:
        pseudo = _NAME.format(tag=TAGS[PSEUDO], name="Pseudo")
        named.append((PSEUDO, pseudo, _("For who works on the forum: shows what is not translated.")))
    by_browser = _("The first of your browser’s languages that we have.")
    return [("", _("As the browser"), by_browser), *named]


def _page(visit: Visit, form: dict[str, str], wrong: Invalid | None = None) -> Response:
    return visit.page(
        "appearance.html",
        wrong.status if wrong else 200,
        form=form,
        errors=wrong.fields if wrong else {},
        choices=[(theme, _(name), _(words)) for theme, name, words in CHOICES],
        tongues=_languages(visit),
        next=visit.next_path(),
    )
