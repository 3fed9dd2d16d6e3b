"""What admins choose while the forum runs: a table of choices with their defaults, and the history of each.

What belongs to one machine or process, and what must be known before there is a database, is in config.py.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import Table, rows
from forum.languages import formats
from forum.languages.words import N_, _


class Setting(Table):
    """A choice that is made while the forum runs; the row's absence means the default."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]


class SettingChange(Table):
    """One change of a choice; rows are only ever added."""

    __tablename__ = "setting_change"
    __table_args__ = (Index("ix_setting_change_key", "key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(30))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class Choice(NamedTuple):
    """One thing to choose: `options` are pairs of value and label; without them it is a number from
    `least` to `most`, or, where `most` is 0, text.
    """

    key: str
    group: str
    label: str
    help: str
    default: str
    options: Sequence[tuple[str, str]] = ()
    least: int = 0
    most: int = 0
    #: For text: how many characters it may have.
    length: int = 2000

    def label_of(self, value: str) -> str:
        """The value in words: the label of an option, else the value itself."""
        return dict(self.options).get(value, value)

    def checked(self, typed: str) -> str:
        """What was typed, as it is kept. ValueError with a sentence for who typed it."""
        value = typed.strip()
        if self.options:
            if value not in dict(self.options):
                raise ValueError(_("Choose one of these."))
        elif self.most:
            return self._number(value)
        elif len(value) > self.length:
            raise ValueError(
                _("At most {most} characters, please; this has {count}.").format(
                    most=formats.number(self.length), count=formats.number(len(value))
                )
            )
        return value

    def _number(self, typed: str) -> str:
        is_number = typed.isascii() and typed.isdigit() and len(typed) < 10
        if not is_number or not self.least <= int(typed) <= self.most:
            raise ValueError(
                _("Give a number from {least} to {most}.").format(
                    least=formats.number(self.least), most=formats.number(self.most)
                )
            )
        return str(int(typed))


class Changed(NamedTuple):
    """One change of a choice: from one value to another, by whom, and when."""

    key: str
    before: str
    after: str
    by: str
    at: datetime


_YES_NO = (("yes", N_("Yes")), ("no", N_("No")))

CHOICES: tuple[Choice, ...] = (
    Choice(
        "about", N_("Community"), N_("What this community is"),
        N_("Stands first on the page “About”: whom it is for, and who you are. Markdown works."), "",
        length=10000,
    ),
    Choice(
        "sign_up", N_("Joining"), N_("Who may join"), N_("Who is here already stays."), "open",
        (
            ("open", N_("Everybody")),
            ("approval", N_("Everybody, once a moderator has read an answer")),
            ("invitation", N_("Who is invited")),
            ("closed", N_("Nobody")),
        ),
    ),
    Choice(
        "sign_up_question", N_("Joining"), N_("The question to who wants to join"),
        N_("Asked where a moderator decides who may join."), N_("What brings you here?"), length=300,
    ),
    Choice(
        "sign_up_blocked", N_("Joining"), N_("Mail domains that cannot be used"),
        N_("One on a line, such as example.org; its subdomains are meant too."), "",
    ),
    Choice(
        "sign_up_throw_away", N_("Joining"), N_("Refuse throw-away mail addresses"),
        N_("Addresses of services that give them out for minutes."), "yes", _YES_NO,
    ),
    Choice(
        "invitations", N_("Joining"), N_("Who may invite"), "", "moderators",
        (("admins", N_("Admins")), ("moderators", N_("Moderators and admins")),
        ("trusted", N_("Trusted members too"))),
    ),
    Choice(
        "anonymous", N_("Asking"), N_("Questions without a name"),
        N_("Asked as “anonymous member”: moderators see who it is only with a reason, which is logged."),
        "tags",
        (("no", N_("Never")), ("tags", N_("With tags that allow it")), ("yes", N_("Always"))),
    ),
    Choice("member_posts", N_("Trust"), N_("Posts that readers see, to become a member"), "", "2", most=1000),
    Choice("member_days", N_("Trust"), N_("Days here, to become a member"), "", "1", most=1000),
    Choice("member_threads", N_("Trust"), N_("Threads read, to become a member"), "", "5", most=1000),
    Choice("trusted_posts", N_("Trust"), N_("Posts that readers see, to become trusted"), "", "20",
    most=10000),
    Choice("trusted_days", N_("Trust"), N_("Days here, to become trusted"), "", "30", most=1000),
    Choice("trusted_threads", N_("Trust"), N_("Threads read, to become trusted"), "", "50", most=10000),
    Choice(
        "trusted_points", N_("Trust"), N_("Points, to become trusted"),
        N_("For what others found good: accepted and upvoted answers, upheld flags, verified citations."),
        "20",
        most=10000,
    ),
    Choice(
        "mails_a_day", N_("Messages"), N_("Mails a day to one person, at most"),
        N_(
            "What comes after that waits for the person’s digest, or for one mail the next morning. Decisions"
            " and what is about the account are not counted, and always leave."
        ),
        "20", least=1, most=1000,
    ),
    Choice(
        "sensitivity", N_("Moderation"), N_("How soon the forum holds posts by itself"),
        N_("What the choice comes to is explained under “What the forum does by itself”."), "middle",
        (
            ("low", N_("Late: people first")),
            ("middle", N_("In between")),
            ("high", N_("Soon: better once too often")),
        ),
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Choice] = {choice.key: choice for choice in CHOICES}


def get(db: Session, key: str) -> str:
    """What was chosen, or the default. KeyError for what cannot be chosen."""
    return several(db, (key,))[key]


def several(db: Session, keys: Sequence[str]) -> Mapping[str, str]:
    """What was chosen for each of these, or its default; one query."""
    found = rows(db, select(Setting.key, Setting.value).where(Setting.key.in_(keys)))
    return {key: BY_KEY[key].default for key in keys} | {key: str(value) for key, value in found}


def number(db: Session, key: str) -> int:
    """The number that was chosen."""
    return int(get(db, key))


def choose(db: Session, key: str, value: str, actor_id: int) -> None:
    """This is chosen from now on, and the history says by whom. KeyError for what cannot be chosen."""
    before = get(db, key)
    if before == value:
        return
    setting = db.get(Setting, key) or Setting(key=key)
    setting.value, setting.changed_by_id, setting.changed_at = value, actor_id, now()
    db.add(setting)
    db.add(SettingChange(key=key, before=before, after=value, actor_id=actor_id, at=now()))
    db.flush()


def every(db: Session) -> Mapping[str, str]:
    """What holds now, for every choice; one query."""
    return several(db, [choice.key for choice in CHOICES])


def history(db: Session, most: int) -> Sequence[Changed]:
    """The latest changes, newest first."""
    change = SettingChange
    columns = (change.key, change.before, change.after, Account.name, change.at)
    wanted = select(*columns).join(Account, Account.id == change.actor_id)
    return [Changed(*found) for found in rows(db, wanted.order_by(change.id.desc()).limit(most))]
