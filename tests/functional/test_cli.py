"""The command line: the first site moderator, the audit log, the demo, a production start that refuses what is weak."""

import http.client
import re
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool

from community.db import db
from community.models import AuditEntry, Member, MemberState, Organization
from community.settings import Settings
from tests.authenticator import Device, hold, token_of
from tests.commands import environment, musubi, running
from tests.factories import World

LINK = re.compile(r"http://localhost:5000(/enrol/[0-9a-f]{64})")
ADA = ("bootstrap", "--name", "Ada", "--mail", "ada@example.test", "--organization", "Hub")

MAIL: dict[str, Any] = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "musubi@musubi.example"}


@pytest.fixture
def chosen(app: Flask) -> Settings:
    settings: Settings = app.extensions["musubi"]
    return settings


def fresh(statement: object) -> list[object]:
    db.session.rollback()
    return list(db.session.execute(statement).scalars())  # type: ignore[call-overload]


def link_in(output: str) -> str:
    found = LINK.search(output)
    assert found, output
    return found[1]


# --- the first site moderator ---


def test_bootstrap_prints_a_link_that_lets_in(chosen: Settings, client: FlaskClient) -> None:
    result = musubi(chosen, *ADA)
    assert result.exit_code == 0
    link = link_in(result.output)
    assert hold(client, link, Device().create, link).status_code == 200
    assert "Site moderator" in client.get("/me").text


def test_bootstrap_works_only_while_there_is_none(chosen: Settings, client: FlaskClient) -> None:
    link = link_in(musubi(chosen, *ADA).output)
    hold(client, link, Device().create, link)
    again = musubi(chosen, *ADA[:4], "eve@example.test", *ADA[5:])
    assert again.exit_code == 1
    assert again.output.startswith("Error: There is a site moderator already.")
    assert fresh(select(Member.name)) == ["Ada"]


def test_until_the_first_has_come_in_bootstrap_starts_over(chosen: Settings, client: FlaskClient) -> None:
    """A lost link or a slip in the address must not lock the operator out."""
    first = link_in(musubi(chosen, *ADA).output)
    second = link_in(musubi(chosen, *ADA[:4], "ada.king@example.test", *ADA[5:]).output)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert fresh(select(Member.mail)) == ["ada.king@example.test"]
    assert fresh(select(Organization.name)) == ["Hub"]


def test_bootstrap_takes_no_address_of_a_member(chosen: Settings, world: World) -> None:
    world.member("Somebody", mail="ada@example.test")
    result = musubi(chosen, *ADA)
    assert result.exit_code == 1
    assert "has this mail address already" in result.output


def test_bootstrap_counts_suspended_site_moderators(chosen: Settings, world: World) -> None:
    world.member(site_moderator=True, state=MemberState.SUSPENDED)
    assert musubi(chosen, *ADA).exit_code == 1


# --- the audit log ---


def test_a_whole_log_verifies(chosen: Settings) -> None:
    musubi(chosen, *ADA)
    assert musubi(chosen, "audit", "anchor").exit_code == 0
    result = musubi(chosen, "audit", "verify")
    assert (result.exit_code, result.output) == (0, "The audit log is whole.\n")


TAMPERING = (
    "UPDATE audit_entries SET tag = 'x' WHERE number = 1",
    "UPDATE audit_entries SET number = 9 WHERE number = 2",
    "DELETE FROM audit_entries WHERE number = 1",
    "DELETE FROM audit_entries WHERE number = 2",
)


@pytest.mark.parametrize("tampering", TAMPERING)
def test_a_changed_log_does_not_verify(chosen: Settings, tampering: str) -> None:
    musubi(chosen, *ADA)
    musubi(chosen, *ADA)
    db.session.execute(text(tampering))
    db.session.commit()
    result = musubi(chosen, "audit", "verify")
    assert result.exit_code == 1
    assert "problems in the audit log" in result.output


def test_a_log_cut_short_is_noticed_by_its_anchor(chosen: Settings) -> None:
    """Whoever can change tables can make the head fit; the file outside the database remembers more."""
    musubi(chosen, *ADA)
    before = db.session.execute(text("SELECT count, mac FROM audit_head")).one()
    musubi(chosen, *ADA)
    musubi(chosen, "audit", "anchor")
    db.session.rollback()
    db.session.execute(text("DELETE FROM audit_entries WHERE number = 2"))
    db.session.execute(text("UPDATE audit_head SET count = :count, mac = :mac"), dict(before._mapping))
    db.session.commit()
    result = musubi(chosen, "audit", "verify")
    assert result.exit_code == 1
    assert "entry 2 is anchored and gone" in result.output
    assert len(fresh(select(AuditEntry.number))) == 1


