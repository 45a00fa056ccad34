"""Compiles every template; checks that each page and template named in them exists, and that each macro is used."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from jinja2 import TemplateError, meta, nodes

from app import create_app
from community.settings import Settings

ENDPOINT = re.compile(r"url_for\(\s*['\"]([\w.]+)['\"]")
ADDRESS = re.compile(r"""\s(?:href|action|src)="(/[^"?#]*)""")
SAMPLE_ID = "0000000000001"


def problems(app: Flask) -> Iterator[str]:
    """A sentence for each thing that is wrong with a template."""
    known = set(app.jinja_env.list_templates())
    for name in sorted(known):
        try:
            app.jinja_env.get_template(name)
            source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]  # type: ignore[union-attr]
            named = set(meta.find_referenced_templates(app.jinja_env.parse(source)))
        except (TemplateError, UnicodeDecodeError) as error:
            yield f"{name}:{getattr(error, 'lineno', 1)}: {error}"
            continue
        yield from (f"{name}: no template {other}" for other in named if other is not None and other not in known)
        yield from (f"{name}: no page {end}" for end in ENDPOINT.findall(source) if not is_page(app, end))
        yield from (f"{name}: nothing at {address}" for address in ADDRESS.findall(source) if not leads(app, address))


def unused_macros(app: Flask) -> Iterator[str]:
    """A sentence for each macro that no template calls, and each import that its template does not need."""
    trees = {name: _tree(app, name) for name in sorted(app.jinja_env.list_templates())}
    called = {name: set(_called(tree)) for name, tree in trees.items()}
    anywhere = set().union(*called.values())
    for name, tree in trees.items():
        yield from (f"{name}: nobody uses {one.name}" for one in tree.find_all(nodes.Macro) if one.name not in anywhere)
        taken = [one for statement in tree.find_all(nodes.FromImport) for one in statement.names]
        names = [one if isinstance(one, str) else one[1] for one in taken]
        yield from (f"{name}: does not use {one}" for one in names if one not in called[name])


def _tree(app: Flask, name: str) -> nodes.Template:
    return app.jinja_env.parse(app.jinja_env.loader.get_source(app.jinja_env, name)[0])  # type: ignore[union-attr]


def _called(tree: nodes.Template) -> Iterator[str]:
    yield from (one.name for one in tree.find_all(nodes.Name))
    yield from (one.attr for one in tree.find_all(nodes.Getattr))


def is_page(app: Flask, endpoint: str) -> bool:
    """Is there such a page? One written as ``.name`` is in the blueprint that the template is drawn by."""
    return any(known == endpoint or (endpoint[0] == "." and known.endswith(endpoint)) for known in app.view_functions)


def leads(app: Flask, address: str) -> bool:
    """Is there a page, or a file of ours, at an address written out in a template?"""
    path = re.sub(r"{{.*?}}", SAMPLE_ID, address)
    if path.startswith("/static/"):
        return "{" in address or (Path(app.root_path) / path[1:]).is_file()
    return "{%" in path or bool(app.url_map.bind("localhost").allowed_methods(path))


def throwaway_app() -> Flask:
    """The application as it is, on a database in memory, never served."""
    settings = Settings(
        database_url="sqlite:///:memory:",
        session_key="only-for-compiling-templates-session-key",
        anonymity_key="only-for-compiling-templates-anonymity-key",
        audit_key="only-for-compiling-templates-audit-key",
        draft_key="only-for-compiling-templates-draft-key",
        demo=True,
    )
    return create_app(settings)


def main() -> None:
    """Print what is wrong; exit 1 if anything is."""
    app = throwaway_app()
    found = list(problems(app)) or list(unused_macros(app))
    print("\n".join(found) or "Templates: all compile.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
