"""Faults that forums like this one have shipped, and the test here that would fail if we had them too."""

import csv
import io
from pathlib import Path

import pytest
from browsing import Browser, make_app

from forum.db import Database
from forum.web.sheets import as_csv

TESTS = Path(__file__).parents[1]
SIGN_IN, RECOVERY, OIDC = "security/test_sign_in.py", "security/test_recovery.py", "security/test_oidc.py"
LIMITS, GUARD, SCRIPTING = "security/test_limits.py", "security/test_guard.py", "security/test_scripting.py"
INPUT, PARENTS, RACES = "security/test_hostile_input.py", "security/test_parents.py", "security/test_races.py"

FAULTS: dict[str, tuple[str, ...]] = {
    "reset link that works twice": (f"{RECOVERY}::test_a_link_is_worth_something_once",),
    "reset link that never ends": (f"{RECOVERY}::test_a_link_works_for_an_hour",),
    "reset link that survives a newer one": (f"{RECOVERY}::test_a_newer_link_ends_the_older",),
    "reset link made of the Host header": (
        f"{RECOVERY}::test_the_link_leads_to_the_forum_whatever_host_was_asked_for",
        f"{GUARD}::test_a_forwarded_host_changes_nothing",
    ),
    "sign-in by a GET link that scanners use up": (
        f"{RECOVERY}::test_programs_that_look_at_links_change_nothing",
        f"{SIGN_IN}::test_a_get_signs_nobody_in",
    ),
    "session that survives a new password": (f"{SIGN_IN}::test_no_session_survives_a_changed_password",),
    "session that survives the end of the account": (
        f"{SIGN_IN}::test_no_session_survives_the_end_of_the_account",
    ),
    "session that survives a suspension": (
        f"{SIGN_IN}::test_a_session_is_worth_nothing_more_than_a_suspended_account",
    ),
    "text that tells who exists": (
        f"{SIGN_IN}::test_the_answer_does_not_tell_who_exists",
        f"{RECOVERY}::test_the_answer_says_nothing_of_who_has_an_account",
    ),
    "time that tells who exists": (f"{SIGN_IN}::test_the_time_does_not_tell_who_exists",),
    "unlimited sign-in": (f"{LIMITS}::test_unlimited_sign_in_is_not_possible",),
    "unlimited mail": (f"{LIMITS}::test_unlimited_mail_is_not_possible",),
    "provider account joined by mail": (f"{OIDC}::test_provider_account_joined_by_mail",),
    "state that is not bound to the browser": (f"{OIDC}::test_state_not_bound_to_the_browser",),
    "script in a name, tag, preview or admin page": (
        f"{SCRIPTING}::test_what_was_planted_is_text",
        f"{SCRIPTING}::test_what_is_typed_comes_back_as_text",
        f"{SCRIPTING}::test_a_preview_runs_nothing",
        "browser/test_hostile.py",
        "markup/test_attacks_in_browser.py",
    ),
    "script in a mail": (f"{SCRIPTING}::test_a_mail_is_text_whatever_it_quotes",),
    "avatar that is SVG": ("security/test_faults.py::test_no_file_is_taken",),
    "javascript: and data: links": (f"{SCRIPTING}::test_no_link_leads_into_code",),
    "words of a link that hide where it leads": (f"{SCRIPTING}::test_a_link_shows_where_it_leads",),
    "request forgery at the second hop": (
        "fetch/test_guarded.py::test_redirects_to_hostile_addresses_reach_nobody",
        "fetch/test_guarded.py::test_a_redirect_looks_the_name_up_and_judges_it_again",
    ),
    "array where a string was meant": (
        f"{INPUT}::test_no_body_breaks_anything",
        "security/test_admin.py::test_an_array_where_a_string_was_meant_is_refused_kindly",
    ),
    "NaN in JSON": (f"{INPUT}::test_no_body_breaks_anything", f"{OIDC}::test_token_ending_at_nan"),
    "deep nesting": (f"{INPUT}::test_no_body_breaks_anything",),
    "id of another parent": (
        f"{PARENTS}::test_a_source_that_the_post_does_not_cite",
        f"{PARENTS}::test_somebody_elses_flag_and_message",
        "security/test_own_account.py::test_the_id_of_anothers_session_is_not_found",
    ),
    "null parent": (f"{PARENTS}::test_no_comment_under_a_comment_and_none_under_nothing",),
    "mass assignment": (
        f"{PARENTS}::test_the_author_is_who_is_signed_in_whatever_the_form_says",
        "security/test_own_account.py::test_extra_fields_of_the_forms_change_nothing_else",
        "security/test_admin.py::test_fields_that_no_form_has_change_nothing",
    ),
    "open redirect by next": (f"{SIGN_IN}::test_nobody_is_led_away_by_next",),
    "double post": (f"{RACES}::test_double_post",),
    "double vote": (f"{RACES}::test_double_vote",),
    "double account name": (f"{RACES}::test_double_account_name",),
    "double decision": (f"{RACES}::test_double_decision",),
    "private page from a shared cache": (
        f"{GUARD}::test_a_private_page_is_never_kept",
        f"{GUARD}::test_nothing_private_is_stored_anywhere",
    ),
    "formula in a CSV file": ("security/test_faults.py::test_a_spreadsheet_computes_nothing",),
    "header injection in a mail": (
        "security/test_own_account.py::test_neither_name_nor_address_becomes_a_header_of_a_mail",
        "inbox/test_building.py::test_no_letter_lets_the_words_of_people_into_the_head",
    ),
    "terminal escapes in a log": (
        "security/test_logs.py::test_any_text_stays_in_its_line",
        "security/test_logs.py::test_a_path_cannot_write_a_line",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_test(fault: str) -> None:
    for place in FAULTS[fault]:
        path, _, name = place.partition("::")
        assert not name or f"def {name}(" in (TESTS / path).read_text(encoding="utf-8"), place


def test_no_file_is_taken(database: Database) -> None:
    """There are no avatars yet, and no other way to send a file; a form with one loses it, whatever it is."""
    svg = {"avatar": ("me.svg", b"<svg onload=alert(1)>", "image/svg+xml")}
    with Browser(make_app(database)) as browser:
        answer = browser.post("/sign-up", {"name": "Ann"}, files=svg)
        assert answer.status_code == 400
        assert "<svg onload" not in answer.text


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil")']
)
def test_a_spreadsheet_computes_nothing(cell: str) -> None:
    _, (read,) = csv.reader(io.StringIO(as_csv(["Words"], [[cell]]), newline=""))
    assert read == f"'{cell}"


def test_numbers_stay_numbers() -> None:
    assert as_csv(["Number"], [[-3]]).splitlines()[1] == "-3"
