"""TypeScript with types that are checked (ts-jest) and types that are only taken away (node, vitest): the same RED."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from world.javascript_projects import installed
from world.other_language import proved
from world.tdd_project import QUICK, Worked, attempt

GONE: Mapping[str, str | None] = {"pyproject.toml": None, "src/shop.py": None, "tests/test_shop.py": None}
STRICT = json.dumps({"compilerOptions": {"strict": True, "target": "es2022", "module": "commonjs", "types": ["jest"]}})
OLD = "import { price } from '../src/price';\ntest('price', () => { expect(price('tea')).toBe(100); });\n"
FILES: dict[str, str | None] = {
    **GONE,
    ".gitignore": "node_modules\n",
    "package.json": json.dumps({"name": "shop", "devDependencies": {"jest": "30", "ts-jest": "29"}}),
    "jest.config.js": "module.exports = { preset: 'ts-jest' };\n",
    "tsconfig.json": STRICT,
    "src/price.ts": "export const price = (article: string): number => 100;\n",
    "tests/price.test.ts": OLD,
}
TEST = """import { Cart, total } from '../src/cart';

test('adds up', () => {
  expect(total([1, 2])).toBe(3);
});

test('takes goods', () => {
  const cart = new Cart(2);
  cart.add('tea');
  const names: string[] = cart.names();
  expect(names).toEqual(['tea']);
});
"""
CODE = """export const total = (prices: number[]): number => prices.reduce((sum, price) => sum + price, 0);

export class Cart {
  private held: string[] = [];
  constructor(readonly room: number) {}
  add(name: string): void {
    this.held.push(name);
  }
  names(): string[] {
    return this.held;
  }
}
"""


def checked() -> Path:
    """jest with ts-jest and the compiler."""
    return installed("jest@30.5.2", "ts-jest@29.4.15", "typescript@5.9.3", "@types/jest@30.0.0")


def worked(place: Path, test: str, code: str = CODE, files: Mapping[str, str | None] = FILES) -> Worked:
    task = PlannedTask(
        "TASK-1", "A cart", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("src/cart.ts",), ("tests/cart.test.ts",)
    )
    stages = {"red": {"write": {"tests/cart.test.ts": test}}, "green": {"write": {"src/cart.ts": code}}}
    return attempt(place, stages, task=task, config=QUICK, files=files, afresh=True, modules=checked())


def test_names_that_the_compiler_misses_are_planned_code_and_get_stubs(tmp_path: Path) -> None:
    done = worked(tmp_path, TEST)
    assert done.states == ["red:accepted", "green:accepted", "refactor:skipped"], done.result.reason
    assert "2 new tests fail on an assertion once stubs" in done.result.stages[0].sentence
    proof = proved(done)
    assert proof.holds, proof.reason


THERE: dict[str, str | None] = {**FILES, "src/cart.ts": "export const room = (): number => 7;\n"}


def test_a_name_that_a_file_lacks_is_planned_code_too(tmp_path: Path) -> None:
    done = worked(tmp_path, TEST, f"{THERE['src/cart.ts']}{CODE}", THERE)
    assert done.states == ["red:accepted", "green:accepted", "refactor:skipped"], done.result.reason


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (TEST.replace("../src/cart", "../src/nowhere"), "it needs planned code that no stub can stand in for"),
        (TEST.replace("toBe(3)", "toBe(3"), "is not valid code"),
        (
            TEST.replace("total([1, 2])", "price(7)").replace(
                "{ Cart, total } from '../src/cart'", "{ price } from '../src/price'"
            ),
            "TS2345: Argument of type 'number' is not assignable to parameter of type 'string'",
        ),
    ],
)
def test_what_is_the_tests_own_fault_is_told_as_such(tmp_path: Path, test: str, said: str) -> None:
    done = worked(tmp_path, test)
    assert done.states == ["red:refused"]
    assert said in done.result.reason
