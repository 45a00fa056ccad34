"""Redis between the processes of a large site: what one process emits reaches the open pages of all.

Three things differ from the library. What Redis does not take is an error, so that the outbox delivers it again.
A Redis that hangs is one that is away. And after every time in which this process could not hear the others, its open
pages look again at what they show.
"""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from socketio import RedisManager

RETRY_SECONDS = 0.5
# The client's own repeating would hide that something was missed.
_OPTIONS = {"retry": Retry(NoBackoff(), 0), "socket_connect_timeout": 2, "socket_keepalive": True}
_log = structlog.get_logger()


class Exchange(RedisManager):
    """Publishes to the other processes and hears them. ``missed`` is called after a gap in hearing."""

    def __init__(self, url: str, missed: Callable[[], None]) -> None:
        super().__init__(url, channel="musubi", redis_options=dict(_OPTIONS))
        self.missed = missed
        # Of its own: who listens waits for ever, and who tells must not, since the outbox waits for it.
        self.telling: Redis = Redis.from_url(url, socket_timeout=2, **_OPTIONS)

    def _publish(self, data: dict[str, Any]) -> None:
        self.telling.publish(self.channel, self.json.dumps(data))

    def _redis_listen_with_retries(self) -> Iterator[Any]:
        pause, gap = Event(), False
        while True:
            try:
                self._redis_connect()
                self.pubsub.subscribe(self.channel)
                if gap:
                    self.missed()
                yield from self.pubsub.listen()
            except (RedisError, OSError) as error:
                _log.warning("redis is away", error=type(error).__name__)
                gap = True
            pause.wait(RETRY_SECONDS)
