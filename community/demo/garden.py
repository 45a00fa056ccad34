"""What all rows of the demo share: the content, the moment of loading, and a random number for each key."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from community import clock
from community.demo.content import Content
from community.demo.entry import span

TOKYO = ZoneInfo("Asia/Tokyo")
FORMS = {"t": "%H:%M", "d": "%m/%d", "dt": "%m/%d %H:%M"}
MOMENT = re.compile(r"\{(dt|d|t):([^}]*)\}")
A_DAY = timedelta(days=1)


@dataclass
class Garden:
    """The demo community about to be written, at the moment ``now``."""

    community: Content
    now: datetime
    ids: dict[tuple[str, str], int] = field(default_factory=dict)

    def id(self, kind: str, key: str) -> int:
        """The number of what the content calls ``key``."""
        return self.ids.setdefault((kind, key), clock.random_id())

    def at(self, ago: timedelta) -> datetime:
        """The moment ``ago``."""
        return self.now - ago

    def written(self, thread: int, index: int, ago: timedelta) -> datetime:
        """When post number ``index`` of a thread was written.

        What is older than a day gets minutes and seconds of its own, in the order of the thread: people do not write
        on the hour.
        """
        own = timedelta(minutes=17 * thread % 40 + 11 * index, seconds=(37 * thread + 23 * index) % 60)
        return self.now - ago + (own if ago > A_DAY else timedelta())

    def filled(self, text: str) -> str:
        """``text`` with ``{t:3h}``, ``{d:2d}`` and ``{dt:2d3h}`` replaced by that time, day, or both, before now."""
        return MOMENT.sub(lambda match: f"{self.at(span(match[2])).astimezone(TOKYO):{FORMS[match[1]]}}", text)
