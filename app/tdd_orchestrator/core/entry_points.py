"""Which tests start the program as its user would: what a plumbing task has to show at least once."""

import ast

from tdd_orchestrator.core.new_tests import functions_of

# Calls that start a process, a command line or a server from outside, by the last part of their name.
STARTING = frozenset(
    {"run", "Popen", "check_output", "check_call", "call", "create_subprocess_exec", "create_subprocess_shell"}
)
COMMANDS = frozenset({"main", "invoke", "run_module", "run_path", "cli"})
CLIENTS = frozenset({"TestClient", "AsyncClient", "Client", "test_client", "ASGITransport", "ClientSession", "urlopen"})
PROCESSES = frozenset({"subprocess", "asyncio"})


def through_entry_point(source: str, path: str) -> tuple[str, ...]:
    """The ids of the tests that go through a real entry point, by what they or the file's other functions call.

    A subprocess, a `main`, a runner of command lines or a client of a server counts.
    """
    try:
        module = ast.parse(source)
    except SyntaxError:
        return ()
    starters = {
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _starts(node, frozenset())
    }
    known = frozenset(starters)
    return tuple(f"{path}::{name}" for name, node in functions_of(source).items() if _starts(node, known))


def _starts(node: ast.FunctionDef | ast.AsyncFunctionDef, known: frozenset[str]) -> bool:
    parameters = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
    if parameters & (known - {node.name}):
        return True  # a fixture of the same file that starts it
    return any(_starts_here(each, known) for each in ast.walk(node) if isinstance(each, ast.Call))


def _starts_here(call: ast.Call, known: frozenset[str]) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in PROCESSES:
            return name in STARTING
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in COMMANDS | CLIENTS | {"Popen", "check_output"} or name in known
        case _:
            return False
