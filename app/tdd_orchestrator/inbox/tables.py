"""The inbox's two tables.

A processed delivery stays as a tombstone: its row without its body, so that a late redelivery is known.
Times are seconds since the epoch by the database's clock. To delete a lane restarts its fence, so that a lane stays
as long as its tombstones.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

WAITING: Final = "waiting"
PROCESSED: Final = "processed"
DEAD: Final = "dead"

metadata = MetaData()

delivery = Table(
    "delivery",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("guid", String(200), nullable=False, unique=True),
    Column("event", String(100), nullable=False),
    Column("lane", String(400), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", Float(53), nullable=False),
    Column("settled_at", Float(53)),
    Column("remember", Boolean, nullable=False),  # whether a tombstone is left
    Column("error", Text),
    # Without it SQLite hands the highest number out again after a deletion, and order would be lost.
    sqlite_autoincrement=True,
)
_waits = delivery.c.state == WAITING
_settled = delivery.c.settled_at.is_not(None)
Index("delivery_waiting", delivery.c.lane, delivery.c.seq, sqlite_where=_waits, postgresql_where=_waits)
Index("delivery_settled", delivery.c.state, delivery.c.settled_at, sqlite_where=_settled, postgresql_where=_settled)

lane = Table(
    "lane",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("due", Float(53)),  # when there is something to do; empty when nothing waits
    Column("owner", String(64)),
    Column("until", Float(53)),  # the lease's end
    Column("fence", BigInteger, nullable=False),
)
Index("lane_due", lane.c.due, sqlite_where=lane.c.due.is_not(None), postgresql_where=lane.c.due.is_not(None))
