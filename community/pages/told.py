"""Tells the reader in a line on the next page how an act went."""

from types import TracebackType
from typing import Any, Self

from flask import flash

from community.policy import Refused


class told:  # noqa: N801 - read as a word of the with statement
    """``with told(_("Saved.")):`` says so when the act inside went through, and why when it was refused.

    After a refusal the statements behind the block run. A ``form`` keeps the reason beside what was typed, for the page
    that shows both; without one the next page says it.
    """

    def __init__(self, done: str, form: Any = None) -> None:
        self.done = done
        self.form = form

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> bool:
        if isinstance(error, Refused) and self.form is not None:
            self.form.form_errors.append(error.reason)
        elif isinstance(error, Refused):
            flash(str(error.reason), "error")
        elif error is None:
            flash(self.done, "success")
        return isinstance(error, Refused)
