"""Deliveries made durable, known by their GUID, handled in order per lane. It knows nothing of what they mean."""

from tdd_orchestrator.inbox.database import InboxUnusable
from tdd_orchestrator.inbox.delivery import Accepted, Admission, Buried, Delivery, Duplicate, Full, InboxStats
from tdd_orchestrator.inbox.holding import Handler
from tdd_orchestrator.inbox.inbox import Inbox
from tdd_orchestrator.inbox.lock import InboxTaken
from tdd_orchestrator.inbox.writer import InboxBroken

__all__ = [
    "Accepted", "Admission", "Buried", "Delivery", "Duplicate", "Full", "Handler",
    "Inbox", "InboxBroken", "InboxStats", "InboxTaken", "InboxUnusable",
]  # fmt: skip