# --- settings ---


@pytest.mark.parametrize("words", [("serve",), ("upgrade",), ADA, ("audit", "verify")])
def test_weak_settings_are_refused_in_words(words: tuple[str, ...]) -> None:
    weak = {"MUSUBI_ORIGIN": "http://musubi.example", "MUSUBI_SESSION_KEY": "short", "MUSUBI_DATABASE_URL": "mysql://x"}
    result = musubi(weak, *words)
    assert result.exit_code == 1
    for problem in (
        "MUSUBI_ORIGIN must begin with https://",
        "MUSUBI_SESSION_KEY must have",
        "MUSUBI_DATABASE_URL must begin",
    ):
        assert problem in result.output
    assert "Traceback" not in result.output
    assert "short" not in result.output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"MUSUBI_ORIGIN": "http://musubi.example"}, "MUSUBI_ORIGIN must begin with https://"),
        ({"MUSUBI_DEMO": "1"}, "MUSUBI_DEMO is for localhost only"),
        ({"MUSUBI_DRAFT_KEY": "d" * 40}, "MUSUBI_DRAFT_KEY must have"),
        ({"MUSUBI_DRAFT_KEY": ""}, "MUSUBI_DRAFT_KEY must have"),
        ({"MUSUBI_COLOUR": "blue"}, "unknown settings: MUSUBI_COLOUR"),
        ({"MUSUBI_PROXIES": "two"}, "MUSUBI_PROXIES must be a whole number"),
        ({"MUSUBI_DEMO": "maybe"}, "MUSUBI_DEMO must be 0 or 1"),
        ({"MUSUBI_SESSION_HOURS": "0"}, "MUSUBI_SESSION_HOURS must be between"),
        ({"FLASK_DEBUG": "1"}, "debug mode must be off"),
    ],
)
def test_each_weakness_stops_a_production_start(chosen: Settings, change: dict[str, str], says: str) -> None:
    strong = environment(
        replace(
            chosen,
            demo=False,
            origin="https://musubi.example",
            **MAIL,
        )
    )
    result = musubi(strong | change, "serve")
    assert result.exit_code == 1
    assert says in result.output


def test_the_demo_is_not_served_as_production(chosen: Settings) -> None:
    assert 'run it with "musubi demo"' in musubi(chosen, "serve").output


def test_a_server_does_not_start_on_an_old_database(chosen: Settings, tmp_path: Path) -> None:
    empty = replace(
        chosen,
        demo=False,
        origin="https://musubi.example",
        **MAIL,
        database_url=f"sqlite:///{tmp_path}/empty.sqlite",
    )
    result = musubi(empty, "serve")
    assert result.exit_code == 1
    assert 'Run "musubi upgrade" first' in result.output


def test_without_settings_commands_work_on_the_demo_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert musubi({}, "audit", "verify").exit_code == 1
    assert list(tmp_path.iterdir()) == []


# --- served for real ---


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Visitor:
    """The smallest browser: keeps cookies, follows nothing."""

    def __init__(self, port: int, host: str) -> None:
        self.port, self.host, self.cookies = port, host, {}  # type: tuple[int, str, dict[str, str]]

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Host": self.host, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(fields) or None, headers)
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        body = response.read().decode()
        connection.close()
        return response.status, dict(response.headers), body


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path, Path]]:
    """A running demo: its port, its folder, what it printed."""
    folder, port = tmp_path_factory.mktemp("demo") / "demo", free_port()
    log = folder.parent / "log"
    folder.mkdir(mode=0o755)  # as somebody may have made it by hand
    words = ("demo", "--port", str(port), "--folder", str(folder))
    with running({}, log, *words, ready=f"http://localhost:{port}/healthz"):
        yield port, folder, log


def enter_first(visitor: Visitor) -> str:
    page = visitor.ask("GET", "/sign-in")[2]
    found = re.search(r'name="member" value="([0-9a-z]{13})"', page)
    assert found, page
    status, _, _ = visitor.ask("POST", "/sign-in/as", csrf_token=token_of(page), member=found[1])
    assert status == 303
    return visitor.ask("GET", "/me")[2]


