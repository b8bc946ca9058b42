"""What compilers miss, by their own lines, and the stubs that are made of it; real compilers judge them elsewhere."""

import pytest

from tdd_orchestrator.core import go_compiler, java_compiler, rust_compiler
from tdd_orchestrator.core.evidence import Outcome, Phase, Planned, TestResult
from tdd_orchestrator.core.language import StubOrder
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.stubs import Flavour

GO_TEST = 'package shop_test\n\nimport (\n\t"testing"\n\n\tsh "example.org/shop/tax"\n)\n\n'


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("shop/a_test.go:7:9: undefined: Total", "shop/:Total"),
        ("./a_test.go:7:9: undefined: Total", "./:Total"),
        ("shop/a_test.go:7:9: undefined: sh.Vat", "tax/:Vat"),
        ("shop/a_test.go:7:9: undefined: tax.Vat", "tax/:Vat"),
        ("shop/a_test.go:7:9: undefined: os.Nope", ""),
        ("shop/a_test.go:7:4: c.Add undefined (type *Cart has no field or method Add)", "shop/:Cart.Add"),
        ("shop/a_test.go:7:4: c.Add undefined (type *tax.Cart has no field or method Add)", "tax/:Cart.Add"),
        ("shop/a_test.go:7:4: unknown field 'Items' in struct literal of type Cart", "shop/:Cart.Items"),
        ("shop/a_test.go:7:4: unknown field Items in struct literal of type Cart", "shop/:Cart.Items"),
        ("shop/a_test.go:7:4: no required module provides package example.org/shop/vat; to add it:", "vat/:"),
        ("shop/a_test.go:7:4: package example.org/shop/vat is not in std (/go/src)", "vat/:"),
        ("shop/a_test.go:7:4: no required module provides package github.com/x/y; to add it:", ""),
        ("shop/a_test.go:7:4: too many arguments in call to Total", "shop/:Total"),
        ("shop/a_test.go:7:4: assignment mismatch: 2 variables but Total returns 1 value", "shop/:Total"),
        ('shop/a_test.go:7:4: cannot use "s" (untyped string constant) as int value in assignment', ""),
        ("shop/a_test.go:7:4: syntax error: unexpected newline", ""),
    ],
)
def test_gos_complaints_name_the_folder_that_lacks_something(line: str, place: str) -> None:
    (fault,) = go_compiler.faults([line, "\thave (number)"])
    assert fault.place(GO_TEST, "example.org/shop") == place
    assert Planned(("shop/cart.go", "tax/**", "vat/vat.go", "main.go")).plans(place) is bool(place)


@pytest.mark.parametrize(
    ("code", "said", "names"),
    [
        ("E0432", "unresolved imports `shop::cart::Cart`, `shop::total` (no)", ("shop::cart::Cart", "shop::total")),
        ("E0425", "cannot find function `total` in this scope", ("total",)),
        ("E0425", "cannot find function `nope` in crate `shop`", ("shop::nope",)),
        ("E0433", "cannot find type `Cart` in this scope (use of undeclared type `Cart`)", ("Cart",)),
        ("E0599", "no method named `add` found for struct `Cart` in the current scope", ("Cart.add",)),
        ("E0599", "no method named `foo` found for struct `Vec<{integer}>` in the current scope", ()),
        ("E0560", "struct `Cart` has no field named `items`", ("Cart.items",)),
        ("E0308", "mismatched types (expected `i32`, found `&str`)", ()),
        ("", "expected identifier, found `}`", ()),
    ],
)
def test_rustcs_complaints_name_what_is_missing(code: str, said: str, names: tuple[str, ...]) -> None:
    fault = rust_compiler.fault("tests/a.rs", 3, code, said)
    assert fault.names == names
    assert rust_compiler.fault_of(fault.told()) == fault
    assert fault.syntax is (not code)


JAVA_TEST = "package shop;\nimport shop.tax.Vat;\nclass ATest {}\n"
JAVA = "src/test/java/shop/ATest.java"


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (["cannot find symbol", "  symbol:   class Cart", "  location: class shop.ATest"], "shop/Cart.java:Cart"),
        (["cannot find symbol", "  symbol:   class Vat", "  location: class shop.ATest"], "shop/tax/Vat.java:Vat"),
        (["cannot find symbol", "  symbol:   class Vat", "  location: package shop.tax"], "shop/tax/Vat.java:Vat"),
        (
            ["cannot find symbol", "  symbol:   method net(int)", "  location: variable p of type shop.Price"],
            "shop/Price.java:Price.net",
        ),
        (
            ["cannot find symbol", "  symbol:   method net(int)", "  location: variable v of type Vat"],
            "shop/tax/Vat.java:Vat.net",
        ),
        (
            ["cannot find symbol", "  symbol:   method net(int)", "  location: variable p of type Price"],
            "shop/Price.java:Price.net",
        ),
        (["package shop.tax does not exist"], "shop/tax/:"),
        (
            ["method of in class shop.Price cannot be applied to given types;", "  required: int"],
            "shop/Price.java:Price.of",
        ),
        (["incompatible types: java.lang.String cannot be converted to int"], ""),
    ],
)
def test_javacs_complaints_name_the_file_that_lacks_something(said: list[str], place: str) -> None:
    maven = [f"[ERROR] /w/{JAVA}:[7,24] {said[0]}", *said[1:]]
    gradle = [f"/w/{JAVA}:7: error: {said[0]}", *said[1:]]
    (fault,) = java_compiler.faults([*maven, "[ERROR] BUILD"], "/w")
    assert fault.place(JAVA_TEST) == (f"src/main/java/{place}" if place else "")
    assert java_compiler.faults(gradle, "/w") == [fault]
    assert java_compiler.faults([fault.told()]) == [fault]


