"""The compiler's complaints, word for word as tsc and ts-jest write them, and what each says is missing."""

from pathlib import Path

import pytest

from tdd_action.suites.javascript_failure import failure_of

TEST = "tests/cart.test.ts"
SOURCE = """import { Cart, total } from '../src/cart';
const cart: Cart = new Cart(2);
total([1], 2);
"""
HEAD = "\x1b[96mtests/cart.test.ts\x1b[0m:\x1b[93m{line}\x1b[0m:7 - \x1b[91merror\x1b[0m\x1b[90m TS{code}: \x1b[0m"


def failed(tmp_path: Path, *complaints: tuple[int, int, str]) -> tuple[str, str, int]:
    for path, text in {TEST: SOURCE, "src/cart.ts": "export class Cart {}\n"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    said = "\n\n".join(HEAD.format(line=line, code=code) + text for line, code, text in complaints)
    failure = failure_of({"message": said}, TEST, tmp_path)
    return failure.exception, failure.missing, failure.line


NO_TOTAL = (1, 2305, "Module '\"../src/cart\"' has no exported member 'total'.")


@pytest.mark.parametrize(
    ("complaint", "missing"),
    [
        (NO_TOTAL, "src/cart.ts:total"),
        (
            (1, 2724, "'\"../src/cart\"' has no exported member named 'total'. Did ...?"),
            "src/cart.ts:total",
        ),
        ((1, 2459, "Module '\"../src/cart\"' declares 'total' locally, but ..."), "src/cart.ts:total"),
        ((1, 1192, "Module '\"../src/cart\"' has no default export."), "src/cart.ts:default"),
        ((1, 2307, "Cannot find module '../src/vat' or its corresponding type declarations."), "src/"),
        ((1, 2306, "File '../src/cart' is not a module."), "src/cart.ts"),
        ((2, 2339, "Property 'add' does not exist on type 'Cart'."), "src/cart.ts:Cart.add"),
        ((2, 2551, "Property 'ad' does not exist on type 'Cart'. Did you mean 'add'?"), "src/cart.ts:Cart.ad"),
        ((3, 2554, "Expected 1 arguments, but got 2."), "src/cart.ts:total"),
    ],
)
def test_what_is_not_there_is_named_with_its_file(
    tmp_path: Path, complaint: tuple[int, int, str], missing: str
) -> None:
    assert failed(tmp_path, complaint) == ("ImportError", missing, complaint[0])


def test_several_that_are_missing_are_told_together(tmp_path: Path) -> None:
    kind, missing, _ = failed(tmp_path, NO_TOTAL, (2, 2339, "Property 'add' does not exist on type 'Cart'."))
    assert (kind, missing) == ("ImportError", "src/cart.ts:total src/cart.ts:Cart.add")


@pytest.mark.parametrize(
    ("complaint", "kind"),
    [
        ((3, 2345, "Argument of type 'string' is not assignable to parameter of type 'number'."), "type error"),
        ((3, 2304, "Cannot find name 'expct'."), "type error"),
        ((3, 2339, "Property 'lenth' does not exist on type 'string'."), "type error"),
        ((3, 1005, "')' expected."), "SyntaxError"),
    ],
)
def test_a_fault_of_the_tests_own_is_not_excused_by_what_is_missing(
    tmp_path: Path, complaint: tuple[int, int, str], kind: str
) -> None:
    assert failed(tmp_path, NO_TOTAL, complaint) == (kind, "", 3)
