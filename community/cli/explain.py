"""Why does somebody see a post, or not?"""

import click

from community import ids
from community.cli.base import application


@click.command()
@click.argument("member")
@click.argument("post")
def explain(member: str, post: str) -> None:
    """Say step by step why MEMBER (a mail address) sees POST (the 13 characters of its address), or does not."""
    from community import explaining
    from community.db import db
    from community.models import Post

    with application().app_context():
        who = explaining.member_of(member)
        what = db.session.get(Post, _number(post))
        if who is None or what is None:
            raise click.ClickException("There is no such member." if who is None else "There is no such post.")
        for reason in explaining.explain(who, what):
            click.echo(f"{'yes' if reason.holds else 'no ':3}  {reason.question} ({reason.because})")


def _number(post: str) -> int:
    try:
        return ids.decode(post.rstrip("/").rpartition("/")[2])
    except ValueError:
        raise click.ClickException("That is not the address of a post: it ends in 13 characters.") from None
