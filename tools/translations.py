"""Checks that every text of the code and the templates has a translation in each catalogue."""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
KEYWORDS = DEFAULT_KEYWORDS | {
    "lazy_gettext": None,
    "_l": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}


def texts() -> dict[tuple[str, str | None], str]:
    """(text, context) of each message in the tree, and the file that has it first."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found: dict[tuple[str, str | None], str] = {}
    for path, line, message, _, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        text = message if isinstance(message, str) else message[0]
        found.setdefault((text, context), f"{path}:{line}")
    return found


def gaps(catalog: Catalog, wanted: dict[tuple[str, str | None], str]) -> Iterator[str]:
    """A sentence for each text that ``catalog`` lacks, leaves empty, only guesses, or fills in with other variables."""
    for (text, context), place in wanted.items():
        message = catalog.get(text, context)
        if message is None:
            yield f"{place}: not in the catalogue: {text!r}"
        elif message.fuzzy:
            yield f"{place}: marked fuzzy: {text!r}"
        elif not all(message.string if isinstance(message.string, tuple) else [message.string]):
            yield f"{place}: not translated: {text!r}"
        else:
            yield from (f"{place}: {error}: {text!r}" for error in message.check(catalog))


def catalogues() -> list[Path]:
    """The catalogues that must be complete; texts are written in English, which needs none."""
    return sorted(path for path in (ROOT / "translations").glob("*/LC_MESSAGES/*.po") if path.parts[-3] != "en")


def problems() -> Iterator[str]:
    """Every gap of every catalogue."""
    wanted = texts()
    for path in catalogues():
        with path.open("rb") as file:
            yield from (f"{path.relative_to(ROOT)}: {gap}" for gap in gaps(read_po(file, path.parts[-3]), wanted))


def main() -> None:
    """Print the gaps; exit 1 if there are any."""
    found = list(problems())
    print("\n".join(found) or f"Translations: {len(catalogues())} catalogue(s), complete.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
