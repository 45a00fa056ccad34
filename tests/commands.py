"""Runs the command ``musubi``, in this process or as one of its own."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from click.testing import CliRunner, Result

from community.cli import main
from community.settings import Settings

MUSUBI = (sys.executable, "-c", "from community.cli import main; main()")
ROOT = Path(__file__).parents[1]


def environment(settings: Settings) -> dict[str, str]:
    """The settings as variables."""
    values = {item.name: getattr(settings, item.name) for item in fields(settings)}
    return {
        f"MUSUBI_{name.upper()}": str(int(value) if isinstance(value, bool) else value)
        for name, value in values.items()
    }


def musubi(settings: Settings | dict[str, str], *words: str) -> Result:
    """Run one command with these settings only."""
    told = settings if isinstance(settings, dict) else environment(settings)
    cleared = {name: None for name in os.environ if name.startswith("MUSUBI_")}
    return CliRunner().invoke(main, words, env={**cleared, **told}, catch_exceptions=False)


@contextmanager
def running(told: dict[str, str], log: Path, *words: str, ready: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """``musubi`` as a process of its own, from when ``ready`` answers 200 (or at once) until the end of the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSUBI_")}
    with log.open("ab") as out:
        process = subprocess.Popen([*MUSUBI, *words], cwd=ROOT, env={**kept, **told}, stdout=out, stderr=out)
    try:
        if ready:
            wait_for(ready, process, log)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until ``address`` answers, or the process has ended."""
    end = time.monotonic() + 90
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))
