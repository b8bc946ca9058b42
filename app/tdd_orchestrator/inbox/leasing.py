"""The life of a lease: claimed, renewed, completed, failed or given back. The fence guards what follows the claim."""

from collections.abc import Sequence

from sqlalchemy import Connection, case, delete, exists, func, or_, select, update

from tdd_orchestrator.inbox.delivery import Delivery, Lease
from tdd_orchestrator.inbox.tables import DEAD, PROCESSED, WAITING, delivery, lane

BATCH = 50  # deliveries in one batch
BATCH_BYTES = 32_000_000  # bodies are up to 25 MB each, and a batch is held in memory
LONGEST_PAUSE_S = 300.0


def claim(
    connection: Connection, now: float, owner: str, lease_s: float, most: int, max_attempts: int
) -> tuple[list[Lease], float | None]:
    """Lease up to `most` lanes that are due, longest due first; and say in how many seconds another one may be, if any.

    The try is counted now and not when it fails, so that a delivery which kills the process is given up in the end.
    """
    free = or_(lane.c.until.is_(None), lane.c.until <= now)
    due = select(lane.c.key, lane.c.fence).where(lane.c.due <= now, free).order_by(lane.c.due).limit(most)
    found = [(key, fence + 1) for key, fence in connection.execute(due.with_for_update(skip_locked=True))]
    leases = [_lease(connection, now, (key, fence, owner, now + lease_s), max_attempts) for key, fence in found]
    return leases, _next_due(connection, now) if len(found) < most else 0.0


def renew(connection: Connection, now: float, lease: Lease, lease_s: float) -> bool:
    """Whether the lane is still ours, and if so for `lease_s` more seconds."""
    ours = (lane.c.key == lease.lane) & (lane.c.fence == lease.fence) & lane.c.owner.is_not(None)
    return connection.execute(update(lane).where(ours).values(until=now + lease_s)).rowcount == 1


def complete(connection: Connection, now: float, lease: Lease) -> bool:
    """Settle the whole batch, or nothing if the lane has another holder by now."""
    if not _let_go(connection, lease):
        return False
    _settle(connection, now, lease.seqs, PROCESSED)
    _due_again(connection, lease.lane, now)
    return True


def fail(
    connection: Connection, now: float, lease: Lease, error: str, pause_s: float, max_attempts: int
) -> tuple[bool, bool]:
    """(still ours, given up). A batch of several is retried one by one: only what failed alone can be given up."""
    if not _let_go(connection, lease):
        return False, False
    tries = lease.deliveries[0].attempts + 1
    hopeless = len(lease.seqs) == 1 and tries >= max_attempts
    connection.execute(update(delivery).where(delivery.c.seq.in_(lease.seqs)).values(error=error))
    if hopeless:
        _settle(connection, now, lease.seqs, DEAD)
    pause = 0.0 if hopeless else min(LONGEST_PAUSE_S, pause_s * 3.0 ** min(tries - 1, 20))
    _due_again(connection, lease.lane, now + pause)
    return True, hopeless


def give_back(connection: Connection, now: float, leases: Sequence[Lease]) -> None:
    """Lanes that were stopped half-way are due at once, and the try does not count."""
    for lease in sorted(leases, key=lambda lease: lease.lane):
        if _let_go(connection, lease):
            mine = delivery.c.seq.in_(lease.seqs) & (delivery.c.attempts > 0)
            connection.execute(update(delivery).where(mine).values(attempts=delivery.c.attempts - 1))
            _due_again(connection, lease.lane, now)


def free_all(connection: Connection, _: float) -> None:
    """For who has the database alone: whatever is leased was leased by a process that is dead."""
    connection.execute(update(lane).where(lane.c.until.is_not(None)).values(owner=None, until=None))


def _lease(connection: Connection, now: float, hold: tuple[str, int, str, float], max_attempts: int) -> Lease:
    key, fence, owner, until = hold
    connection.execute(update(lane).where(lane.c.key == key).values(fence=fence, owner=owner, until=until))
    waiting = (delivery.c.lane == key) & (delivery.c.state == WAITING)
    heads = (
        select(delivery.c.seq, delivery.c.attempts, delivery.c.size)
        .where(waiting)
        .order_by(delivery.c.seq)
        .limit(BATCH)
    )
    seqs = _batch([(seq, attempts, size) for seq, attempts, size in connection.execute(heads)])
    batch = _deliveries(connection, seqs)
    if (
        len(batch) == 1 and batch[0].attempts > max_attempts
    ):  # no exception, yet never an end: it takes the process with it
        connection.execute(
            update(delivery).where(delivery.c.seq.in_(seqs)).values(error="the process died while it was handled")
        )
        _settle(connection, now, seqs, DEAD)
        return Lease(key, fence, (), (), buried=batch)
    connection.execute(update(delivery).where(delivery.c.seq.in_(seqs)).values(attempts=delivery.c.attempts + 1))
    return Lease(key, fence, seqs, batch)


def _batch(heads: Sequence[tuple[int, int, int]]) -> tuple[int, ...]:
    """The longest run from the front of what was never tried; what was tried goes alone."""
    taken: list[int] = []
    total = 0
    for seq, attempts, size in heads:
        total += size
        if taken and (attempts or total > BATCH_BYTES):
            break
        taken.append(seq)
        if attempts:
            break
    return tuple(taken)


def _deliveries(connection: Connection, seqs: tuple[int, ...]) -> tuple[Delivery, ...]:
    columns = (delivery.c.guid, delivery.c.event, delivery.c.body, delivery.c.received_at, delivery.c.attempts)
    rows = connection.execute(select(*columns).where(delivery.c.seq.in_(seqs)).order_by(delivery.c.seq))
    return tuple(Delivery(*row) for row in rows)


def _let_go(connection: Connection, lease: Lease) -> bool:
    ours = (lane.c.key == lease.lane) & (lane.c.fence == lease.fence) & lane.c.owner.is_not(None)
    return connection.execute(update(lane).where(ours).values(owner=None, until=None)).rowcount == 1


def _settle(connection: Connection, now: float, seqs: Sequence[int], state: str) -> None:
    """A processed delivery leaves its body behind; one that was given up keeps it, since it may be driven again."""
    values: dict[str, object] = {"state": state, "settled_at": now}
    if state == PROCESSED:
        connection.execute(delete(delivery).where(delivery.c.seq.in_(seqs), ~delivery.c.remember))
        values |= {"body": b"", "size": 0}
    connection.execute(update(delivery).where(delivery.c.seq.in_(seqs)).values(values))


def _due_again(connection: Connection, key: str, when: float) -> None:
    """A statement of its own after the lane's row is locked: PostgreSQL then sees what was let in meanwhile."""
    more = exists().where(delivery.c.lane == key, delivery.c.state == WAITING)
    connection.execute(update(lane).where(lane.c.key == key, more).values(due=when))
    connection.execute(update(lane).where(lane.c.key == key, ~more).values(due=None))


def _next_due(connection: Connection, now: float) -> float | None:
    free_at = case((lane.c.until > lane.c.due, lane.c.until), else_=lane.c.due)
    soonest = connection.execute(select(func.min(free_at)).where(lane.c.due.is_not(None))).scalar_one()
    return None if soonest is None else max(0.0, soonest - now)
