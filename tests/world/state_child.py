"""A process that writes transactions to a state branch and prints each one that was acknowledged: `url name count`."""

import asyncio
import sys

from world.state_world import put, state_store


async def main(url: str, name: str, count: int) -> None:
    store = state_store(url)
    for number in range(count):
        await put(store, f"{name}-{number}")
        print(f"{name}-{number}", flush=True)
    store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
