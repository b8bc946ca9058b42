"""Stubs for second sight: the least code that lets a test get past its imports, so that only assertions can stop it.

There are two flavours, because any one answer satisfies some assertion: functions that give nothing at all, and
functions that give an object which goes along with everything and equals nothing. A test that fails on an assertion
with either one tells that code from the right one.
"""

import ast
from collections.abc import Callable, Iterable
from enum import StrEnum

from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.wants import Wants, wants_of


class Flavour(StrEnum):
    """What a stub answers: `None`, or an object that agrees to everything and is equal to nothing."""

    NOTHING = "nothing"
    ANYTHING = "anything"


NOTHING = """
def _stub_answer():
    return None


class _Stub:
    _awaited = {awaited}
    _called = {called}

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        return _stub_attribute(name)


def _stub_attribute(name):
    if name.startswith("__"):
        raise AttributeError(name)
    if name in _Stub._awaited:
        return _stub_later
    return _stub_now if name in _Stub._called else None
"""

ANYTHING = """
def _stub_answer():
    return _Stub()


def _stub_attribute(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _Stub()


class _Stub:
    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        return _stub_attribute(name)

    def _itself(self, *args, **kwargs):
        return _Stub()

    def _never(self, *args, **kwargs):
        return False

    def __iter__(self):
        return iter([_Stub()])

    def __await__(self):
        return _Stub()
        yield

    async def __aenter__(self):
        return _Stub()

    async def __aexit__(self, *args):
        return False

    async def __aiter__(self):
        yield _Stub()

    def __str__(self):
        return "<stub>"

    def __hash__(self):
        return id(self)

    def __bool__(self):
        return True

    def __len__(self):
        return 918273

    def __int__(self):
        return 918273

    def __float__(self):
        return 918273.5

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    __repr__ = __fspath__ = __format__ = lambda self, *args: "<stub>"
    __call__ = __getitem__ = __enter__ = __neg__ = __abs__ = _itself
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _itself
    __floordiv__ = __mod__ = __pow__ = __or__ = __and__ = __xor__ = __lshift__ = __rshift__ = _itself
    __exit__ = __contains__ = __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _never
"""

SHARED = """

def _stub_now(*args, **kwargs):
    return _stub_answer()


async def _stub_later(*args, **kwargs):
    return _stub_answer()


class _StubKind(type):
    def __getattr__(cls, name):
        return _stub_attribute(name)


class _StubError(Exception, metaclass=_StubKind):
    def __init__(self, *args, **kwargs):
        super().__init__(*args)

    def __getattr__(self, name):
        return _stub_attribute(name)
"""
PREAMBLE = {Flavour.NOTHING: NOTHING, Flavour.ANYTHING: ANYTHING}


def stub_files(
    tests: Iterable[str],
    planned: Planned,
    read: Callable[[str], str | None],
    *,
    missing: Iterable[str] = (),
    flavour: Flavour = Flavour.NOTHING,
) -> dict[str, str]:
    """The files to write before second sight, by path, each with its whole text.

    `tests` are the sources of the new tests and their support; `read` gives the text of a file (`None`: not there).
    `missing` is what the failed run looked for (`TestResult.missing`): those names are stubbed even where they exist,
    since they exist in a shape that the tests cannot use. What else is in a file stays in it. A module that is neither
    there nor missing comes from elsewhere, whatever the plan might allow, and is left alone.
    """
    missing = tuple(missing)
    wants = wants_of(tests, planned)
    forced: dict[str, set[str]] = {}
    for each in missing:
        module, _, name = each.partition(":")
        if planned.paths_of(module):
            wants.add(module, name.partition(".")[0])
            forced.setdefault(module, set()).update({name} - {""})
    files = {}
    for module, names in sorted(wants.names.items()):
        paths = planned.paths_of(module)
        there = next((path for path in paths if read(path) is not None), None)
        if there or (paths and _is_missing(module, missing)):
            packaged = any(other.startswith(f"{module}.") for other in wants.names)
            path = there or next((path for path in paths if packaged and path.endswith("/__init__.py")), paths[0])
            files[path] = _merged(read(path) or "", names, forced.get(module, set()), wants, flavour)
    return files


def _is_missing(module: str, missing: tuple[str, ...]) -> bool:
    """Whether a run looked for it, or for a package around it, in vain; where no run was made, it may be."""
    looked_for = [each.partition(":")[0] for each in missing]
    return not missing or any(f"{module}.".startswith(f"{each}.") for each in looked_for)


def _merged(source: str, names: set[str], forced: set[str], wants: Wants, flavour: Flavour) -> str:
    defined = _defined(source)
    lines = []
    for name in sorted(names):
        inner = sorted(each for each in forced if each.startswith(f"{name}."))
        if name not in defined or name in forced:
            lines.append(_stub(name, wants))
        else:
            lines += [f"{each} = {_function(each.rpartition('.')[2], wants)}" for each in inner]
    if not lines:
        return source
    preamble = PREAMBLE[flavour].format(awaited=wants.awaited or set(), called=wants.called or set())
    return "\n".join((source, preamble + SHARED, "", *lines, ""))


def _stub(name: str, wants: Wants) -> str:
    if name in wants.exceptions or name.endswith(("Error", "Exception", "Warning")):
        return f"class {name}(_StubError):\n    __test__ = False\n\n"
    if name in wants.classes or (name[:1].isupper() and not name.isupper()):
        return f"class {name}(_Stub, metaclass=_StubKind):\n    __test__ = False\n\n"
    if name.isupper() and name not in wants.called:
        return f"{name} = _stub_answer()"
    return f"{name} = {_function(name, wants)}"


def _function(name: str, wants: Wants) -> str:
    if name == "__init__":
        return "_Stub.__init__"
    return "_stub_later" if name in wants.awaited else "_stub_now"


def _defined(source: str) -> frozenset[str]:
    """Names that a module has already, imports among them. What is no Python defines nothing."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return frozenset()
    found: set[str] = set()
    for node in tree.body:
        for each in ast.walk(node):
            match each:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    found.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    found.add(name)
                case ast.alias(name=name, asname=other):
                    found.add(other or name)
                case _:
                    pass
    return frozenset(found)
