"""What hears at once, inside the running action, that a post reaches fewer people than before, or lost words."""

from collections.abc import Callable

Watcher = Callable[[int, bool], None]
_watchers: list[Watcher] = []


def when_post_shrinks(watch: Watcher) -> Watcher:
    """Register who must know of it: called with the post, and whether what stands below it in its thread goes too."""
    _watchers.append(watch)
    return watch


def post_shrank(post_id: int, *, below: bool = False) -> None:
    """Withdrawn, removed, redacted, or under a stricter label."""
    for watch in _watchers:
        watch(post_id, below)
