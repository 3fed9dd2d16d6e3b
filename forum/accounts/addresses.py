"""Mail addresses: which are possible, and when two are the same."""

from email_validator import EmailNotValidError, validate_email

LONGEST = 254


def normal(address: str) -> str | None:
    """The one spelling of a typed mail address; None if no mail could ever be sent there."""
    address = address.strip()
    if len(address) > LONGEST:
        return None
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def key(address: str) -> str:
    """What two spellings of the same address have in common; unique among accounts."""
    return (normal(address) or address.strip()).casefold()


def problem(address: str) -> str:
    """Why this cannot be a mail address, in one sentence; "" if it can."""
    if not address.strip():
        return "Please give your mail address."
    return "" if normal(address) else "This does not look like a mail address, such as ada@example.org."
