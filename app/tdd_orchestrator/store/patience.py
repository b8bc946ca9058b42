"""What is tried again, how often and after how long. Only weather: giving up on work is decided elsewhere."""

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from tdd_orchestrator.store.pace import Sleep
from tdd_orchestrator.store.remote import Declined, LoginRefused
from tdd_orchestrator.store.weather import Limited, Weather

ATTEMPTS = 5
DECLINED_ATTEMPTS = 4  # with the ref unmoved: a lock that is held passes by, a rule does not
LOGIN_ATTEMPTS = 2  # the second time with a fresh token
LONGEST_WAIT = 120.0  # seconds; longer than that is for the caller to decide
BACKOFF = wait_random_exponential(multiplier=0.5, max=10)


def patient(sleep: Sleep) -> AsyncRetrying:
    """Calls a coroutine function again while that may help, and lets its last exception through."""
    return AsyncRetrying(retry=retry_if_exception(_may_pass), wait=_pause, stop=_enough, sleep=sleep, reraise=True)


def _may_pass(error: BaseException) -> bool:
    """Whether trying again is worth while."""
    match error:
        case Declined():
            return not error.for_good
        case Limited():
            return error.seconds <= LONGEST_WAIT
        case _:
            return isinstance(error, Weather | LoginRefused)


def _enough(state: RetryCallState) -> bool:
    """Whether it was tried often enough."""
    match state.outcome and state.outcome.exception():
        case Declined():
            return state.attempt_number >= DECLINED_ATTEMPTS
        case LoginRefused():
            return state.attempt_number >= LOGIN_ATTEMPTS
        case _:
            return state.attempt_number >= ATTEMPTS


def _pause(state: RetryCallState) -> float:
    """Seconds until the next try: what the server asked for, or a random time that grows."""
    error = state.outcome and state.outcome.exception()
    return error.seconds if isinstance(error, Limited) else BACKOFF(state)
