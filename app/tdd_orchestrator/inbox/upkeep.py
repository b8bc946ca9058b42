"""What is not about a lease: figures, what is known of a GUID, driving a dead delivery again, clearing tombstones."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, exists, func, select, update

from tdd_orchestrator.inbox.delivery import Buried, InboxStats
from tdd_orchestrator.inbox.tables import DEAD, PROCESSED, WAITING, delivery, lane

TOMBSTONE_S: Final = 8 * 86_400.0  # GitHub redelivers within 3 days, GitHub Enterprise Server within 7
_ROWS_AT_ONCE: Final = 1_000  # clearing away shares the writer with accepting, so it stays short


def stats(connection: Connection, now: float) -> InboxStats:
    counted = select(func.count(), func.min(delivery.c.received_at)).where(delivery.c.state == WAITING)
    waiting, oldest = connection.execute(counted).one()
    dead = connection.execute(select(func.count()).where(delivery.c.state == DEAD)).scalar_one()
    leased = connection.execute(select(func.count()).where(lane.c.until > now)).scalar_one()
    return InboxStats(waiting, leased, dead, 0.0 if oldest is None else max(0.0, now - oldest))


def held(connection: Connection, guids: Sequence[str]) -> frozenset[str]:
    """Those that wait or are processed: nobody need send them again."""
    known = select(delivery.c.guid).where(delivery.c.guid.in_(guids), delivery.c.state != DEAD)
    return frozenset(connection.execute(known).scalars())


def dead(connection: Connection, _: float, most: int) -> tuple[Buried, ...]:
    """What was given up, latest first."""
    columns = (delivery.c.guid, delivery.c.event, delivery.c.lane, delivery.c.attempts, delivery.c.error)
    rows = select(*columns).where(delivery.c.state == DEAD).order_by(delivery.c.settled_at.desc()).limit(most)
    return tuple(Buried(*row) for row in connection.execute(rows))


def redrive(connection: Connection, now: float, guid: str) -> bool:
    """Let a dead delivery wait again, at its old place and with all its tries; False if there is no such dead one."""
    where = select(delivery.c.lane).where(delivery.c.guid == guid, delivery.c.state == DEAD)
    key = connection.execute(where).scalar_one_or_none()
    if key is None:
        return False
    connection.execute(update(lane).where(lane.c.key == key).values(due=func.coalesce(lane.c.due, now)))
    again = {"state": WAITING, "attempts": 0, "settled_at": None, "received_at": now}
    connection.execute(update(delivery).where(delivery.c.guid == guid, delivery.c.state == DEAD).values(again))
    return True


def clear(connection: Connection, now: float) -> bool:
    """Remove some old tombstones and the lanes that have nothing left; True if there may be more to remove."""
    old = (delivery.c.state == PROCESSED) & (delivery.c.settled_at < now - TOMBSTONE_S)
    some = select(delivery.c.seq).where(old).limit(_ROWS_AT_ONCE).scalar_subquery()
    removed = connection.execute(delete(delivery).where(delivery.c.seq.in_(some))).rowcount
    empty = ~exists().where(delivery.c.lane == lane.c.key)
    connection.execute(delete(lane).where(lane.c.due.is_(None), lane.c.owner.is_(None), empty))
    return removed == _ROWS_AT_ONCE
