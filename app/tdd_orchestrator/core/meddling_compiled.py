"""What Go, Rust and Java code reaches for that judges it, by its text: a table of patterns for each language."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tdd_orchestrator.core.braces import GO, JAVA, RUST, closing, line_of, masked
from tdd_orchestrator.core.meddling import EQUALS, FRAME, HIDES, IMPORTS, LOOKS, REACHES, REPLACES, Finding
from tdd_orchestrator.core.rust_tests import parted

GO_NAMES = "any|append|bool|byte|cap|copy|error|false|float64|int|int64|iota|len|make|new|nil|panic|rune|string|true"
JAVA_TOOLS = r"org\.(?:junit|opentest4j|assertj|mockito|hamcrest|testng|apiguardian)"


@dataclass(frozen=True, slots=True)
class Patterns:
    """What to look for in a language: in the code alone, in its strings, in its comments; group 1 is what is told.

    `equality` finds functions that say whether two things are equal: groups `name`, `own` (what a function calls its
    own object, where it has a word for it) and `other`. `callers` are ways to see who called; they count where some
    string of the file speaks of tests. `own` takes out the part of a file that is code.
    """

    quiet: re.Pattern[str]
    equality: re.Pattern[str]
    code: Mapping[str, tuple[re.Pattern[str], ...]]
    strings: re.Pattern[str]
    callers: re.Pattern[str]
    imports: re.Pattern[str] | None = None
    directives: re.Pattern[str] | None = None
    own: Callable[[str], str] = field(default=str)

    def findings(self, source: str) -> Iterator[Finding]:
        """Every finding of a source, with its line."""
        text = self.own(source)
        plain = masked(text, self.quiet)
        for said, patterns in self.code.items():
            for found in (each for pattern in patterns for each in pattern.finditer(plain)):
                yield said, " ".join(found[1].split()), line_of(text, found.start(1))
        for found in self.equality.finditer(plain):
            if says_yes(found, plain):
                yield EQUALS, found["name"], line_of(text, found.start("name"))
        if self.imports:
            for found in self.imports.finditer(text):
                yield IMPORTS, found[1], line_of(text, found.start(1))
        words = [each for each in self.quiet.finditer(text) if not each[0].startswith("/")]
        for each in words:
            if self.strings.search(each[0]):
                yield LOOKS, f"`{each[0].strip('`')}`", line_of(text, each.start())
        if any("test" in each[0].lower() for each in words):
            for found in self.callers.finditer(plain):
                yield FRAME, f"`{found[1]}`", line_of(text, found.start(1))
        for found in self.directives.finditer(text) if self.directives else ():
            yield REACHES, found[found.lastindex or 0], line_of(text, found.start())


def says_yes(found: re.Match[str], plain: str) -> bool:
    """Whether a function of equality does not look at both things: it says plainly yes, or compares one with itself."""
    start = plain.find("{", found.end() - 1)
    words = set(re.findall(r"\w+", plain[start : closing(plain, start)]))
    own, other = found.groupdict().get("own"), found["other"]
    if other not in words:
        return "true" in words or (found["name"] == "compareTo" and words <= {"return", "0"})
    return own not in words if own else words <= {"return", other}


def _of(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each, re.MULTILINE) for each in patterns)


GO_CODE = Patterns(
    GO,
    re.compile(
        r"^func \((?:(?P<own>\w+) )?[^)]*\) (?P<name>Equal|Is|As)\((?P<other>\w+)?[^)]*\) bool \{", re.MULTILINE
    ),
    {
        LOOKS: _of(r"\b(testing\.Testing)\(\)"),
        HIDES: _of(rf"^(?:func|var|const|type) ({GO_NAMES})\b", r"^\t(true|false|nil)\s+="),
        REPLACES: _of(
            r"^\s*((?:os\.(?:Args|Stdout|Stderr|Exit)|time\.Local|flag\.CommandLine|http\.Default\w+|rand\.Reader))\s*=[^=]"
        ),
        REACHES: _of(r"\b(syscall\.(?:Exit|Dup[23]?|Kill|RawSyscall6?|Syscall6?))\("),
    },
    strings=re.compile(
        r"\btest\.(?:v|run|count|short|timeout|testlogfile|paniconexit0)\b|_test\.go|^.\.test.$|TDD_WITNESS|/proc/(?:self|\d)|/dev/(?:std|fd|tty)"
    ),
    callers=re.compile(r"\b(runtime\.(?:Callers?|Stack|FuncForPC|CallersFrames)|debug\.(?:Stack|PrintStack))\("),
    imports=re.compile(r"^\s*(?:import\s+)?(?:[\w.]+\s+)?\"(testing|github\.com/stretchr/testify/\w+)\"", re.MULTILINE),
    directives=re.compile(r"^//(go:linkname)\b|^import \"(C)\"", re.MULTILINE),
)
RUST_CODE = Patterns(
    RUST,
    re.compile(r"\bfn (?P<name>eq)\s*\(\s*&(?P<own>self)\s*,\s*(?P<other>\w+)[^)]*\)\s*->\s*bool\s*\{"),
    {
        LOOKS: _of(
            r"\b(cfg!\s*\([^)]*\btest\b[^)]*\))",
            r"#!?\[\s*(cfg(?:_attr)?\s*\(\s*(?:not|any|all)\s*\(\s*test\b)",
        ),
        HIDES: _of(r"\bmacro_rules!\s*((?:debug_)?assert\w*|panic|matches|vec|format)\b"),
        REACHES: _of(
            r"#\[\s*(?:unsafe\s*\(\s*)?(link_section|no_mangle|export_name|ctor)\b",
            r"\b(global_asm!)",
        ),
    },
    strings=re.compile(r"RUST_TEST_|NEXTEST|TDD_WITNESS|/proc/(?:self|\d)|/dev/(?:std|fd|tty)|\.rs\"$|/deps/"),
    callers=re.compile(
        r"\b(Backtrace::(?:capture|force_capture)|backtrace::\w+|Location::caller|thread::current\(\)\s*\.name)\b"
    ),
    imports=re.compile(r"^\s*(?:use|extern crate)\s+((?:test|mockall|proptest|pretty_assertions)\b)", re.MULTILINE),
    own=lambda source: parted(source)[1],
)
JAVA_CODE = Patterns(
    JAVA,
    re.compile(r"\b(?:boolean|int) (?P<name>equals|compareTo)\s*\([^)]*?(?P<other>\w+)\s*\)\s*\{"),
    {
        HIDES: _of(rf"^\s*package\s+((?:{JAVA_TOOLS}|java|javax)\b[\w.]*)"),
        REPLACES: _of(r"\b(System\.set(?:Out|Err|In|SecurityManager|Properties)|(?:TimeZone|Locale)\.setDefault)\("),
        REACHES: _of(
            r"\b(Runtime\.getRuntime\(\)\s*\.halt)\(",
            r"\b(FileDescriptor\.(?:out|err))\b",
            r"\b(sun\.misc\.Unsafe)\b",
        ),
    },
    strings=re.compile(
        r"surefire|junit|jupiter|TDD_WITNESS|sun\.java\.command|/proc/(?:self|\d)|/dev/(?:std|fd|tty)|Test\.java"
    ),
    callers=re.compile(r"\b(getStackTrace|StackWalker|getAllStackTraces)\b"),
    imports=re.compile(rf"^\s*import\s+(?:static\s+)?((?:{JAVA_TOOLS})\b[\w.]*)", re.MULTILINE),
)
