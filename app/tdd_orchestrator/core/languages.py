"""The languages whose tests can be read here, one entry each: a new one is a line in this table."""

from collections.abc import Iterable, Iterator

from tdd_orchestrator.core import (
    controls_go,
    controls_java,
    controls_ruby,
    controls_rust,
    echoes_compiled,
    echoes_python,
    echoes_ruby,
    go_tests,
    java_tests,
    meddling_compiled,
    meddling_python,
    meddling_ruby,
    old_support_ruby,
    ruby_definitions,
    ruby_tests,
    rust_tests,
    stubs_go,
    stubs_java,
    stubs_ruby,
    stubs_rust,
    support_braces,
    vacuous_go,
    vacuous_java,
    vacuous_ruby,
    vacuous_rust,
)
from tdd_orchestrator.core.controls import falsified
from tdd_orchestrator.core.echoes import Literals
from tdd_orchestrator.core.entry_points import through_entry_point
from tdd_orchestrator.core.evidence.verdicts import Reason
from tdd_orchestrator.core.javascript import JAVASCRIPT
from tdd_orchestrator.core.language import Control, Language, StubOrder
from tdd_orchestrator.core.new_tests import functions_of, new_tests
from tdd_orchestrator.core.old_support import undermined
from tdd_orchestrator.core.public_names import public_names
from tdd_orchestrator.core.python_definitions import definitions
from tdd_orchestrator.core.stand_ins_ruby import stands_in
from tdd_orchestrator.core.stubs import stub_files
from tdd_orchestrator.core.vacuous import vacuous_tests


def _python_stubs(order: StubOrder) -> dict[str, str]:
    sources = [text for path, text in order.tests.items() if path.endswith(".py")]
    return stub_files(sources, order.planned, order.read, missing=order.missing, flavour=order.flavour)


LANGUAGES: tuple[Language, ...] = (
    Language(
        "python",
        (".py",),
        new_tests,
        vacuous_tests,
        through_entry_point,
        stubs=_python_stubs,
        rounds=5,
        public_names=public_names,
        control=Control(functions_of, falsified),
        findings=meddling_python.findings,
        definitions=definitions,
        literals=Literals(echoes_python.examples, echoes_python.constants),
        undermined=undermined,
    ),
    JAVASCRIPT,
    Language(
        "rust",
        (".rs",),
        rust_tests.new_tests,
        vacuous_rust.vacuous_tests,
        rust_tests.entering,
        stubs=stubs_rust.stubs,
        rounds=6,
        public_names=rust_tests.public_names,
        findings=meddling_compiled.RUST_CODE.findings,
        literals=echoes_compiled.RUST_LITERALS,
        undermined=support_braces.RUST_SUPPORT.undermined,
        definitions=support_braces.RUST_SUPPORT.definitions,
        control=Control(rust_tests.tests_in, controls_rust.TURNING.falsified),
        parted=rust_tests.parted,
    ),
    Language(
        "ruby",
        (".rb",),
        ruby_tests.new_tests,
        vacuous_ruby.vacuous_tests,
        ruby_tests.entering,
        stubs=stubs_ruby.stubs,
        rounds=4,
        public_names=ruby_tests.public_names,
        control=Control(controls_ruby.names, controls_ruby.falsified),
        findings=meddling_ruby.findings,
        literals=Literals(echoes_ruby.examples, echoes_ruby.constants),
        undermined=old_support_ruby.undermined,
        stands_in=stands_in,
        definitions=ruby_definitions.definitions,
    ),
    Language(
        "java",
        (".java",),
        java_tests.new_tests,
        vacuous_java.vacuous_tests,
        java_tests.entering,
        stubs=stubs_java.stubs,
        rounds=5,
        public_names=java_tests.public_names,
        findings=meddling_compiled.JAVA_CODE.findings,
        literals=echoes_compiled.JAVA_LITERALS,
        undermined=support_braces.JAVA_SUPPORT.undermined,
        definitions=support_braces.JAVA_SUPPORT.definitions,
        control=Control(java_tests.tests_in, controls_java.falsified),
    ),
    Language(
        "go",
        (".go",),
        go_tests.new_tests,
        vacuous_go.vacuous_tests,
        go_tests.entering,
        stubs=stubs_go.stubs,
        rounds=6,
        public_names=go_tests.public_names,
        findings=meddling_compiled.GO_CODE.findings,
        literals=echoes_compiled.GO_LITERALS,
        undermined=support_braces.GO_SUPPORT.undermined,
        definitions=support_braces.GO_SUPPORT.definitions,
        control=Control(go_tests.tests_in, controls_go.TURNING.falsified),
    ),
)


LOADED = "{path} would be loaded instead of `{what}`: give it another name."


def stand_ins(fresh: Iterable[str]) -> Iterator[Reason]:
    """New files that would be loaded in the place of the runner's, or of the language's own, by their name."""
    for path in fresh:
        language = language_of(path)
        if language is not None and (what := language.stands_in(path)):
            yield Reason("", None, path, 0, LOADED.format(path=path, what=what))


def language_of(path: str) -> Language | None:
    """The language of a file, by its ending."""
    return next((each for each in LANGUAGES if path.endswith(each.endings)), None)
