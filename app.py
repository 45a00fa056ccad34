"""The composition root: builds the application, wires the packages and their listeners together."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel
from sqlalchemy.pool import NullPool
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, ValidationError

from community import alerts, ids, live, logs, pages
from community import db as database
from community.db import db
from community.pages import about, errors, frame, hook, limits, visits
from community.pages.words import Templates
from community.settings import LOOPBACK, Settings, read_settings
from moderation import listeners as moderation_listeners
from moderation import pages as moderation_pages
from search import pages as search_pages
from trust import letters, rounds
from trust import pages as trust_pages

ROOT = Path(__file__).parent
# Modules that register with the outbox, the postman, housekeeping or an act when they are imported.
LISTENING = (alerts, live, moderation_listeners, letters, rounds)


class IdConverter(BaseConverter):
    """``<id:name>`` in an address: 13 characters, given to the page as a number."""

    regex = "[0-9a-z]{13}"

    def to_python(self, value: str) -> int:
        """Read the id; what is not one matches no address."""
        try:
            return ids.decode(value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: int) -> str:
        """Write the id."""
        return ids.encode(value)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from ``settings`` (by default from the environment).

    Raises WeakSettings when they are not fit to run with.
    """
    settings = settings.check() if settings else read_settings()
    app = Flask("musubi", root_path=str(ROOT))
    app.jinja_environment = Templates
    app.extensions["musubi"] = settings
    app.config.update(_config(settings))
    app.url_map.converters["id"] = IdConverter
    logs.configure()
    _database(app)
    Babel(app, locale_selector=hook.choose_locale, timezone_selector=hook.choose_time_zone)
    for part in (hook, about, visits, errors, frame, limits, pages, moderation_pages, search_pages, trust_pages):
        part.init_app(app)  # in this order: the hook looks first
    if settings.sockets:
        # Costs a third of the time to start; processes that serve pages only do without.
        from community import sockets

        sockets.init_app(app, settings)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0)  # type: ignore[method-assign]
    return app


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.session_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings.database_url),
        "TRUSTED_HOSTS": [settings.host, *LOOPBACK],
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 500,
        "SESSION_COOKIE_NAME": "__Host-musubi" if settings.secure else "musubi",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        # Our pages send no referrer, which the strict check would demand; Sec-Fetch-Site is checked instead.
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": settings.default_locale,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"poolclass": NullPool} if ":memory:" not in url else {}
    from psycopg import RawCursor  # SQLite does without the driver

    return {
        "pool_size": 8,
        "max_overflow": 8,
        "pool_pre_ping": False,
        # Pages only read, each statement for itself; actions ask for a transaction. The driver forgets its prepared
        # statements at every rollback, and planning the rule anew took PostgreSQL longer than answering.
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        # Statements come numbered as PostgreSQL wants them. With names the driver takes each one longer than 4096
        # characters apart anew, and the visibility rule is: that was every tenth millisecond of a page.
        "paramstyle": "numeric_dollar",
        "connect_args": {
            "cursor_factory": RawCursor,
            "options": "-c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan",
            "prepare_threshold": 2,
        },
    }


def _database(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        database.prepare(db.engine)
