"""Answers kept for as long as they stay true: GitHub says 304 to their ETag, and a 304 costs nothing."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A body, the ETag under which GitHub knows it, and the headers that say how to read on."""

    etag: str
    body: bytes
    headers: Mapping[str, str]


class EtagCache:
    """The answers used last, by key; small bodies only, so that it stays within some megabytes."""

    def __init__(self, entries: int = 256, largest: int = 256_000) -> None:
        self._entries, self._largest = entries, largest
        self._kept: OrderedDict[str, KeptAnswer] = OrderedDict()

    def get(self, key: str) -> KeptAnswer | None:
        """What is kept for a key; it becomes the one used last."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: str, kept: KeptAnswer) -> None:
        """Remember an answer; the one that was not used for the longest time makes room."""
        if not kept.etag or len(kept.body) > self._largest:
            self._kept.pop(key, None)
            return
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > self._entries:
            self._kept.popitem(last=False)
