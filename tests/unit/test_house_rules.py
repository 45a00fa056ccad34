"""The rules of this house that no library checks, each with samples that it must refuse and must let through."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("community", "moderation", "search", "trust")
LONGEST_FILE, LONGEST_FUNCTION = 400, 25
# Written by others, or by a program.
FOREIGN = ("static/vendor/", "migrations/versions/")
LICENCES = re.compile(r"(?:^|/)LICEN[CS]E")

PythonRule = Callable[[PurePosixPath, ast.Module], Iterator[str]]
TextRule = Callable[[PurePosixPath, str], Iterator[str]]


@cache
def tracked() -> tuple[PurePosixPath, ...]:
    """Every file of the tree that is, or could be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(PurePosixPath(name) for name in sorted(set(names)) if name and (ROOT / name).is_file())


@cache
def texts() -> dict[PurePosixPath, str]:
    found = {}
    for path in tracked():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:8192]:
            found[path] = content.decode("utf-8")
    return found


@cache
def modules() -> dict[PurePosixPath, ast.Module]:
    return {path: ast.parse(text) for path, text in texts().items() if path.suffix == ".py" and not is_foreign(path)}


def is_foreign(path: PurePosixPath) -> bool:
    return str(path).startswith(FOREIGN)


def is_product(path: PurePosixPath) -> bool:
    return path.parts[0] in PACKAGES or str(path) == "app.py"


def is_page(path: PurePosixPath) -> bool:
    return is_product(path) and (path.parts[1:2] in (("pages",), ("pages.py",)))


def meets_requests(path: PurePosixPath) -> bool:
    return is_page(path) or path.parts[1:2] == ("cli",) or path.name in ("sockets.py", "cli.py", "app.py")


