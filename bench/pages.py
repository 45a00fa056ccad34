"""The page benchmark: thread page, group page, home and a reply, ours and the floor's by turns, with our targets.

    python -m bench.pages [--seconds 5] [--rounds 3] [--posts 100000] [--small 10000]

PostgreSQL, two sync workers a side, the load client on the same machine. Prints what it does to stderr and one JSON
object as the last line. Figures of different runs cannot be compared; the ratios within one run can.
"""

import argparse
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from bench.server import Load, Request, Server
from bench.sides import Floor, Ours, Side
from community.db import db

GENERATOR = Path(__file__).parents[2] / "shared" / "bench" / "gen_corpus.py"
PAGES = ("thread", "group", "home")
Loads = dict[tuple[str, str, int], list[Load]]


def main() -> int:
    """Run it all; 0 when every target is met."""
    options = _options()
    if not shutil.which("wrk") or not options.generator.exists():
        print("needs wrk (a Debian package) and the corpus generator (--generator)", file=sys.stderr)
        return 2
    large = _sides(options, options.posts)
    small = _sides(options, options.small)
    loads = _measure(options, large)
    growth = _growth(options, small[1], large[1])
    start, memory = _start_and_memory(large[1])
    _reply(options, large, loads)
    statements = {page: count_statements(large[1], requests[0]) for page, requests in large[1].pages().items()}
    targets = _targets(loads, growth, statements, start, memory)
    results = {"/".join(map(str, key)): [asdict(load) for load in rounds] for key, rounds in loads.items()}
    others = {"statements": statements, "start_s": start, "worker_mib": memory, "growth": growth}
    print(json.dumps({"bench": "pages", "results": results | others, "targets": targets}))
    return 0 if all(target["ok"] for target in targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432")
    parser.add_argument("--generator", type=Path, default=GENERATOR)
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    return parser.parse_args()


def _sides(options: argparse.Namespace, posts: int) -> tuple[Floor, Ours]:
    options.folder.mkdir(parents=True, exist_ok=True)
    given = (options.postgres, options.folder.resolve(), posts, options.generator)
    return Floor(*given), Ours(*given)


def say(*words: object) -> None:
    """Progress, to stderr."""
    print(*words, file=sys.stderr, flush=True)


@contextmanager
def _serving(sides: tuple[Floor, Ours]) -> Iterator[list[tuple[Side, Server]]]:
    servers: list[tuple[Side, Server]] = [(side, side.start()) for side in sides]
    try:
        yield servers
    finally:
        for _, server in servers:
            server.stop()


def _measure(options: argparse.Namespace, sides: tuple[Floor, Ours]) -> Loads:
    loads: Loads = defaultdict(list)
    with _serving(sides) as servers:
        for page in PAGES:
            for side, server in servers:
                server.load(side.pages()[page], 4, 3)
        for number in range(options.rounds):
            for page in PAGES:
                for connections in (1, 16):
                    _both(options, loads, servers, page, connections, {side.name: side.pages()[page] for side in sides})
            say("round", number + 1, "of", options.rounds)
    return loads


def _reply(options: argparse.Namespace, sides: tuple[Floor, Ours], loads: Loads) -> None:
    """Last of all: replies are unread posts, which would be counted on every page after them."""
    with _serving(sides) as servers:
        for _ in range(options.rounds):
            _both(options, loads, servers, "reply", 8, {side.name: side.replies() for side in sides}, status=(302, 303))


def _both(
    options: argparse.Namespace,
    loads: Loads,
    servers: Sequence[tuple[Side, Server]],
    page: str,
    connections: int,
    requests: dict[str, list[Request]],
    status: tuple[int, int] = (200, 200),
) -> None:
    for (side, server), wanted in zip(servers, status, strict=True):
        load = server.load(requests[side.name], connections, options.seconds, wanted)
        loads[side.name, page, connections].append(load)
        say(
            f"{side.name:6} {page:7} {connections:3} connections: {load.rate:7.1f}/s "
            f"p50 {load.p50:.1f} p95 {load.p95:.1f} ms, wrong {load.wrong}"
        )


def _growth(options: argparse.Namespace, small: Ours, large: Ours) -> dict[str, float]:
    """How many times slower each page is with the large corpus: the median of paired rounds."""
    ratios: dict[str, list[float]] = defaultdict(list)
    servers = small.start(), large.start()
    try:
        for number in range(options.rounds + 1):
            for page in PAGES:
                loads = [
                    server.load(side.pages()[page], 4, 3) for side, server in zip((small, large), servers, strict=True)
                ]
                if wrong := sum(load.wrong for load in loads):
                    raise RuntimeError(f"{wrong} wrong answers to {page}")
                if number:
                    ratios[page].append(loads[0].rate / loads[1].rate)
    finally:
        for server in servers:
            server.stop()
    return {page: round(median(found), 3) for page, found in ratios.items()}


def _start_and_memory(ours: Ours) -> tuple[float, float]:
    starts, memory = [], 0.0
    for _ in range(3):
        server = ours.start()
        starts.append(server.seconds_to_first_answer)
        server.load(ours.pages()["thread"], 8, 3)
        memory = server.worker_mebibytes()
        server.stop()
    return round(median(starts), 2), round(memory, 1)


def count_statements(ours: Ours, request: Request) -> int:
    """How many SQL statements a page needs when it is seen again."""
    counted: list[str] = []
    with ours.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: counted.append(statement))
    browser = ours.app.test_client()
    browser.set_cookie(*request.cookie.split("=", 1))
    for _ in range(2):
        counted.clear()
        answer = browser.get(request.path, headers={"Host": "localhost"})
        assert answer.status_code == 200, answer.status_code
    return len(counted)


def _targets(
    loads: Loads, growth: dict[str, float], statements: dict[str, int], start: float, memory: float
) -> list[dict[str, Any]]:
    # Two replies of the floor lock each other out now and then; it stands in the results.
    wrong = sum(load.wrong for (side, *_), rounds in loads.items() if side == "ours" for load in rounds)
    p95 = median(ours.p95 / floor.p95 for ours, floor in _pairs(loads, "thread", 1))
    return [
        _at_least("thread page at 16, share of floor", _share(loads, "thread", 16), 0.65),
        _at_most("thread page at 1, p95 over floor's p95", round(p95, 2), 2),
        _at_least("group page at 16, share of floor", _share(loads, "group", 16), 0.55),
        _at_least("home at 16, share of floor", _share(loads, "home", 16), 0.55),
        _at_least("reply at 8, share of floor", _share(loads, "reply", 8), 0.5),
        _at_most("statements of a page, most", max(statements.values()), 8),
        _at_most("slower at the large corpus, most", max(growth.values()), 1.2),
        _at_most("start to first answer, s", start, 1.5),
        _at_most("worker memory, MiB", memory, 150),
        _at_most("wrong answers", wrong, 0),
    ]


def _pairs(loads: Loads, page: str, connections: int) -> list[tuple[Load, Load]]:
    return list(zip(loads["ours", page, connections], loads["floor", page, connections], strict=True))


def _share(loads: Loads, page: str, connections: int) -> float:
    return round(median(ours.rate / floor.rate for ours, floor in _pairs(loads, page, connections)), 3)


def _at_least(name: str, value: float, target: float) -> dict[str, Any]:
    return {"name": name, "value": value, "target": f">= {target}", "ok": value >= target}


def _at_most(name: str, value: float, target: float) -> dict[str, Any]:
    return {"name": name, "value": value, "target": f"<= {target}", "ok": value <= target}


if __name__ == "__main__":
    sys.exit(main())
