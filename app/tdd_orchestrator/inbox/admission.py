"""Letting deliveries in: one transaction for all that stand at the door."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from tdd_orchestrator.inbox.delivery import Accepted, Admission, Arrival, Duplicate, Full
from tdd_orchestrator.inbox.tables import DEAD, WAITING, delivery, lane

AT_ONCE = 500  # arrivals in one transaction; SQLite takes at most 32,766 values in a statement


def admit(connection: Connection, now: float, arrivals: Sequence[Arrival], capacity: int) -> list[Admission]:
    """An answer for each, in order. What waits or is processed is a duplicate; what was given up comes in anew."""
    known = _states(connection, [arrival.guid for arrival in arrivals])
    room = capacity - _waiting(connection, capacity)
    answers: list[Admission] = []
    fresh: dict[str, Arrival] = {}
    for arrival in arrivals:
        if arrival.guid in fresh or known.get(arrival.guid, DEAD) != DEAD:
            answers.append(Duplicate())
        elif len(fresh) >= room:
            answers.append(Full())
        else:
            fresh[arrival.guid] = arrival
            answers.append(Accepted())
    if fresh:
        _wake(connection, now, {arrival.lane for arrival in fresh.values()})
        _forget(connection, [guid for guid in fresh if guid in known])
        _store(connection, now, list(fresh.values()))
    return answers


def _states(connection: Connection, guids: list[str]) -> dict[str, str]:
    rows = connection.execute(select(delivery.c.guid, delivery.c.state).where(delivery.c.guid.in_(guids)))
    return {row.guid: row.state for row in rows}


def _waiting(connection: Connection, capacity: int) -> int:
    some = select(delivery.c.seq).where(delivery.c.state == WAITING).limit(capacity).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _forget(connection: Connection, guids: list[str]) -> None:
    """A delivery that was given up and comes again goes to the end of its lane, so it needs a new number."""
    if guids:
        connection.execute(delete(delivery).where(delivery.c.guid.in_(guids), delivery.c.state == DEAD))


def _wake(connection: Connection, now: float, keys: set[str]) -> None:
    """Make lanes due, never sooner than a retry allows. Replicas that all lock in key order cannot deadlock."""
    rows = [{"key": key, "due": now, "fence": 0} for key in sorted(keys)]
    insert = _insert(connection, lane)
    later = func.coalesce(lane.c.due, insert.excluded.due)
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"due": later}), rows)


def _store(connection: Connection, now: float, arrivals: list[Arrival]) -> None:
    """The lanes are locked, so numbers grow in their order. Another replica may just have let the same GUID in."""
    rows = [
        {
            "guid": arrival.guid,
            "event": arrival.event,
            "lane": arrival.lane,
            "body": arrival.body,
            "size": len(arrival.body),
            "state": WAITING,
            "attempts": 0,
            "received_at": now,
            "remember": arrival.remember,
        }
        for arrival in arrivals
    ]
    connection.execute(_insert(connection, delivery).on_conflict_do_nothing(index_elements=["guid"]), rows)


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
