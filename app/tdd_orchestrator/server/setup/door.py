"""Who may set the server up: whoever can read its terminal. One token opens once; a cookie keeps open.

The token leaves the address bar at once, so that it is in no history, no referrer and no proxy's log for long.
"""

import hmac
import secrets
from dataclasses import dataclass, field

COOKIE = "tdd_setup"


def _token() -> str:
    return secrets.token_urlsafe(24)


def same(one: str, other: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(slots=True)
class Door:
    """Lets one browser in, and knows which form of ours GitHub is answering."""

    token: str = field(default_factory=_token, repr=False)
    _session: str = field(default="", repr=False)
    _state: str = field(default="", repr=False)

    def admit(self, token: str) -> str | None:
        """The session that the right token opens, the first time that it is shown."""
        right = same(token, self.token)
        if not right or self._session:
            return None
        self._session = _token()
        return self._session

    def knows(self, session: str) -> bool:
        """Whether this browser was let in."""
        right = same(session, self._session)
        return right and bool(self._session)

    @property
    def was_used(self) -> bool:
        """Whether the token has opened already."""
        return bool(self._session)

    def state(self) -> str:
        """The nonce that GitHub must bring back; the same one until it is spent."""
        self._state = self._state or _token()
        return self._state

    def spend(self, state: str) -> bool:
        """Whether this is the nonce that is waited for; it is worth nothing afterwards."""
        right = same(state, self._state) and bool(self._state)
        if right:
            self._state = ""
        return right
