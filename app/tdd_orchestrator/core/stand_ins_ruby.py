"""Finds Ruby files that `require` would take for another one of that name: the runner's, or Ruby's own.

The folders of the project come before all others on the load path.
"""

FOLDERS = ("lib/", "test/", "spec/", "app/", "src/", "")
TOOLS = frozenset({"minitest", "rspec", "bundler", "rubygems", "rake", "mocha", "webmock", "timecop", "simplecov"})
OWN = """
set json date time bigdecimal ostruct openssl digest securerandom tempfile tmpdir fileutils pathname stringio socket uri
net/http open3 yaml psych csv erb logger forwardable singleton observer delegate benchmark timeout monitor etc fiddle
objspace pp prettyprint optparse shellwords strscan weakref zlib ripper rbconfig io/console English abbrev base64 find
test/unit test-unit tsort un open-uri racc matrix prime coverage fiber continuation rational complex enumerator thread
"""
LIBRARIES = frozenset(OWN.split())


def stands_in(path: str) -> str:
    """What the file would be loaded instead of; empty where nothing else is called so."""
    for folder in FOLDERS:
        if path.startswith(folder) and path.endswith(".rb"):
            name = path.removeprefix(folder).removesuffix(".rb")
            own = name in LIBRARIES or name.partition("/")[0] in TOOLS
            return name if own and not name.endswith("_helper") else ""
    return ""