def imports(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """(module, name, line) of each import; ``import x`` has the empty name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "", node.lineno) for alias in node.names)


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each identifier that is used, defined or imported, and each ``owner.name``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
            if isinstance(node.value, ast.Name):
                yield f"{node.value.id}.{node.attr}", node.lineno
        elif isinstance(node, ast.Name):
            yield node.id, node.lineno
    yield from ((name, line) for _, name, line in imports(tree))


# --- rules about Python ---


def only_db_commits(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    if is_product(path) and str(path) != "community/db.py":
        for name, line in names(tree):
            if name in ("commit", "begin_nested"):
                yield f"{path}:{line}: {name}: only community/db.py ends a transaction"


# What actions call to append: the log, the outbox with its deliveries, and the listener that tells people.
APPENDERS = tuple(f"community/{name}.py" for name in ("audit", "events", "outbox", "alerts", "mail"))
WRITES = frozenset({"add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings"})


def only_actions_write(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    if not is_product(path) or "actions" in path.parts[1:] or path.stem == "actions" or str(path) in APPENDERS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in WRITES and ast.unparse(node.value).endswith("session"):
            yield f"{path}:{node.lineno}: session.{node.attr}: only actions write"
    for module, name, line in imports(tree):
        if module.startswith("sqlalchemy") and name in ("insert", "update", "delete"):
            yield f"{path}:{line}: {name}: only actions write"


CLOCKS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "os.urandom"}
    | {"func.now", "func.current_timestamp", "func.random"}
)
CHANCE = frozenset({"secrets", "random", "uuid"})


def only_the_clock_knows_time_and_chance(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    if not is_product(path) or str(path) == "community/clock.py":
        return
    for name, line in names(tree):
        if name in CLOCKS:
            yield f"{path}:{line}: {name}: ask community.clock"
    for module, name, line in imports(tree):
        if module.split(".")[0] in CHANCE or (module, name) in (("time", "time"), ("os", "urandom")):
            yield f"{path}:{line}: {module}: ask community.clock"


REQUEST = frozenset({"request", "session", "g", "current_user"})


def only_the_edge_meets_requests(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    if not is_product(path) or meets_requests(path):
        return
    for module, name, line in imports(tree):
        if module in ("flask", "flask.globals", "flask_login") and name in REQUEST:
            yield f"{path}:{line}: {name}: only pages, sockets, cli and app know of requests"
    for name, line in names(tree):
        if name in {f"flask.{word}" for word in REQUEST}:
            yield f"{path}:{line}: {name}: only pages, sockets, cli and app know of requests"


# A name and the only files that may mention it: a second place would be a second copy of the rule.
OWNERS: dict[str, tuple[str, ...]] = {
    "ANY_READER": ("community/tlp.py", "community/visibility.py"),
    "UNDER_NDA": ("community/tlp.py", "community/visibility.py"),
    "STAFF_ONLY": ("community/tlp.py", "community/visibility.py"),
    "NAMED_ONLY": ("community/tlp.py", "community/visibility.py"),
    "anonymity_key": ("community/settings.py", "community/anonymity.py"),
    "author_tag": ("community/models/post.py", "community/anonymity.py"),
    "author_behind": ("community/anonymity.py", "moderation/actions/unsealing.py"),
}


def names_have_owners(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    if is_product(path):
        for name, line in names(tree):
            if str(path) not in OWNERS.get(name, (str(path),)):
                yield f"{path}:{line}: {name} belongs to {OWNERS[name][-1]}"


def labels_are_never_ordered(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not is_product(path):
            continue
        ordered = any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
        if ordered and any(
            getattr(side, "attr", getattr(side, "id", "")) == "tlp" for side in (node.left, *node.comparators)
        ):
            yield f"{path}:{node.lineno}: a database orders labels by letters; use the sets of community.tlp"


def pages_never_select(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    for module, name, line in imports(tree):
        if is_page(path) and module.split(".")[0] == "sqlalchemy" and name == "select":
            yield f"{path}:{line}: a page goes through a door or a visible_* select"


def functions_are_short(path: PurePosixPath, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            told = node.body[0].end_lineno or 0 if ast.get_docstring(node) else node.lineno
            length = (node.end_lineno or 0) - told + 1
            if length > LONGEST_FUNCTION:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines"


PYTHON_RULES: tuple[PythonRule, ...] = (
    only_db_commits,
    only_actions_write,
    only_the_clock_knows_time_and_chance,
    only_the_edge_meets_requests,
    names_have_owners,
    labels_are_never_ordered,
    pages_never_select,
    functions_are_short,
)


@pytest.mark.parametrize("rule", PYTHON_RULES)
def test_python_rule_holds(rule: PythonRule) -> None:
    assert [fault for path, tree in modules().items() for fault in rule(path, tree)] == []


REFUSED: tuple[tuple[PythonRule, str, str], ...] = (
    (only_db_commits, "community/actions/post.py", "db.session.commit()"),
    (only_db_commits, "search/index.py", "with session.begin_nested(): pass"),
    (only_actions_write, "community/pages/post.py", "db.session.add(post)"),
    (only_actions_write, "search/index.py", "from sqlalchemy.dialects.postgresql import insert"),
    (only_actions_write, "community/access.py", "from sqlalchemy import select, update"),
    (only_the_clock_knows_time_and_chance, "community/mail.py", "at = datetime.now(UTC)"),
    (only_the_clock_knows_time_and_chance, "community/mail.py", "import secrets"),
    (only_the_clock_knows_time_and_chance, "app.py", "from uuid import uuid4"),
    (only_the_clock_knows_time_and_chance, "search/cli.py", "from time import time"),
    (only_the_clock_knows_time_and_chance, "community/models/post.py", "at = column(default=func.now())"),
    (only_the_edge_meets_requests, "community/actions/post.py", "from flask import g"),
    (only_the_edge_meets_requests, "community/access.py", "import flask\nflask.request.form"),
    (only_the_edge_meets_requests, "moderation/queue.py", "from flask_login import current_user"),
    (names_have_owners, "community/pages/post.py", "if post.tlp in tlp.UNDER_NDA: pass"),
    (names_have_owners, "community/actions/post.py", "key = settings().anonymity_key"),
    (names_have_owners, "moderation/queue.py", "from community.tlp import STAFF_ONLY"),
    (names_have_owners, "community/cli/explain.py", "anonymity.author_behind(case)"),
    (labels_are_never_ordered, "community/mail.py", "posts.where(Post.tlp <= Tlp.GREEN)"),
    (pages_never_select, "community/pages/post.py", "from sqlalchemy import select"),
    (pages_never_select, "search/pages.py", "from sqlalchemy.future import select"),
    (functions_are_short, "tools/x.py", "def long():\n" + "    call()\n" * LONGEST_FUNCTION),
)
ALLOWED: tuple[tuple[PythonRule, str, str], ...] = (
    (only_db_commits, "community/db.py", "db.session.commit()"),
    (only_actions_write, "moderation/actions.py", "db.session.add(case)"),
    (only_actions_write, "community/actions/post.py", "from sqlalchemy import delete"),
    (only_actions_write, "community/pages/post.py", "seen.add(post)"),
    (only_the_clock_knows_time_and_chance, "community/clock.py", "import secrets\ndatetime.now(UTC)"),
    (only_the_clock_knows_time_and_chance, "community/mail.py", "from community.clock import now\nnow()"),
    (only_the_edge_meets_requests, "moderation/pages/case.py", "from flask import request"),
    (only_the_edge_meets_requests, "search/pages.py", "from flask import request"),
    (names_have_owners, "community/visibility.py", "post.tlp.in_(UNDER_NDA)"),
    (labels_are_never_ordered, "community/mail.py", "post.tlp in MAIL"),
    (pages_never_select, "community/access.py", "from sqlalchemy import select"),
    (functions_are_short, "tools/x.py", "def short():\n" + "    call()\n" * (LONGEST_FUNCTION - 1)),
)


@pytest.mark.parametrize(("rule", "path", "code"), REFUSED)
def test_python_rule_bites(rule: PythonRule, path: str, code: str) -> None:
    assert list(rule(PurePosixPath(path), ast.parse(code)))


@pytest.mark.parametrize(("rule", "path", "code"), ALLOWED)
def test_python_rule_lets_through(rule: PythonRule, path: str, code: str) -> None:
    assert list(rule(PurePosixPath(path), ast.parse(code))) == []


# --- rules about text ---

OWN_CODE = frozenset({".py", ".js", ".css", ".html", ".txt"})


def files_are_short(path: PurePosixPath, text: str) -> Iterator[str]:
    if path.suffix in OWN_CODE and path.parts[0] != "requirements" and text.count("\n") > LONGEST_FILE:
        yield f"{path}: {text.count(chr(10))} lines"


INLINE = {
    "a script without src": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"""["']\s*javascript:""", re.IGNORECASE),
    "something from another site": re.compile(
        r"""<(?:script|link|img|iframe|source|audio|video)\b[^>]*\s(?:src|href|srcset)\s*=\s*["']?\s*(?:https?:)?//""",
        re.IGNORECASE,
    ),
}


