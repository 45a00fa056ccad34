"""What every page shows around its own part: my groups with unread, counts, times, ids, the language of the page."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, session
from flask_babel import get_locale, gettext, ngettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from community import VERSION, clock, ids, lists, pseudonyms, reading, rosters
from community.pages import missing, words
from community.pages.hook import choose_time_zone, current_viewer
from community.settings import settings
from community.viewer import Viewer

HOUR = timedelta(hours=1)
_waiting: list[Callable[[Viewer], int]] = []


def wait_for(count: Callable[[Viewer], int]) -> None:
    """Register what else waits for a moderator, beside requests to join: the number in the frame counts it, too."""
    if count not in _waiting:
        _waiting.append(count)


class Nav:
    """The frame's own data, read when the template asks for it and once a page."""

    @cached_property
    def _frame(self) -> reading.Frame:
        return reading.frame(current_viewer())

    @property
    def groups(self) -> tuple[Any, ...]:
        """My groups: ``id name visibility role unread``, by name."""
        return self._frame.groups

    def rail(self, current: int) -> Iterator[tuple[Any, ...]]:
        """The values that a line of the list beside every page shows, and whether the page is about that group."""
        return ((one.id, one.name, one.visibility, one.unread, one.id == current) for one in self.groups)

    @property
    def unread_notifications(self) -> int:
        """How many notifications I have not seen, of those I may still see."""
        return self._frame.unseen

    @cached_property
    def moderates(self) -> bool:
        """Do I moderate a group?"""
        return any(group.role == "moderator" for group in self.groups)

    @cached_property
    def waiting(self) -> int:
        """How much waits for me as a moderator: requests to join my groups, and cases."""
        viewer = current_viewer()
        if not self.moderates and not viewer.site_moderator:
            return 0
        asked = rosters.count_waiting(viewer) if self.moderates else 0
        return asked + sum(count(viewer) for count in _waiting)


def nav() -> Nav:
    """The frame of this page."""
    if "nav" not in g:
        g.nav = Nav()
    return g.nav  # type: ignore[no-any-return]


@lru_cache(maxsize=500)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(moment: datetime) -> datetime:
    """The moment in the reader's time zone."""
    return moment.astimezone(_zone(choose_time_zone()))


def meant(day: datetime) -> datetime:
    """A date or time that the reader has typed, as a moment: they mean it where they are."""
    return day.replace(tzinfo=_zone(choose_time_zone())).astimezone(UTC)


def when(moment: datetime | None) -> Markup:
    """A ``time`` element: relative for the last day, else the local minute; the exact moment on hover."""
    if moment is None:
        return Markup()
    there = local(moment)
    exact = there.isoformat(" ", "minutes")[:16]
    stamp, hover = there.isoformat("T", "minutes"), f"{exact} {there.tzname()}"
    # Every part is of our own making; formatting them as Markup would escape twenty times a page for nothing.
    return Markup(f'<time datetime="{stamp}" title="{hover}">{_short(moment, exact)}</time>')  # noqa: S704


def _short(moment: datetime, exact: str) -> str:
    age = clock.now() - moment
    if age < timedelta(minutes=1):
        return str(gettext("just now")) if age > -HOUR else exact
    if age < HOUR:
        minutes = int(age.total_seconds() // 60)
        return str(ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes))
    if age < timedelta(days=1):
        return str(ngettext("%(num)d hour ago", "%(num)d hours ago", int(age.total_seconds() // 3600)))
    return exact


def around(moment: datetime) -> Markup:
    """A ``time`` element that tells no more than the hour, for what has no name."""
    there = local(moment).replace(minute=0, second=0, microsecond=0)
    words = gettext("in the hour from %(time)s", time=there.isoformat(" ", "minutes")[:16])
    return Markup('<time datetime="{}">{}</time>').format(there.isoformat("T", "minutes"), words)


def written(row: Any) -> Markup:
    """When a post was released, as exactly as may be told: of what has no name the hour, of a copy the day."""
    if row.pseudonym is not None:
        return around(row.released_at)
    is_copy = row.author_name is None and not row.attribution
    return day(row.released_at) if is_copy else when(row.released_at)


def day(moment: Any) -> Markup:
    """A ``time`` element for a day."""
    there = local(moment) if isinstance(moment, datetime) else moment
    return Markup('<time datetime="{0}">{0}</time>').format(f"{there:%Y-%m-%d}")


def sectors(codes: str | None) -> str:
    """Names of sectors in the reader's language, from their codes joined by commas."""
    return _sectors(codes, str(get_locale())) if codes else ""


@lru_cache(maxsize=5000)
def _sectors(codes: str, locale: str) -> str:
    names = lists.sectors()
    return ", ".join(names[code].name(locale) if code in names else code for code in codes.split(","))


def called(name: str | None, pseudonym: int | None = None) -> str:
    """How an author is called: by their name or pseudonym; whoever left without it is a former member.

    Nothing for nobody.
    """
    if pseudonym is not None:
        return pseudonym_words(pseudonym)
    return str(gettext("A former member")) if name == "" else name or ""


def pseudonym_words(number: int) -> str:
    """The word pair of an anonymous author, in the reader's language."""
    return pseudonyms.pseudonym(number, str(get_locale()))


def csrf_field() -> Markup:
    """The hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _context() -> dict[str, Any]:
    viewer = current_viewer()
    return {
        "viewer": viewer,
        "nav": nav(),
        "locale": str(get_locale()),
        "theme": session.get("theme", viewer.theme) if viewer.is_guest else viewer.theme,
        "community_name": settings().community_name,
        "demo": settings().demo,
        "anonymous_minutes": settings().anonymous_minutes,
    }


def version(app: Flask) -> str:
    """The version of the program and of its static files: browsers keep those until it changes."""
    digest = hashlib.sha256()
    for path in sorted(filter(Path.is_file, Path(app.static_folder or "").rglob("*.*"))):
        digest.update(path.read_bytes())
    return f"{VERSION}-{digest.hexdigest()[:8]}"


def init_app(app: Flask) -> None:
    """Give the templates their context and filters."""
    app.context_processor(_context)
    app.jinja_env.filters.update(when=when, day=day, sectors=sectors, id=ids.encode, called=called)
    app.jinja_env.filters.update(around=around, written=written, pseudonym=pseudonym_words)
    app.jinja_env.globals.update(csrf=csrf_field)  # a global, because imported macros do not see the context
    words.install(app.jinja_env)
    missing.init_app(app)
    app.jinja_env.globals["version"] = version(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
