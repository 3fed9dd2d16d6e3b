"""What removed spammers used: mail addresses and domains of links. Newcomers who come with them wait."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts import addresses
from forum.clock import now
from forum.moderation.screening_tables import Block

#: So many domains of one spammer are kept at most.
MOST_DOMAINS = 100
#: These deliver to the same mailbox wherever the dots stand.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_LONGEST = 254


class BlockKind(StrEnum):
    EMAIL = "email"
    DOMAIN = "domain"


def put(db: Session, decision_id: int, email: str | None, links: Iterable[str]) -> None:
    """The address and the domains of the links are blocked, until the decision is taken back."""
    found = [(BlockKind.EMAIL, address_of(email))] if email else []
    domains = sorted({domain for link in links if (domain := domain_of(link))})
    found += [(BlockKind.DOMAIN, domain) for domain in domains[:MOST_DOMAINS]]
    moment = now()
    db.add_all(
        Block(kind=kind, value=value, decision_id=decision_id, created_at=moment) for kind, value in found
    )
    db.flush()


def lift(db: Session, decision_id: int) -> None:
    """What was blocked because of the decision no longer is, unless another one blocks it too."""
    db.execute(
        update(Block)
        .where(Block.decision_id == decision_id, Block.lifted_at.is_(None))
        .values(lifted_at=now()),
        execution_options={"synchronize_session": "fetch"},
    )


def has_address(db: Session, email: str) -> bool:
    """Whether a removed spammer used this mailbox, however the address is spelled."""
    return bool(_blocked(db, BlockKind.EMAIL, [address_of(email)]))


def domains(db: Session, links: Iterable[str]) -> list[str]:
    """The blocked ones among the domains of these links, in alphabetical order."""
    return sorted(_blocked(db, BlockKind.DOMAIN, {domain for link in links if (domain := domain_of(link))}))


def address_of(email: str) -> str:
    """What all spellings of one mailbox have in common: without what stands behind a plus sign."""
    local, _, domain = addresses.key(email).rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if domain in _DOTLESS else local}@{domain}"


def domain_of(link: str) -> str:
    """The domain of an address, without "www."; "" if it has none."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return ""
    domain = host.rstrip(".").removeprefix("www.")
    return domain if "." in domain and len(domain) <= _LONGEST else ""


def _blocked(db: Session, kind: BlockKind, values: Collection[str]) -> set[str]:
    in_force = (Block.kind == kind, Block.lifted_at.is_(None))
    return set(db.scalars(select(Block.value).where(*in_force, Block.value.in_(values))))
