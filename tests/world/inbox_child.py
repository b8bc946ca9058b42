"""An inbox in a process of its own, to be killed or frozen: `inbox_child.py accept|handle|freeze URL [FILE]`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tdd_orchestrator.inbox import Accepted, Delivery, Inbox

LANES = 5
LEASE_S = 0.6


def say(word: str) -> None:
    print(word, flush=True)


async def accept(inbox: Inbox) -> None:
    """Accept without end, and say each GUID only once it is accepted."""

    async def caller(lane: int) -> None:
        for n in range(1_000_000):
            guid = f"{lane}-{n:05}"
            if await inbox.accept(guid, "push", f"a/b#{lane}", b"x" * 20_000) == Accepted():
                say(guid)

    await asyncio.gather(*(caller(lane) for lane in range(LANES)))


async def handle(inbox: Inbox, effects: Path) -> None:
    """Write a line for each delivery, as an effect that cannot be taken back."""
    with effects.open("a", buffering=1) as file:

        async def handler(lane: str, deliveries: tuple[Delivery, ...]) -> None:
            for delivery in deliveries:
                await asyncio.sleep(0.001)
                file.write(f"{lane} {delivery.guid}\n")

        say("ready")
        await inbox.run(handler, stop=asyncio.Event())


async def freeze(inbox: Inbox) -> None:
    """Stand still in the middle of the handler; once thawed, say how it ended."""

    async def handler(lane: str, deliveries: tuple[Delivery, ...]) -> None:
        say("handling")
        os.kill(os.getpid(), signal.SIGSTOP)
        try:
            await asyncio.sleep(10)
            say("went on")
        except asyncio.CancelledError:
            say("was stopped")
            raise

    await inbox.run(handler, stop=asyncio.Event())


async def main(role: str, url: str, *rest: str) -> None:
    inbox = await Inbox.open(url, lease_s=LEASE_S, shared=role == "freeze")
    match role:
        case "accept":
            await accept(inbox)
        case "handle":
            await handle(inbox, Path(rest[0]))
        case _:
            await freeze(inbox)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
