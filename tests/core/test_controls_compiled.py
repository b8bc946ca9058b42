"""Tests in Go, Rust and Java made to fail, by their text: what is turned round, what is stopped, what is left alone."""

import textwrap

import pytest

from tdd_orchestrator.core.languages import LANGUAGES

GO_HEAD = "package shop\n\n"


def turned(language: str, source: str, *names: str) -> str | None:
    control = next(each.control for each in LANGUAGES if each.name == language)
    assert control is not None
    text = textwrap.dedent(source)
    return control.falsified(text, frozenset(names or control.names(text)))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'if got := Price("x"); got != 90 {\n\t\tt.Errorf("got %d", got)\n\t}',
            'if got := Price("x"); !( got != 90 ) {',
        ),
        ("if err != nil {\n\t\tt.Fatal(err)\n\t}", "if !( err != nil ) {"),
        ('assert.Equal(t, 90, Price("x"))', 'assert.NotEqual(t, 90, Price("x"))'),
        ("require.NoError(t, err)", "require.Error(t, err)"),
        (
            "for _, each := range []int{1, 2} {\n\t\tif Price(each) != 90 {\n\t\t\tt.Error()\n\t\t}\n\t}",
            "if !( Price(each) != 90 ) {",
        ),
        (
            'cases := []struct{ name string }{{"a"}}\n\tfor _, c := range cases {\n'
            "\t\tt.Run(c.name, func(t *testing.T) {\n"
            "\t\t\tif Price(c.name) != 90 {\n\t\t\t\tt.Error()\n\t\t\t}\n\t\t})\n\t}",
            "if !( Price(c.name) != 90 ) {",
        ),
        ("check(t, Price(), 90)", 't.Fatal("this test was made to fail"); \n\tcheck(t, Price(), 90)'),
        ("for _, each := range Found() {\n\t\tif each != 90 {\n\t\t\tt.Error()\n\t\t}\n\t}", 't.Fatal("this'),
        (
            "for _, each := range []T{{1}, {2}} {\n"
            "\t\tif each.bad {\n\t\t\tif err == nil {\n\t\t\t\tt.Error()\n\t\t\t}\n"
            "\t\t\tcontinue\n\t\t}\n\t\tif got != 90 {\n\t\t\tt.Error()\n\t\t}\n\t}",
            't.Fatal("this',
        ),
        ("if err != nil {\n\t\tt.Error(err)\n\t\treturn\n\t}\n\tf(func() int { return 1 })", "if !( err != nil ) {"),
        ("if Left() {\n\t\treturn\n\t}\n\tif Price() != 90 {\n\t\tt.Error()\n\t}", 't.Fatal("this'),
    ],
)
def test_a_go_test_is_turned_where_its_claim_is_surely_reached(body: str, expected: str) -> None:
    source = f"{GO_HEAD}func TestX(t *testing.T) {{\n\t{body}\n}}\n"
    text = turned("go", source)
    assert text is not None
    assert expected in text


def test_an_example_in_go_expects_another_output() -> None:
    text = turned("go", f"{GO_HEAD}func ExamplePrice() {{\n\tfmt.Println(90)\n\t// Output: 90\n}}\n")
    assert text is not None
    assert "// Output: this test was made to fail\n\t// 90" in text


def test_only_the_tests_that_are_meant_are_turned() -> None:
    old = "func TestOld(t *testing.T) {\n\tif Price() != 1 {\n\t\tt.Error()\n\t}\n}\n"
    text = turned("go", f"{GO_HEAD}{old}\n{old.replace('Old', 'New')}", "TestNew")
    assert text is not None
    assert old in text
    assert text.count("!( ") == 1
    assert turned("go", f"{GO_HEAD}{old}", "TestNowhere") is None
    assert turned("go", f"{GO_HEAD}func TestX(_ *testing.T) {{ check() }}\n") is None


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("#[test]\nfn x() {\n    assert_eq!(price(), 90);\n}\n", "assert_ne!(price(), 90)"),
        ('#[test]\nfn x() {\n    assert!(price() == 90, "{}", 1);\n}\n', 'assert!(!(price() == 90), "{}", 1)'),
        (
            "#[test]\nfn x() -> Result<(), E> {\n    assert_eq!(price()?, 90);\n    Ok(())\n}\n",
            "assert_ne!(price()?, 90)",
        ),
        ("#[test]\nfn x() {\n    check(price());\n}\n", "::std::panic!"),
        (
            "#[test]\nfn x() {\n    if price() == 1 {\n        return;\n    }\n    assert_eq!(1, price());\n}\n",
            "::std::panic!",
        ),
        ("#[test]\n#[should_panic]\nfn x() {\n    assert_eq!(price(), 90);\n}\n", "{ return; }"),
    ],
)
def test_a_rust_test_is_turned(test: str, expected: str) -> None:
    text = turned("rust", test)
    assert text is not None
    assert expected in text


def test_a_rust_test_that_is_to_panic_and_to_return_something_is_left_alone() -> None:
    assert turned("rust", "#[test]\n#[should_panic]\nfn x() -> Result<(), E> {\n    price()\n}\n") is None


def test_an_inline_test_is_found_by_its_module() -> None:
    head = "pub fn price() -> i32 { 90 }\n#[cfg(test)]\nmod tests {\n    #[test]\n"
    source = f"{head}    fn x() {{ assert_eq!(super::price(), 90); }}\n}}\n"
    text = turned("rust", source, "tests::x")
    assert text is not None
    assert "assert_ne!(super::price(), 90)" in text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assertEquals(90, Price.of());", "assertNotEquals(90, Price.of());"),
        ("Assertions.assertTrue(full());", "Assertions.assertFalse(full());"),
        ("assertThat(Price.of()).isEqualTo(90);", "assertThat(Price.of()).isNotEqualTo(90);"),
        ("assertThrows(E.class, () -> of());", 'if (true) throw new AssertionError("this test was made to fail");'),
        ("for (int each : found()) { assertEquals(90, each); }", "if (true) throw"),
        ("for (int each : found())\n      assertEquals(90, each);", "if (true) throw"),
    ],
)
def test_a_java_test_is_turned(body: str, expected: str) -> None:
    text = turned("java", f"class XTest {{\n  @Test void x() {{\n    {body}\n  }}\n}}\n")
    assert text is not None
    assert expected in text


def test_a_turned_java_test_has_the_import_that_it_needs() -> None:
    head = "import static org.junit.jupiter.api.Assertions.assertEquals;\n"
    source = f"{head}class XTest {{\n  @Test void x() {{\n    assertEquals(90, of());\n  }}\n}}\n"
    text = turned("java", source)
    assert text is not None
    assert text.startswith(f"{head[:-1]} import static org.junit.jupiter.api.Assertions.assertNotEquals;\n")
    assert turned("java", "class XTest {\n  @Test(expected = E.class) public void x() {\n    of();\n  }\n}\n") is None