def stubbed(path: str, test: str, told: str, owned: str, missing: str = "", **files: str) -> dict[str, str]:
    """The stubs for one test of a language, in the flavour that gives nothing."""
    language = language_of(path)
    assert language is not None
    assert language.stubs is not None
    read = {name.replace("__", "/"): text for name, text in files.items()}
    order = StubOrder({path: test}, Planned((owned,)), read.get, (missing,), (told,), Flavour.NOTHING)
    return language.stubs(order)


def test_go_gets_functions_types_and_errors_of_the_shape_that_the_test_takes() -> None:
    test = GO_TEST.replace("shop_test", "shop") + (
        "func TestA(t *testing.T) {\n\tc := NewCart(1)\n\tn, err := c.Add(2)\n\tif err != ErrFull || n != 1 {\n"
        "\t\tt.Fatal()\n\t}\n\tif Empty(c) {\n\t\tt.Fatal()\n\t}\n}\n"
    )
    told = "\n".join(
        f"a_test.go:{line}:1: {said}"
        for line, said in [
            (10, "undefined: NewCart"),
            (11, "c.Add undefined (type *Cart has no field or method Add)"),
            (12, "undefined: ErrFull"),
            (15, "undefined: Empty"),
        ]
    )
    order = StubOrder(
        {"a_test.go": test},
        Planned(("cart.go",)),
        {"go.mod": "module example.org/shop\n"}.get,
        (),
        (told,),
        Flavour.NOTHING,
    )
    language = language_of("a.go")
    assert language is not None
    assert language.stubs is not None
    ((path, text),) = language.stubs(order).items()
    assert path == "tdd_stub.go"
    for part in (
        "package shop\n",
        "type Cart struct {",
        "func NewCart(_ ...any) (r0 *Cart)",
        "func (*Cart) Add(_ ...any) (r0 any, r1 error)",
        "var ErrFull error",
        "func Empty(_ ...any) (r0 bool)",
    ):
        assert part in text


def test_java_gets_classes_with_methods_that_give_nothing() -> None:
    body = 'int n = Cart.total(1); assertTrue(Cart.full()); assertEquals(1, Cart.any("x"));'
    test = f"package shop;\nclass ATest {{\n  void a() {{ {body} }}\n}}\n"
    lines = []
    for name in ("total", "full", "any"):
        lines.append(f"{JAVA}:3: error: cannot find symbol | symbol:   method {name}(int) | location: class shop.Cart")
    files = stubbed(JAVA, test, "\n".join(lines), "src/main/java/shop/Cart.java")
    ((path, text),) = files.items()
    assert path == "src/main/java/shop/Cart.java"
    assert "public static int total(Object... given) { return 0; }" in text
    assert "public static boolean full(Object... given) { return false; }" in text
    assert "public static Object any(Object... given) { return null; }" in text


def test_ruby_gets_constants_where_the_test_loads_them_from() -> None:
    body = "def test_a = assert_equal(1, Shop::Cart.new.total)"
    test = f'require "shop/cart"\n\nclass ATest < Minitest::Test\n  {body}\nend\n'
    files = stubbed("test/a_test.rb", test, "", "lib/shop/cart.rb", "lib/shop/cart.rb:")
    assert list(files) == ["lib/shop/cart.rb"]
    assert "Shop.const_set(:Cart, Class.new(TddStub))" in files["lib/shop/cart.rb"]
    assert "Minitest" not in files["lib/shop/cart.rb"]


def test_what_is_not_the_tasks_own_is_not_stubbed() -> None:
    assert stubbed("shop/a_test.go", GO_TEST, "shop/a_test.go:7:9: undefined: Total", "other/x.go") == {}
    assert stubbed(JAVA, JAVA_TEST, f"{JAVA}:7: error: package a does not exist", "src/main/java/b/**") == {}


def test_a_broken_file_carries_the_tests_that_were_compiled_with_it() -> None:
    broken = TestResult("shop/a_test.go", Outcome.ERROR, Phase.COLLECT, takes_along="/shop/*_test.go")
    assert broken.carries("shop/b_test.go::TestB")
    assert not broken.carries("shop/deep/b_test.go::TestB")
    assert not broken.carries("b_test.go::TestB")
    assert not TestResult("a", Outcome.ERROR).carries("a")
