"""Every way in which a run of `go test` can end, on real runs; and a public package with its own tests."""

import shutil
from pathlib import Path

import pytest

from tdd_action import sandbox
from tdd_orchestrator.core.evidence import Ended, FailureClass, Outcome, Planned, SuiteReport, classify
from world.other_language import endings, needs, ran, written

pytestmark = needs("go")
IMPORTS = "\n".join(f'\t"{each}"' for each in ("os", "syscall", "testing", "time"))
HEAD = f"package shop\n\nimport (\n{IMPORTS}\n)\n\nvar _, _, _ = os.Args, time.Now, syscall.Exit\n\n"
ENDS = HEAD + (
    "func TestFine(t *testing.T) {}\n\n"
    'func TestWrong(t *testing.T) {\n\tt.Log("x")\n\tif Price() != 1 {\n\t\tt.Errorf("got %d", Price())\n\t}\n}\n\n'
    'func TestLeft(t *testing.T) { t.Skip("no") }\n\n'
    'func TestTable(t *testing.T) {\n\tt.Run("a b", func(t *testing.T) {})\n'
    '\tt.Run("c", func(t *testing.T) { t.Fatal("c") })\n}\n\n'
    "func ExamplePrice() {\n\tprintln(Price())\n\t// Output: 1\n}\n"
)
FILES = {
    "go.mod": "module example.org/shop\n\ngo 1.19\n",
    "price.go": "package shop\n\nfunc Price() int { return 100 }\n\nfunc Broken() int { var p *int; return *p }\n",
    "ends_test.go": ENDS,
    "tax/tax.go": "package tax\n",
    "tax/tax_test.go": 'package tax\n\nimport "testing"\n\nfunc TestTax(t *testing.T) {}\n',
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("go") / "project", FILES)


def run_with(project: Path, files: dict[str, str], *tests: str, seconds: float = 60) -> SuiteReport:
    """The project with some more files, for one run."""
    root = project.parent / "other"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(project, root)
    written(root, files)
    limits = sandbox.Limits(wall_s=seconds, cpu_s=120)
    return ran("go", root, project.parent / "scratch", *tests, limits=limits)


def test_every_ending_of_a_test_is_read(project: Path) -> None:
    report = ran("go", project, project.parent / "scratch", seed=7)
    assert report.ended is Ended.COMPLETED
    assert endings(report) == {
        "ends_test.go::TestFine": "passed",
        "ends_test.go::TestWrong": "asserted",
        "ends_test.go::TestLeft": "skipped",
        "ends_test.go::TestTable": "asserted",
        "ends_test.go::TestTable::a_b": "passed",
        "ends_test.go::TestTable::c": "asserted",
        "ends_test.go::ExamplePrice": "asserted",
        "tax/tax_test.go::TestTax": "passed",
    }
    wrong = report.by_id["ends_test.go::TestWrong"]
    assert (wrong.line, wrong.message) == (17, "got 100")


def test_only_what_is_asked_for_is_run(project: Path) -> None:
    one = ran("go", project, project.parent / "scratch", "ends_test.go::TestFine", "tax/tax_test.go")
    assert set(endings(one)) == {"ends_test.go::TestFine", "tax/tax_test.go::TestTax"}
    none = ran("go", project, project.parent / "scratch", "ends_test.go::TestNowhere")
    assert (none.ended, none.executed) == (Ended.COMPLETED, 0)
    listed = ran("go", project, project.parent / "scratch", only_collected=True)
    assert {each.outcome for each in listed.results} == {Outcome.SKIPPED}
    assert "ends_test.go::TestTable" in listed.names


def test_a_panic_is_no_assertion_and_says_whose_it_is(project: Path) -> None:
    report = run_with(project, {"b_test.go": HEAD + "func TestBroken(t *testing.T) { Broken() }\n"}, "b_test.go")
    broken = report.by_id["b_test.go::TestBroken"]
    assert (broken.exception, broken.raised_in, broken.asserted) == ("panic", "price.go", False)
    assert broken.carries("ends_test.go::TestFine")
    assert not broken.carries("tax/tax_test.go::TestTax")


