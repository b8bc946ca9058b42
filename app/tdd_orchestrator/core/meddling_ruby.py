"""Finds Ruby code that looks at, or reaches for, what judges it: the test run, the clock, equality itself."""

import re
from collections.abc import Iterator

from tdd_orchestrator.core.meddling import EQUALS, FRAME, IMPORTS, LOOKS, REPLACES, Finding
from tdd_orchestrator.core.ruby_text import Text, block_end, depth_of, plain, texts, without_remarks

RUNNERS = frozenset({"minitest", "rspec", "test", "mocha", "webmock", "timecop", "capybara", "simplecov", "vcr", "rr"})
REQUIRED = re.compile(r"^\s*require\s*\(?\s*[\"']((\w+)[^\"']*)[\"']", re.MULTILINE)
CONSTANT = re.compile(r"(?<![\w.])(?:::)?(Mini[Tt]est|RSpec|Test::Unit|ActiveSupport::TestCase)\b")
NAMED = re.compile(r"minitest|rspec|test/unit")
ENVIRONMENT = re.compile(r"^(?:RAILS_ENV|RACK_ENV|APP_ENV|HANAMI_ENV)$")
OF_RUNS = re.compile(r"^(?:RSPEC|MINITEST|TESTOPTS|SPEC_OPTS|MT_)")
AGAINST_TEST = re.compile(r"(?:==|!=|eql\?|when|casecmp\w*\??\(?)\s*[\"']test[\"']|[\"']test[\"']\s*(?:==|!=)")
STARTED_AS = re.compile(
    r"^(?!.*__FILE__).*(\$PROGRAM_NAME|\$0\b).*(?:==|=~|\?\(|\[/|match)|(?:match|=~).*(\$PROGRAM_NAME|\$0\b)"
)
STACK = re.compile(r"\b(caller(?:_locations)?|backtrace|set_trace_func|TracePoint)\b")
ABOUT_TESTS = re.compile(r"(?i)test|spec")
EQUAL = re.compile(r"^[ \t]*def (==|===|eql\?|equal\?)[ \t]*\(?[^)\n=]*\)?[ \t]*(=[ \t]*true\b[ \t]*$|$)")
CORE = (
    "Object|Kernel|BasicObject|Module|Class|Integer|Float|Numeric|String|Symbol|Array|Hash|NilClass|TrueClass|FalseClass"
    "|Comparable|Enumerable|Time|Date|DateTime|Random|Process|Proc|Method|Exception|StandardError|IO|File|Range|Struct"
    "|Set|Regexp|Rational|ObjectSpace"
)
OPENED = re.compile(rf"^(?:class|module)[ \t]+(?:::)?({CORE})\b(?!::)")
SINGLETON = re.compile(rf"^[ \t]*class[ \t]*<<[ \t]*(?:::)?({CORE}|self)\b")
DEFINED = re.compile(r"^[ \t]*def[ \t]+(self\.)?([^\s(=]+|===?|=~|<=?>?|>=?|[-+*/%!])(?=[\s(]|$)")
ON_CORE = re.compile(rf"^[ \t]*def[ \t]+(?:::)?({CORE})\.([\w?!=<>]+)")
MADE = re.compile(
    rf"(?<![\w:.])(?:::)?({CORE})(?:\.singleton_class)?\.(?:(?:public_|__)?send(?:__)?[ \t]*\(?[ \t]*:)?"
    r"(define_singleton_method|define_method|prepend|class_eval|class_exec|module_eval|instance_eval|alias_method"
    r"|remove_method|undef_method)\b(?:[ \t]*[(,][ \t]*:([\w?!=<>]+))?"
)
CHANCE = re.compile(r"(?<![\w.])(?:Kernel\.|Random\.)?srand\b")
STANDARD = """
== === eql? equal? != ! !~ =~ <=> < > <= >= + - * / % hash is_a? kind_of? instance_of? nil? respond_to? now at rand
srand sleep raise fail exit exit! abort at_exit inspect to_s to_i to_f to_str to_a send public_send __send__
method_missing object_id include? match? empty? size length count first last coerce clock_gettime times each map new
allocate require load caller freeze frozen? dup clone instance_method define_method
method_added const_missing key? fetch []
"""
MEMBERS = frozenset(STANDARD.split())


