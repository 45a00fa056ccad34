"""Says what the tests find on this machine, and what is left out because something is missing.

With ``--postgres`` it only answers by its exit status whether PostgreSQL can be used.
"""

import os
import sys
from pathlib import Path

import redis
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

POSTGRES = make_url(os.environ.get("MUSUBI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"))
REDIS = os.environ.get("MUSUBI_TEST_REDIS", "redis://127.0.0.1:6379/0")
CHROMIUM = os.environ.get("MUSUBI_TEST_CHROMIUM", "/usr/bin/chromium")


def postgres() -> bool:
    """Does the test server let us in, and may we make databases there?"""
    engine = create_engine(POSTGRES, connect_args={"connect_timeout": 5})
    allowed = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(text(allowed)))
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def redis_answers() -> bool:
    """Does Redis answer?"""
    try:
        return bool(redis.Redis.from_url(REDIS, socket_connect_timeout=5).ping())
    except redis.RedisError:
        return False


def chromium() -> bool:
    """Is there a browser to drive?"""
    return Path(CHROMIUM).exists()


def main() -> None:
    """Print one line for each piece."""
    if "--postgres" in sys.argv:
        sys.exit(not postgres())
    for name, found, otherwise in (
        (f"PostgreSQL at {POSTGRES}", postgres(), "every test runs on SQLite only"),
        (f"Redis at {REDIS}", redis_answers(), "the tests with several processes are skipped"),
        (f"Chromium at {CHROMIUM}", chromium(), "the tests in a browser are skipped"),
    ):
        print(f"{'found  ' if found else 'MISSING'} {name}{'' if found else ': ' + otherwise}", flush=True)


if __name__ == "__main__":
    main()
