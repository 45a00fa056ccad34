"""Are the tests of secrecy worth anything? Puts each fault of tests/security/faults.md into a copy of the tree and runs
the test that should notice. Exit status 1 when one is missed, or no longer fits the code.

``python -m tools.faults 3 17`` tries only those.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "security" / "faults.md"
LEFT_OUT = shutil.ignore_patterns(".*", "var", "*.pyc", "__pycache__", "pictures")
AT_ONCE = 2
LONGEST = 300
CAUGHT, MISSED, UNFIT = "caught", "MISSED", "does not fit the code any more"
_ENTRY = re.compile(
    r"^## (?P<number>\d+)\. (?P<name>[^\n]+)\n\n"
    r"`(?P<path>[^`]+)`, noticed by `tests/(?P<file>[^\s`]+)(?: -k (?P<words>[^`]+))?`\n\n"
    r"```diff\n(?P<edit>.*?)```",
    re.MULTILINE | re.DOTALL,
)


class Fault(NamedTuple):
    """One wrong edit: in ``path`` the text ``old`` becomes ``new``; ``test`` are pytest's arguments."""

    number: int
    name: str
    path: str
    old: str
    new: str
    test: tuple[str, ...]


def faults() -> list[Fault]:
    """Every fault of the list."""
    return [_fault(match) for match in _ENTRY.finditer(LIST.read_text(encoding="utf-8"))]


def _fault(match: re.Match[str]) -> Fault:
    lines = match["edit"].splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
    words = f"({match['words']}) and not postgresql" if match["words"] else "not postgresql"
    test = (f"tests/{match['file']}", "-k", words)
    return Fault(int(match["number"]), match["name"], match["path"], old, new, test)


def fits(fault: Fault, root: Path = ROOT) -> bool:
    """Does the text stand in its file exactly once?"""
    return (root / fault.path).read_text(encoding="utf-8").count(fault.old) == 1


def run(fault: Fault) -> str:
    """Try one fault in a copy of its own."""
    if not fits(fault):
        return UNFIT
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        file = copy / fault.path
        file.write_text(file.read_text(encoding="utf-8").replace(fault.old, fault.new), encoding="utf-8")
        return CAUGHT if _fails(copy, fault.test) else MISSED


def _fails(copy: Path, test: Iterable[str]) -> bool:
    """Does a test fail? That pytest finds none, or cannot start, is no answer."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *test]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=LONGEST, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest could not answer: {done.stdout[-2000:]}")
    return done.returncode == 1 and " failed" in done.stdout


def main() -> None:
    """Print a line for each fault, and how many were caught."""
    wanted = {int(word) for word in sys.argv[1:]}
    chosen = [fault for fault in faults() if not wanted or fault.number in wanted]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = []
        for fault, result in zip(chosen, pool.map(run, chosen), strict=True):
            print(f"{fault.number:3} {result:6} {fault.name}", flush=True)
            results.append(result)
    print(f"{results.count(CAUGHT)} of {len(results)} caught")
    sys.exit(results.count(CAUGHT) != len(results))


if __name__ == "__main__":
    main()
