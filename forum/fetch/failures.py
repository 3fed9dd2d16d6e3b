"""The ways in which the outside gives us nothing."""


class Unreachable(Exception):
    """No usable answer came; the message says why, for the log."""


class NotReached(Unreachable):
    """Not even a connection came about: nothing was asked, so asking again costs the service nothing."""


class Refused(Exception):
    """The address is not for us to ask, or what is there not for us to read.

    The message is one sentence for the person who typed the address.
    """