def findings(source: str) -> Iterator[Finding]:
    """What a source holds of this kind, each at its line."""
    code, bare = without_remarks(source), plain(source)
    said = list(texts(source))
    for found in REQUIRED.finditer(code):
        if found[2] in RUNNERS:
            yield IMPORTS, found[1], _line(code, found.start(1))
    yield from ((LOOKS, f"`{found[1]}`", _line(bare, found.start(1))) for found in CONSTANT.finditer(bare))
    yield from _of_texts(said, code)
    lines, plain_lines = code.splitlines(), bare.splitlines()
    for place, line in enumerate(plain_lines):
        yield from _of_line(line, place)
        if re.match(r"[ \t]*def\b", line):
            yield from _of_method(lines, plain_lines, place)
        if (opened := OPENED.match(line)) or (opened := SINGLETON.match(line)):
            yield from _opened(plain_lines, place, opened[1], single=opened.re is SINGLETON)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _of_texts(said: list[Text], code: str) -> Iterator[Finding]:
    required = {found[1] for found in REQUIRED.finditer(code)}
    for text in said:
        if (named := NAMED.search(text.said)) and text.said not in required:
            yield LOOKS, f"`{named[0]}`", text.line
        elif OF_RUNS.match(text.said) or (ENVIRONMENT.match(text.said) and AGAINST_TEST.search(code)):
            yield LOOKS, f"`{text.said}`", text.line


def _of_line(line: str, place: int) -> Iterator[Finding]:
    if "Rails.env.test?" in line:
        yield LOOKS, "`Rails.env.test?`", place + 1
    if started := STARTED_AS.search(line):
        yield LOOKS, f"`{started[1] or started[2]}`", place + 1
    if found := ON_CORE.match(line):
        yield REPLACES, f"{found[1]}.{found[2]}", place + 1
    for made in MADE.finditer(line):
        sign = "." if "singleton" in made[0] else "#"
        if made[3] is None or made[3] in MEMBERS:
            yield REPLACES, f"{made[1]}{sign}{made[3]}" if made[3] else made[1], place + 1
    if CHANCE.search(line) and not re.match(r"[ \t]*def\b", line):
        yield REPLACES, "Kernel.srand", place + 1


def _of_method(lines: list[str], plain_lines: list[str], place: int) -> Iterator[Finding]:
    end = block_end(plain_lines, place)
    look = next((found for line in plain_lines[place : end + 1] if (found := STACK.search(line))), None)
    body = "\n".join(lines[place + 1 : end + 1]) if end > place else lines[place].partition("=")[2]
    if look and any(ABOUT_TESTS.search(text.said) for text in texts(body)):
        yield FRAME, f"`{look[1]}`", place + 1
    equal = EQUAL.match(plain_lines[place])
    inner = [line.strip() for line in plain_lines[place + 1 : end] if line.strip()]
    if equal and (equal[2] or inner in (["true"], ["return true"])):
        yield EQUALS, equal[1], place + 1


def _opened(lines: list[str], place: int, core: str, *, single: bool) -> Iterator[Finding]:
    """Methods of a core class that is opened again, as far as they have a meaning already."""
    if core == "self":  # read with the class around it
        return
    end, within = block_end(lines, place), -1
    for at in range(place + 1, end):
        if SINGLETON.match(lines[at]):
            within = depth_of(lines[at])
        found = DEFINED.match(lines[at])
        if found and found[2] in MEMBERS:
            own = single or found[1] or (0 <= within < depth_of(lines[at]))
            yield REPLACES, f"{core}{'.' if own else '#'}{found[2]}", at + 1
