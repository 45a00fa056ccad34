"""What people do about posts without a name that takes a passkey: their browser, an address, a form.

Whoever it is is a persona of the demo, who may do without a passkey there.
"""

from flask.testing import FlaskClient

from community import ids
from community.db import action, db
from community.demo.personas import mail_of
from community.models import Member
from tests import trusting
from tests.factories import World
from tests.promoting import Nameless
from tests.unnamed import crowd, guided
from tests.unsealing import Pair

Act = tuple[FlaskClient, str, dict[str, str]]


def unseals(world: World, which: str) -> Act:
    """One of two site moderators, of whom the first has asked already when it is about the second."""
    pair = Pair(world, asker={"mail": mail_of("kubo")} if which == "asking" else {"mail": "first@example.test"})
    if which == "asking":
        return pair.asking, f"/moderation/posts/{ids.encode(pair.post)}/unseal", {"reason": trusting.REASON}
    pair.ask()
    pair.change(pair.second, mail=mail_of("kubo"))
    return pair.agreeing, f"/moderation/cases/{ids.encode(pair.case().id)}/unseal", {"version": "1"}


def answers_moderators(world: World, which: str) -> Act:
    """An author of an anonymous post about which moderators sent guidance."""
    room = crowd(world)
    author = world.member(mail=mail_of("kubo"))
    world.join(author, room.group)
    post, step = guided(world, room, author)
    path, form = {
        "appeal": (f"{ids.encode(post)}/decisions", {"decision": ids.encode(step), "words": "It was not so"}),
        "hear": ("told", {}),
    }[which]
    return world.enter(author), f"/me/anonymous/{path}", form


def answers_a_question(world: World) -> Act:
    """An author who is asked whether a copy may go into another group."""
    trade = Nameless(world)
    trade.propose()
    _is_kubo(trade.crowd[0])
    return trade.author, trade.question(), {"answer": "agree", "version": str(trade.row().version)}


@action
def _is_kubo(member: Member) -> None:
    db.session.get_one(Member, member.id).mail = mail_of("kubo")