FORGED = 'os.Stdout.WriteString("--- PASS: TestX (0.00s)\\n")'
BEGUN = 'os.Stdout.WriteString("=== RUN   TestX\\n")'
THE_END = 'os.Stdout.WriteString("PASS\\n")'
PLANNED = Planned(("cart.go", "vat/**"))


@pytest.mark.parametrize(
    ("test", "failure"),
    [
        ("func TestX(t *testing.T) { if Total() != 1 { t.Fatal() } }\n", FailureClass.MISSING_PLANNED_SYMBOL),
        ("func TestX(t *testing.T) { if Price().Nope() { t.Fatal() } }\n", FailureClass.MISSING_PLANNED_SYMBOL),
        ("func TestX(t *testing.T) { if os.Nope() { t.Fatal() } }\n", FailureClass.UNPLANNED_IMPORT),
        ("func TestX(t *testing.T) { var x int = true; _ = x }\n", FailureClass.COLLECTION_ERROR),
        ("func TestX(t *testing.T) {\n", FailureClass.SYNTAX_ERROR),
    ],
)
def test_what_the_compiler_misses_is_told_from_what_it_refuses(project: Path, test: str, failure: FailureClass) -> None:
    report = run_with(project, {"x_test.go": HEAD + test})
    broken = report.by_id["x_test.go"]
    assert classify(broken, PLANNED) is failure, broken.message
    assert broken.carries("ends_test.go::TestFine")
    assert "tax/tax_test.go::TestTax" in report.names


@pytest.mark.parametrize(
    ("test", "ended", "said"),
    [
        ("func TestX(t *testing.T) { time.Sleep(time.Hour) }\n", Ended.TIMED_OUT, "x_test.go::TestX"),
        (f"func TestX(t *testing.T) {{ {FORGED}; t.Fatal() }}\n", Ended.FORGED, "ended twice"),
        (f"func TestX(t *testing.T) {{ {FORGED}; syscall.Exit(0) }}\n", Ended.FORGED, "TestX"),
        (f"func TestX(t *testing.T) {{ {FORGED}; {THE_END}; syscall.Exit(0) }}\n", Ended.FORGED, "did not pass"),
        (
            f"func init() {{ {BEGUN}; {FORGED}; {THE_END}; syscall.Exit(0) }}\nfunc TestX(t *testing.T) {{}}\n",
            Ended.FORGED,
            "did not pass",
        ),
        ("func TestMain(m *testing.M) { os.Exit(0) }\n\nfunc TestX(t *testing.T) {}\n", Ended.CRASHED, "ended before"),
    ],
)
def test_a_run_that_does_not_end_well_is_not_believed(project: Path, test: str, ended: Ended, said: str) -> None:
    report = run_with(project, {"x_test.go": HEAD + test}, "x_test.go", seconds=5 if ended is Ended.TIMED_OUT else 60)
    assert report.ended is ended, report.explanation
    assert said in report.explanation
    assert report.executed == 0


UUID = Path("/usr/share/gocode/src/github.com/google/uuid")


@pytest.mark.skipif(not UUID.is_dir(), reason="Debian's golang-github-google-uuid-dev is not installed")
def test_a_public_package_passes_its_own_tests(tmp_path: Path) -> None:
    shutil.copytree(UUID, tmp_path / "project", symlinks=False)
    report = ran("go", tmp_path / "project", tmp_path / "scratch")  # in another order some of them fail
    assert report.ended is Ended.COMPLETED, report.explanation
    assert report.executed > 30
    assert not [each.id for each in report.everything if each.bad]
    assert all(each.path.endswith("_test.go") and each.line for each in report.results)
