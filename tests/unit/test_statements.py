"""What a page runs is built once, whole: nothing in it is put in anew at every execution (ADR 28)."""

from types import ModuleType

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite

from community import access, directory, latest, listing, reading, viewer, vouched

OF_PAGES = (access, directory, latest, listing, reading, viewer, vouched)


def statements_of(module: ModuleType) -> list[tuple[str, Select[tuple[object, ...]]]]:
    return [(f"{module.__name__}.{name}", one) for name, one in vars(module).items() if isinstance(one, Select)]


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=lambda dialect: str(dialect.name))  # type: ignore[no-untyped-call]
@pytest.mark.parametrize(("name", "statement"), [one for module in OF_PAGES for one in statements_of(module)])
def test_statements_of_pages_are_whole(name: str, statement: Select[tuple[object, ...]], dialect: object) -> None:
    compiled = statement.compile(dialect=dialect)  # type: ignore[arg-type]
    assert "POSTCOMPILE" not in str(compiled), f"{name} is expanded at every execution"
