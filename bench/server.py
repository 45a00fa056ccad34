"""Starts a web server for a benchmark, waits for its first answer, measures it, and ends it by its process id."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

HERE = Path(__file__).parent
START_SECONDS = 30.0


@dataclass(frozen=True)
class Request:
    """One prepared request. ``@`` in the body becomes a number that never comes twice."""

    method: str
    path: str
    cookie: str
    body: str = ""


@dataclass(frozen=True)
class Load:
    """What a load did: requests a second, milliseconds, answers with another status than the wanted."""

    rate: float
    p50: float
    p95: float
    wrong: int


def free_port() -> int:
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A gunicorn with two sync workers, as both sides of a comparison run."""

    def __init__(self, target: str, environ: dict[str, str], workers: int = 2) -> None:
        self.port = free_port()
        bind = f"127.0.0.1:{self.port}"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            os.devnull,
            "-w",
            str(workers),
            "-k",
            "sync",
            "-b",
            bind,
            "--log-level",
            "error",
            target,
        ]
        began = time.monotonic()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSUBI_")}
        self.process = subprocess.Popen(command, env=kept | environ, cwd=HERE.parent, stdout=subprocess.DEVNULL)
        self.seconds_to_first_answer = self._wait(began)

    def _wait(self, began: float) -> float:
        while time.monotonic() - began < START_SECONDS:
            try:
                if self.get("/healthz")[0] == 200:
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not start")

    def get(self, path: str, cookie: str = "") -> tuple[int, str]:
        """One plain request: status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def load(self, requests: list[Request], connections: int, seconds: float, status: int = 200) -> Load:
        """Replay ``requests`` over ``connections`` connections for ``seconds``."""
        with NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
            file.writelines(f"{one.method}\t{one.path}\t{one.cookie}\t{one.body}\n" for one in requests)
            file.flush()
            environ = os.environ | {"REQUESTS": file.name, "STATUS": str(status), "SALT": str(time.time_ns())}
            threads = min(2, connections)
            url = f"http://127.0.0.1:{self.port}"
            command = [
                "wrk",
                f"-t{threads}",
                f"-c{connections}",
                f"-d{round(seconds)}s",
                "--timeout",
                "20s",
                "-s",
                str(HERE / "requests.lua"),
                url,
            ]
            answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        line = next(line for line in answer.stdout.splitlines() if line.startswith("@@"))
        return Load(**json.loads(line[2:]))

    def worker_mebibytes(self) -> float:
        """Resident memory of the largest worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        sizes = [_resident(int(child)) for child in children]
        return max(sizes) / 1024

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(timeout=20)


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
