"""How many webhooks a second are taken in, against a bare Starlette that only checks the signature, in the same run."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from world import hooks

TESTS = Path(__file__).parents[1]
SENDERS = 16
EACH = 60
ROUNDS = 5
PADDING = 10_000
"""A real payload of a pull request has 10 to 30 kB."""


@dataclass(frozen=True)
class Rate:
    """Medians over the rounds: requests a second, and the milliseconds of one."""

    per_second: float
    milliseconds: float


@contextmanager
def served(kind: str, directory: Path) -> Iterator[int]:
    """One of the two servers, as a process; its port."""
    words = [sys.executable, "-m", "bench.webhook_server", kind, str(directory)]
    environ = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def request(guid: str, number: int) -> bytes:
    """A signed delivery as it goes over the wire."""
    payload = hooks.pull_request("synchronize") | {"padding": "x" * PADDING}
    payload["pull_request"]["number"] = number
    body = hooks.encoded(payload)
    fields = {"Host": "bench", "Content-Length": str(len(body)), **hooks.headers(body, "pull_request", guid)}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST /webhook HTTP/1.1\r\n{head}\r\n".encode() + body


async def sent(port: int, requests: list[bytes]) -> list[float]:
    """Send them one after the other on one connection; the seconds that each took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for each in requests:
        started = time.perf_counter()
        writer.write(each)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert " 202 " in head.partition("\r\n")[0], head
        length = next((line.partition(":")[2] for line in head.splitlines() if line.startswith("content-length")), "0")
        await reader.readexactly(int(length))
        took.append(time.perf_counter() - started)
    writer.close()
    await writer.wait_closed()
    return took


async def burst(port: int, name: str) -> Rate:
    """Everybody sends at once."""
    work = [[request(f"{name}-{who}-{n}", 1 + (who * EACH + n) % 40) for n in range(EACH)] for who in range(SENDERS)]
    started = time.perf_counter()
    took = [second for some in await asyncio.gather(*(sent(port, each) for each in work)) for second in some]
    return Rate(len(took) / (time.perf_counter() - started), statistics.median(took) * 1000)


def middle(rates: list[Rate]) -> Rate:
    return Rate(statistics.median(r.per_second for r in rates), statistics.median(r.milliseconds for r in rates))


async def measured(ports: dict[str, int]) -> dict[str, Rate]:
    """The two in turns, so that both meet the same weather; the first round only warms up."""
    rounds = [{kind: await burst(port, f"{turn}") for kind, port in ports.items()} for turn in range(ROUNDS + 1)]
    return {kind: middle([each[kind] for each in rounds[1:]]) for kind in ports}


def main() -> None:
    """Print both, and the ratio."""
    with tempfile.TemporaryDirectory(prefix="tdd-bench-") as folder:
        directory = Path(folder)
        with served("bare", directory) as bare, served("ours", directory) as ours:
            found = asyncio.run(measured({"bare": bare, "ours": ours}))
    print(f"Webhooks accepted, {SENDERS} senders at once, {PADDING // 1000} kB each, ours durable before it answers")
    print("           a second   ms each   × bare")
    for kind, rate in found.items():
        ratio = found["bare"].per_second / rate.per_second
        print(f"{kind:>8} {rate.per_second:10,.0f} {rate.milliseconds:9.1f} {ratio:8.1f}")


if __name__ == "__main__":
    main()
