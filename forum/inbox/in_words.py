"""What will happen, in sentences: computed from what somebody chose of how they are told."""

from collections.abc import Mapping, Sequence

from forum.inbox.channels import DIGEST_HOUR, Chosen, Digest
from forum.inbox.kinds import CHOOSABLE, Group, Mail
from forum.languages import time_zones
from forum.languages.words import N_, _

#: The groups as a sentence lists them.
NAMES: Mapping[Group, str] = {
    Group.ANSWERS: N_("answers to you"),
    Group.COMMENTS: N_("comments on your posts"),
    Group.MENTIONS: N_("posts that mention you"),
    Group.ACCEPTED: N_("your accepted answers"),
    Group.FOLLOWS: N_("what is new in what you follow"),
    Group.REMINDERS: N_("reminders of bookmarks"),
    Group.SOURCES: N_("news about your sources"),
}
SAMPLE = N_("Nothing comes by mail, because this account belongs to the sample community.")
_OWN_THREADS: Mapping[str, str] = {
    "watch": N_(
        "When you ask, answer or comment, you hear of every later answer and comment in that thread."
    ),
    "follow": N_("When you ask, answer or comment, you hear of the later answers in that thread."),
    "none": N_(
        "When you answer or comment in a thread of somebody else, you hear of later answers there only if you"
        " follow it. Answers to your own questions are always told."
    ),
}


def sentences(
    chosen: Chosen, most: int, *, has_address: bool, has_browser: bool, is_sample: bool = False
) -> Sequence[str]:
    """What will happen, one thing a sentence. `most`: so many mails leave in a day.

    `has_browser`: one that is told by web push. `is_sample`: a member of the sample community, who gets no
    mail: nobody reads it.
    """
    pushes = _pushes(chosen) if has_browser else ""
    is_any = has_browser or (has_address and not is_sample and chosen.paused_at is None)
    quiet = _quiet(chosen) if is_any else ""
    every = [
        _("All that you are told stands in your inbox."),
        *(_mails(chosen, most, has_address) if not is_sample else [_(SAMPLE)]),
        pushes,
        quiet,
        _own(chosen),
    ]
    return [sentence for sentence in every if sentence]


def hour(number: int) -> str:
    """The full hour as a clock shows it: "7:00"."""
    return f"{number}:00"


def listed(names: Sequence[str]) -> str:
    """The names as a sentence lists them: "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return _("{list} and {last}").format(list=", ".join(names[:-1]), last=names[-1])


def _mails(chosen: Chosen, most: int, has_address: bool) -> list[str]:
    if not has_address:
        return [_("Nothing comes by mail, because you have no mail address here.")]
    if chosen.paused_at is not None:
        return [_("Nothing comes by mail for now, because mails to your address came back.")]
    always = _(
        "What moderators decide, and what keeps your account safe, comes by mail at once, at any hour."
    )
    return [_at_once(chosen, most), _in_digest(chosen), _digest(chosen), _nowhere(chosen), always]


def _at_once(chosen: Chosen, most: int) -> str:
    groups = _of(chosen, Mail.ONCE)
    if not groups:
        return ""
    words = _(
        "By mail after an hour, if you have not read them here by then: {groups}. What is more than {most} in"
        " a day comes together in one mail later."
    )
    return words.format(groups=groups, most=most)


def _in_digest(chosen: Chosen) -> str:
    groups = _of(chosen, Mail.DIGEST)
    if not groups:
        return ""
    if chosen.digest is Digest.NONE:
        return _("Not by mail, because you chose no digest: {groups}.").format(groups=groups)
    return _("In the digest, if you have not read them by then: {groups}.").format(groups=groups)


def _digest(chosen: Chosen) -> str:
    place = {"hour": hour(DIGEST_HOUR), "zone": time_zones.city(chosen.time_zone)}
    if chosen.digest is Digest.DAILY:
        return _(
            "Every day at {hour} ({zone}) the digest comes by mail, with the best that you have not read."
        ).format(**place)
    if chosen.digest is Digest.WEEKLY:
        return _(
            "Once a week, on Monday at {hour} ({zone}), the digest comes by mail, with the best that you have"
            " not read."
        ).format(**place)
    return ""


def _nowhere(chosen: Chosen) -> str:
    groups = _of(chosen, Mail.NONE)
    return _("Not by mail: {groups}.").format(groups=groups) if groups else ""


def _pushes(chosen: Chosen) -> str:
    groups = listed([_(NAMES[group]) for group in CHOOSABLE if group in chosen.pushes])
    if not groups:
        return ""
    return _("A minute after it came, in your browsers: {groups}.").format(groups=groups)


def _quiet(chosen: Chosen) -> str:
    if chosen.quiet_from is None or chosen.quiet_to is None:
        return ""
    words = _("From {first} to {last} ({zone}) nothing else leaves: it waits until {last}.")
    return words.format(
        first=hour(chosen.quiet_from), last=hour(chosen.quiet_to), zone=time_zones.city(chosen.time_zone)
    )


def _own(chosen: Chosen) -> str:
    return _(_OWN_THREADS.get(chosen.own_threads, _OWN_THREADS["none"]))


def _of(chosen: Chosen, mail: Mail) -> str:
    return listed([_(NAMES[group]) for group in CHOOSABLE if chosen.mails[group] is mail])
