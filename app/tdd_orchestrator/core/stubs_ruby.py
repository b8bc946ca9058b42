"""Stubs in Ruby for second sight: constants that answer to every name, written where the tests would load them from."""

import re
from posixpath import dirname, join, normpath

from tdd_orchestrator.core.language import StubOrder
from tdd_orchestrator.core.stand_ins_ruby import stands_in
from tdd_orchestrator.core.stubs import Flavour

PREAMBLE = """
unless defined?(TddStub)
  class TddStub
    def initialize(*, **); end
    def self.tdd_answer; {answer}; end
    def self.method_missing(name, *, **) = name.end_with?("?") ? {yes} : tdd_answer
    def self.respond_to_missing?(*) = false
    def method_missing(name, *, **) = name.end_with?("?") ? {yes} : self.class.tdd_answer
    def respond_to_missing?(*) = false
    {equal}
  end
  class TddStubError < StandardError; end
end
"""
REQUIRED = re.compile(r"^\s*(require|require_relative)\s*\(?\s*[\"']([^\"']+)[\"']", re.MULTILINE)


def stubs(order: StubOrder) -> dict[str, str]:
    """The files that the tests load and the task may write, with stand-ins at their ends for all that is missing."""
    texts = {path: text for path, text in order.tests.items() if path.endswith(".rb")}
    names = [place.partition(":")[2] for each in order.missing for place in each.split()]
    loaded = [place.partition(":")[0] for each in order.missing for place in each.split() if place.endswith(".rb:")]
    wanted = {*filter(None, names), *_used(texts, order)}
    wanted -= {name for name in wanted if any(other.startswith(f"{name}::") for other in wanted)}
    targets = [*loaded, *(path for path in _required(texts) if order.planned.owns(path))]
    targets = targets or [path for path in order.planned.owned if path.endswith(".rb") and "*" not in path]
    if not targets:
        return {}
    nothing = order.flavour is Flavour.NOTHING
    preamble = PREAMBLE.format(
        answer="nil" if nothing else "TddStub.new",
        yes="false" if nothing else "true",
        equal="" if nothing else "def ==(_other) = false",
    )
    body = "\n".join(_definition(name, nothing) for name in sorted(wanted))
    files = {path: order.read(path) or "" for path in dict.fromkeys(targets)}
    last = [*files][-1]
    return {path: f"{text}\n{preamble}\n{body}\n" if path == last else text for path, text in files.items()}


def _used(texts: dict[str, str], order: StubOrder) -> set[str]:
    """Constants of modules that could not be loaded: what the tests call by a name that no file of theirs defines."""
    if not any(place.endswith(".rb:") for each in order.missing for place in each.split()):
        return set()
    source = "\n".join(re.sub(r"(?m)#.*$|\"[^\"\n]*\"|'[^'\n]*'", "", text) for text in texts.values())
    named = set(re.findall(r"(?<![\w:.])([A-Z]\w*(?:::[A-Z]\w*)*)", source))
    own = set(re.findall(r"^\s*(?:class|module)\s+([A-Z][\w:]*)", source, re.MULTILINE))
    return {name for name in named if name not in own and name.partition("::")[0] not in KNOWN}


BUILT_IN = """
Minitest RSpec Test Class Object String Integer Float Array Hash Time Date Set File Dir JSON Struct Symbol Module
StandardError ArgumentError TypeError KeyError RuntimeError NoMethodError NameError ZeroDivisionError IndexError
RangeError NotImplementedError Kernel Comparable Enumerable Rational Proc IO StringIO Tempfile ENV ARGV FileUtils
"""
KNOWN = frozenset(BUILT_IN.split())


def _required(texts: dict[str, str]) -> list[str]:
    found = []
    for path, text in texts.items():
        for how, name in REQUIRED.findall(text):
            base = join(dirname(path), name) if how == "require_relative" else join("lib", name)
            place = normpath(base).removesuffix(".rb") + ".rb"
            found += [] if stands_in(place) else [place]  # the runner's, or Ruby's own
    return found


def _definition(name: str, nothing: bool) -> str:
    """A constant, or a method (`Cart#add`, `Cart.load`) of one that is there."""
    if found := re.fullmatch(r"([\w:]+)([#.])(\w+[?!=]?)", name):
        answer = "nil" if nothing else "TddStub.new"
        how = "define_singleton_method" if found[2] == "." else "define_method"
        return f"{found[1]}.{how}(:{found[3]}) {{ |*, **| {answer} }}"
    outer, _, last = name.rpartition("::")
    if last.endswith(("Error", "Exception")):
        made = "Class.new(TddStubError)"
    elif last.isupper() and len(last) > 1:
        made = "TddStub.new"
    else:
        made = "Class.new(TddStub)"
    owners = outer.split("::") if outer else []
    parents = [_parent(owners[: count + 1]) for count in range(len(owners))]
    target = f"{outer}.const_set(:{last}, {made}) unless {outer}.const_defined?(:{last}, false)"
    return "\n".join((*parents, target if outer else f"{last} = {made} unless Object.const_defined?(:{last})"))


def _parent(names: list[str]) -> str:
    whole = "::".join(names)
    return f"module {whole}; end unless defined?({whole})"
