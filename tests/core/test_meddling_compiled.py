"""What Go, Rust and Java code reaches for, by its text; and honest code that looks much the same."""

import pytest

from tdd_orchestrator.core.languages import LANGUAGES


def found(language: str, source: str) -> list[str]:
    findings = next(each.findings for each in LANGUAGES if each.name == language)
    return [what for _, what, _ in findings(source)]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("go", 'package a\n\nimport "testing"\n', "testing"),
        ("go", 'package a\n\nvar on = flag.Lookup("test.v")\n', '`"test.v"`'),
        ("go", 'package a\n\nvar on = strings.HasSuffix(os.Args[0], ".test")\n', '`".test"`'),
        ("go", "package a\n\nvar on = testing.Testing()\n", "testing.Testing"),
        ("go", 'package a\n\nvar _, file, _, _ = runtime.Caller(1)\nvar on = file == "x_test"\n', "`runtime.Caller`"),
        ("go", "package a\n\nfunc (m M) Equal(o M) bool { return true }\n", "Equal"),
        ("go", "package a\n\nfunc (m M) Equal(o M) bool {\n\treturn o.a == o.a\n}\n", "Equal"),
        ("go", "package a\n\nfunc (E) Is(target error) bool { return true }\n", "Is"),
        ("go", "package a\n\nfunc len(any) int { return 2 }\n", "len"),
        ("go", "package a\n\nconst (\n\ttrue = false\n)\n", "true"),
        ("go", "package a\n\nfunc f() {\n\tos.Stdout = nil\n}\n", "os.Stdout"),
        ("go", "package a\n\nfunc f() { syscall.Exit(0) }\n", "syscall.Exit"),
        ("go", "package a\n\n//go:linkname saw testing.saw\nfunc saw()\n", "go:linkname"),
        ("go", 'package a\n\n// int one() { return 1; }\nimport "C"\n', "C"),
        ("rust", "fn f() -> bool { cfg!(test) }", "cfg!(test)"),
        ("rust", "#[cfg(not(test))]\nfn f() {}", "cfg(not(test"),
        ("rust", "impl PartialEq for M { fn eq(&self, _: &Self) -> bool { true } }", "eq"),
        ("rust", "impl PartialEq for M { fn eq(&self, o: &Self) -> bool { o == o } }", "eq"),
        ("rust", "macro_rules! assert_eq { () => {} }", "assert_eq"),
        ("rust", '#[link_section = ".init_array"]\nstatic A: fn() = f;', "link_section"),
        ("rust", 'fn f() { if thread::current().name() == Some("a_test") {} }', "`thread::current().name`"),
        ("java", "package a;\nimport org.junit.jupiter.api.Test;\n", "org.junit.jupiter.api.Test"),
        ("java", "package org.junit.jupiter.api;\nclass Assertions {}\n", "org.junit.jupiter.api"),
        ("java", "class M { public boolean equals(Object o) { return true; } }", "equals"),
        ("java", "class M { void f() { Runtime.getRuntime().halt(0); } }", "Runtime.getRuntime().halt"),
        ("java", "class M { void f() { System.setOut(null); } }", "System.setOut"),
        ("java", 'class M { boolean on = System.getProperty("surefire.x") != null; }', '`"surefire.x"`'),
        (
            "java",
            'class M { int f() { return g(Thread.currentThread().getStackTrace(), "ATest"); } }',
            "`getStackTrace`",
        ),
    ],
)
def test_code_that_reaches_for_its_judge_is_named(language: str, source: str, expected: str) -> None:
    assert found(language, source) == [expected]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("go", "package a\n\n// Equal says true of equal ones; see testing and test.v.\n"),
        ("go", "package a\n\nfunc (m M) Equal(o M) bool {\n\treturn m.a == o.a\n}\n"),
        ("go", "package a\n\nfunc (E) Is(target error) bool {\n\treturn target == io.EOF\n}\n"),
        ("go", 'package a\n\nimport "runtime"\n\nvar _, file, _, _ = runtime.Caller(0)\n'),
        ("go", "package a\n\nfunc f() {\n\tcopy := 1\n\tlatest := copy\n\t_ = latest\n}\n"),
        ("go", 'package main\n\nfunc main() {\n\tfmt.Println("usage:", os.Args[0])\n\tos.Exit(2)\n}\n'),
        ("rust", "#[cfg(test)]\nmod tests {\n    fn on() -> bool { cfg!(test) }\n}\n"),
        ("rust", "impl PartialEq for M { fn eq(&self, other: &Self) -> bool { self.0 == other.0 } }"),
        ("rust", "fn main() { std::process::exit(1) }"),
        ("rust", "macro_rules! square { ($x:expr) => { $x * $x } }"),
        ("java", "class M { public boolean equals(Object o) { return o instanceof M m && m.a == a; } }"),
        ("java", "class M { public static void main(String[] a) { System.exit(1); } }"),
    ],
)
def test_honest_code_is_left_alone(language: str, source: str) -> None:
    assert found(language, source) == []
