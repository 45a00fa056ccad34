"""The check of the templates in ``make check`` notices what a reader would stumble over."""

import pytest
from jinja2 import DictLoader

from tools.templates import problems, throwaway_app


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('<a href="/groups/{{ 1|id }}?page=2#end">all</a> {% include "other.html" %}', None),
        ('<a href="{{ url_for("home.home") }}">home</a> <link rel="icon" href="/static/icon.svg">', None),
        ("{% if viewer %}", "Unexpected end of template"),
        ("{{ 1|no_such_filter }}", "No filter named"),
        ('{% include "missing.html" %}', "no template missing.html"),
        ('<a href="/grups">all</a>', "nothing at /grups"),
        ('<form action="/groups/{{ 1|id }}/burn" method="post">', "nothing at /groups/{{ 1|id }}/burn"),
        ('<img alt="" src="/static/no-such-file.svg">', "nothing at /static/no-such-file.svg"),
        ('{{ url_for("home.nowhere") }}', "no page home.nowhere"),
    ],
)
def test_a_broken_template_is_noticed(source: str, problem: str | None) -> None:
    app = throwaway_app()
    app.jinja_env.loader = DictLoader({"page.html": source, "other.html": ""})
    found = list(problems(app))
    assert len(found) == (problem is not None), found
    assert all(str(problem) in sentence for sentence in found)