def test_one_command_makes_a_running_demo(demo: tuple[int, Path, Path]) -> None:
    port, _, log = demo
    printed = log.read_text(encoding="utf-8")
    assert f"Musubi runs on http://localhost:{port}" in printed
    assert "Emma Lindqvist" in printed
    assert "久保" in enter_first(Visitor(port, f"localhost:{port}"))
    assert Visitor(port, f"localhost:{port}").ask("GET", "/")[0] == 200


def test_its_secrets_are_its_own_and_for_its_owner_only(demo: tuple[int, Path, Path]) -> None:
    _, folder, _ = demo
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    keys = re.findall(r'"[0-9a-f]{64}"', (folder / "secrets.json").read_text(encoding="utf-8"))
    assert len(set(keys)) == 4


def test_it_listens_on_this_machine_only(demo: tuple[int, Path, Path]) -> None:
    port, _, _ = demo
    listening = Path("/proc/net/tcp").read_text(encoding="utf-8")
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening


def test_a_second_start_keeps_what_was_done(demo: tuple[int, Path, Path], tmp_path: Path) -> None:
    """Also the sessions: the secrets stay the same."""
    port, folder, _ = demo
    visitor = Visitor(port, f"localhost:{port}")
    page = enter_first(visitor)
    sent = {"name": "Changed", "profile": "", "locale": "en", "time_zone": "UTC", "theme": "auto"}
    assert visitor.ask("POST", "/me", csrf_token=token_of(page), **sent)[0] == 303
    second = free_port()
    words = ("demo", "--port", str(second), "--folder", str(folder))
    with running({}, tmp_path / "log", *words, ready=f"http://localhost:{second}/healthz"):
        visitor.port, visitor.host = second, f"localhost:{second}"
        assert 'value="Changed"' in visitor.ask("GET", "/me")[2]
    assert "Made the demo" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_port_in_use_is_said_before_anything_is_done(demo: tuple[int, Path, Path], tmp_path: Path) -> None:
    port, _, _ = demo
    result = musubi({}, "demo", "--port", str(port), "--folder", str(tmp_path / "other"))
    assert result.exit_code == 1
    assert f"Port {port} is in use" in result.output
    assert not (tmp_path / "other").exists()


def test_a_production_server_as_a_proxy_meets_it(bare_app: Flask, tmp_path: Path) -> None:
    bare: Settings = bare_app.extensions["musubi"]
    settings = replace(bare, demo=False, origin="https://musubi.example", proxies=1, embedded_outbox=True, **MAIL)
    told, port = environment(settings), free_port()
    assert musubi(told, "upgrade").output == "The database is up to date.\n"
    link = urlsplit(musubi(told, *ADA).output.split()[-1]).path
    with running(
        told, tmp_path / "log", "serve", "--bind", f"127.0.0.1:{port}", ready=f"http://localhost:{port}/healthz"
    ):
        visitor = Visitor(port, "musubi.example")
        status, headers, page = visitor.ask("GET", "/sign-in")
        assert status == 200
        assert "Enter as" not in page
        assert "__Host-musubi" in visitor.cookies
        assert "max-age=" in headers["Strict-Transport-Security"]
        assert visitor.ask("POST", "/sign-in/as", csrf_token=token_of(page), member="0" * 13)[0] == 404
        assert "Ada" in visitor.ask("GET", link)[2]
        assert Visitor(port, "evil.example").ask("GET", "/sign-in")[0] == 400
    assert (tmp_path / "log").read_text(encoding="utf-8") == ""


def test_a_session_of_a_running_server_is_swept_away(demo: tuple[int, Path, Path]) -> None:
    """A running process tidies up by itself, and writes the anchor of the audit log."""
    _, folder, _ = demo
    engine = create_engine(f"sqlite:///{folder}/musubi.sqlite", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE sign_ins SET expires_at = '2020-01-01 00:00:00'"))
    anchor, left, end = folder / "audit-anchor.jsonl", 1, time.monotonic() + 60
    while (left or not anchor.exists()) and time.monotonic() < end:
        time.sleep(0.2)
        with engine.connect() as connection:
            left = connection.scalar(text("SELECT count(*) FROM sign_ins"))
    assert left == 0, "the sessions are still there"
    assert anchor.exists()


def test_help_names_every_command() -> None:
    result = musubi({}, "--help")
    assert result.exit_code == 0
    for name in ("bootstrap", "upgrade", "demo", "serve", "audit"):
        assert re.search(rf"^  {name} ", result.output, re.MULTILINE)


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).parent / "musubi"
    assert subprocess.run([command, "--help"], capture_output=True, check=False).returncode == 0
