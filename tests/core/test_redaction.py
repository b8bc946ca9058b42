"""Secrets by value and by look: struck out in every form, and nothing else is touched."""

import base64
import json
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.redaction import STRUCK, Redactor
from tdd_orchestrator.core.result import Remark
from world.canaries import LOOKS, PEM
from world.imagined import seen
from world.runs import stage

VALUE = "s3cret/of+many\"signs'and\\more"


@pytest.mark.parametrize("canary", LOOKS.values(), ids=LOOKS)
def test_what_looks_like_a_secret_is_struck_out(canary: str) -> None:
    for text in (canary, f"said {canary}.", f'{{"a": "{canary}"}}', f"x={canary}\n"):
        assert canary not in Redactor()(text)
        assert STRUCK in Redactor()(text)


def test_a_key_is_struck_out_as_a_whole_also_where_its_end_was_cut_off_and_in_json() -> None:
    body = PEM.splitlines()[1]
    for text in (PEM, PEM[: PEM.index("-----END") - 5], json.dumps({"key": PEM, "next": "kept"})):
        struck = Redactor()(f"before\n{text}")
        assert body not in struck
        assert struck.startswith("before")
    assert json.loads(Redactor()(json.dumps({"key": PEM, "next": "kept"})))["next"] == "kept"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(json.dumps({"key": PEM})),
        json.dumps({"key": PEM}).replace("/", "\\/"),
        quote(PEM, safe=""),
        quote_plus(PEM),
        PEM.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"),
    ],
    ids=["JSON in JSON", "slashes escaped", "URL", "form", "PGP"],
)
def test_a_key_is_struck_out_in_other_codes_too(text: str) -> None:
    assert "PRIVATE" in text
    assert PEM.splitlines()[1][:20] not in Redactor()(f"before {text} after")


@pytest.mark.parametrize(
    "text",
    [look * 150_000 for look in ("-eyJaaaaaaaa", "://x-access-token:", "-----BEGIN PRIVATE KEY-----", "sk-")],
    ids=["JWT", "URL", "PEM", "key"],
)
def test_a_text_that_only_begins_like_secrets_takes_no_time(text: str) -> None:
    """Were the time to grow as the square, this would not end within the time that anybody waits for a suite."""
    assert len(Redactor()(text)) <= len(text)


def test_a_known_key_does_not_uncover_another_one() -> None:
    other = PEM.replace("q", "z")
    assert "zzzz" not in Redactor((PEM,))(f"{other}")


@given(st.binary(max_size=5), st.binary(max_size=5))
def test_a_known_value_is_struck_out_wherever_it_stands_in_base64(before: bytes, after: bytes) -> None:
    redact = Redactor((VALUE,))
    for code in (base64.b64encode, base64.urlsafe_b64encode):
        coded = code(before + VALUE.encode() + after).decode()
        assert STRUCK in redact(coded)


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        f" {VALUE}\n",
        json.dumps(VALUE),
        f"https://u:{VALUE}@host",
        quote(VALUE, safe=""),
        quote_plus(f"a {VALUE}"),
    ],
)
def test_a_known_value_is_struck_out_as_it_is_in_json_and_in_a_url(form: str) -> None:
    struck = Redactor((VALUE,))(form)
    assert STRUCK in struck
    assert VALUE not in struck
    assert json.dumps(VALUE)[1:-1] not in struck


def test_each_line_of_a_long_secret_counts_and_short_words_do_not() -> None:
    redact = Redactor(("first line here\nsecond line here", "test"))
    assert redact("second line here") == STRUCK
    assert redact("a test is a test") == "a test is a test"


@pytest.mark.parametrize(
    "text",
    [
        "assert 1 == 2",
        "sk-learn is a library, sk-short too",
        "a" * 40,
        "ghs_short",
        "the AKIA prefix",
        "-----BEGIN PUBLIC KEY-----\nMIIB",
        "tests/test_ghp_parser.py::test_it",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert Redactor((VALUE,))(text) == text


def test_values_are_walked_through_and_come_back_whole() -> None:
    canary = LOOKS["anthropic"]
    told = replace(stage(), sentence=canary, remarks=(Remark("a.py", 1, "failure", f"says {canary}"),))
    struck = Redactor().value(told)
    assert canary not in repr(struck)
    assert (struck.stage, struck.state, struck.usage) == (told.stage, told.state, told.usage)
    event = seen()
    assert Redactor().value(event) is event


@given(st.text())
def test_striking_out_twice_is_striking_out_once(text: str) -> None:
    redact = Redactor((VALUE,))
    assert redact(redact(text)) == redact(text)
