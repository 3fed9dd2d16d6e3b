"""What others see of oneself, changed: the name, and what one says of oneself."""

from starlette.responses import Response

from forum.accounts import former_names, own_account
from forum.actions import changing
from forum.errors import Invalid
from forum.web.endpoint import Visit
from forum.web.pages.account import here


def name_form(visit: Visit) -> Response:
    return _name_page(visit, form={"name": here(visit).actor.name})


def rename(visit: Visit) -> Response:
    try:
        visit.act(changing.rename, visit.form.get("name", ""), visit.device)
    except Invalid as error:
        return _name_page(visit, 422, form=visit.form, errors=error.fields)
    return visit.redirect("/account", "renamed")


def about_form(visit: Visit) -> Response:
    facts = own_account.facts(visit.db, here(visit).actor.id)
    return visit.page("account/about.html", form={"about": facts.about}, most_about=changing.ABOUT_LENGTH)


def describe(visit: Visit) -> Response:
    try:
        visit.act(changing.describe, visit.form.get("about", ""))
    except Invalid as error:
        return visit.page(
            "account/about.html", 422, form=visit.form, errors=error.fields, most_about=changing.ABOUT_LENGTH
        )
    return visit.redirect(f"/people/{here(visit).actor.name}", "about-kept")


def _name_page(visit: Visit, status: int = 200, **more: object) -> Response:
    account_id = here(visit).actor.id
    return visit.page(
        "account/name.html",
        status,
        former=former_names.of_account(visit.db, account_id),
        free_at=changing.next_name_at(visit.db, account_id),
        **more,
    )
