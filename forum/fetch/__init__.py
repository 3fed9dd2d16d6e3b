"""The only outbound HTTP: a client for known services, and a guarded one for addresses that people typed."""

from forum.fetch.agent import user_agent
from forum.fetch.bodies import LARGEST_BODY
from forum.fetch.failures import NotReached, Refused, Unreachable
from forum.fetch.guarded import Guarded, Limits, Page, guarded
from forum.fetch.known import Answer, Known, asked_pause, known
from forum.fetch.public import Public

__all__ = [
    "LARGEST_BODY",
    "Answer",
    "Guarded",
    "Known",
    "Limits",
    "NotReached",
    "Page",
    "Public",
    "Refused",
    "Unreachable",
    "asked_pause",
    "guarded",
    "known",
    "user_agent",
]