def templates_are_strict(path: PurePosixPath, text: str) -> Iterator[str]:
    if path.parts[0] == "templates" and path.suffix == ".html":
        for what, pattern in INLINE.items():
            for match in pattern.finditer(text):
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {what}"


MACHINE = re.compile(r"(?<![\w.])/(?:(?:home|Users)/\w|(?:root|work)/)")
REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|crates\.io)\b"
    r"|^\s*(?:--)?(?:extra-)?index-url|^\s*--find-links",
    re.MULTILINE,
)


def no_trace_of_a_machine(path: PurePosixPath, text: str) -> Iterator[str]:
    if path == PurePosixPath("tests/unit/test_house_rules.py"):
        return
    for what, pattern in (("a path of a machine", MACHINE), ("a package registry", REGISTRY)):
        for match in pattern.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group()}"


TEXT_RULES: tuple[TextRule, ...] = (files_are_short, templates_are_strict, no_trace_of_a_machine)


@pytest.mark.parametrize("rule", TEXT_RULES)
def test_text_rule_holds(rule: TextRule) -> None:
    own = {path: text for path, text in texts().items() if not is_foreign(path) and not LICENCES.search(str(path))}
    assert [fault for path, text in own.items() for fault in rule(path, text)] == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (files_are_short, "static/js/app.js", "\n" * (LONGEST_FILE + 1)),
        (templates_are_strict, "templates/x.html", "<script nonce='1'>go()</script>"),
        (templates_are_strict, "templates/x.html", "<style>p{}</style>"),
        (templates_are_strict, "templates/x.html", "<p\n style='color:red'>"),
        (templates_are_strict, "templates/x.html", "<a onclick = 'go()'>"),
        (templates_are_strict, "templates/x.html", "<a href=' javascript:go()'>"),
        (templates_are_strict, "templates/x.html", "<img alt='' src='//cdn.example/x.png'>"),
        (no_trace_of_a_machine, "docs/x.md", "see /home/me/project"),
        (no_trace_of_a_machine, "docs/x.md", "cp /root/x ."),
        (no_trace_of_a_machine, "requirements/app.txt", "--index-url https://example"),
        (no_trace_of_a_machine, "requirements/app.txt", "https://files.pythonhosted.org/x"),
    ],
)
def test_text_rule_bites(rule: TextRule, path: str, text: str) -> None:
    assert list(rule(PurePosixPath(path), text))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (files_are_short, "requirements/dev.txt", "\n" * 2000),
        (templates_are_strict, "templates/x.html", "<script type=module src='/static/js/app.js'></script>"),
        (
            templates_are_strict,
            "templates/x.html",
            "<a href='https://first.example'>on style = and onset</a>",
        ),
        (no_trace_of_a_machine, "docs/x.md", "/var/lib/musubi, the group's /work and https://me.example/root/x"),
    ],
)
def test_text_rule_lets_through(rule: TextRule, path: str, text: str) -> None:
    assert list(rule(PurePosixPath(path), text)) == []
