"""Mail, by the numbers of shared leaks: what a letter says, to whom, and when it is not sent any more."""

from community.db import action
from community.mail import queue
from community.models import Group, LetterKind, MemberState, Role, Visibility
from tests.browsing import send
from tests.factories import World, save
from tests.post_office import PostOffice, deliver
from tests.trusting import suspend

CANARY = "Kanariya-7c31"


@action
def have_written(*letters: tuple[LetterKind, int]) -> None:
    for kind, subject_id in letters:
        queue(kind, subject_id)


INVITATION = {
    "mail": "new@new.example",
    "organization": "other",
    "organization_name": "X",
    "knows": "Well",
    "locale": "en",
}


def in_a_secret_room(world: World) -> Group:
    """A room whose name, description, thread and post are the canary, and two of its members who get letters."""
    group = world.group(CANARY, Visibility.SECRET, description=CANARY)
    for state in (MemberState.REVOUCHING, MemberState.PENDING):
        other = world.member(state=state)
        world.join(other, group)
        have_written((LetterKind(state), other.id))
    return group


def test_lk_053_lk_054_lk_058_a_mail_speaks_of_no_group_and_no_post(world: World, office: PostOffice) -> None:
    """Neither in its subject nor in its text or headers, and to one person alone."""
    member, keeper = world.member("Mori"), world.member("Keeper", site_moderator=True)
    group = in_a_secret_room(world)
    world.join(member, group, Role.MODERATOR)
    world.thread(group, member, CANARY, body=CANARY)
    assert send(world.enter(member), "/invite/new", **INVITATION).status_code == 303
    have_written((LetterKind.ACTIVE, member.id), (LetterKind.PASSKEY_ADDED, member.id))
    deliver()
    suspend(world.enter(keeper), member)
    deliver()
    assert len(office.received) == 6
    for recipients, message in office.received:
        assert [str(message["To"])] == recipients
        assert (message["Cc"], message["Bcc"]) == (None, None)
        assert CANARY not in message.as_string()
        assert all(CANARY not in part.get_content() for part in message.walk() if not part.is_multipart())


def test_lk_055_what_was_overtaken_is_not_sent(world: World, office: PostOffice) -> None:
    """Rights are looked up when the letter is written, not when it was queued."""
    member = world.member(state=MemberState.REVOUCHING)
    have_written((LetterKind.REVOUCHING, member.id), (LetterKind.ACTIVE, member.id))
    member.state = MemberState.SUSPENDED
    save(member)
    deliver()
    assert office.received == []
