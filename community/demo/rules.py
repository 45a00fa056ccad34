"""Holds the content of the demo community to the rules of the domain, with the same policy that the actions use."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from community.access import GroupRow
from community.demo.content import Content, Group, Member, Post, Thread
from community.demo.entry import ContentError
from community.models import Engagement, MemberState, OrganizationKind, PostKind, Role, Visibility
from community.policy import Permission, can, is_trusted, labels_to_write
from community.tlp import PUBLIC_GROUP, Tlp, not_wider_than
from community.viewer import EPOCH, NOBODY, Viewer

NOW = timedelta()
Faults = Iterator[tuple[str, str]]


def check(content: Content) -> None:
    """Raise ContentError for the first thing that could not have come about by the rules."""
    for member in content.members.values():
        _raise(f"members.yaml[{member.key}]", _member(content, member))
    for group in content.groups.values():
        _raise(f"groups.yaml[{group.key}]", _group(content, group))
    for persona in content.personas:
        if content.members[persona.member].state not in (MemberState.ACTIVE, MemberState.PENDING):
            raise ContentError(f"personas.yaml[{persona.key}]: member: is neither active nor pending")
    for thread in content.threads:
        _raise(thread.where, _thread(thread))
        for post in thread.posts:
            for rule in RULES:
                _raise(post.where, rule(content, thread, post))


def _raise(where: str, faults: Faults) -> None:
    for key, problem in faults:
        raise ContentError(f"{where}: {key}: {problem}")


def began(content: Content, group: Group, member: str) -> timedelta:
    """How long ago the membership of ``member`` in ``group`` began."""
    return group.joined.get(member, min(group.created, content.members[member].since))


def named(thread: Thread, post: Post) -> tuple[str, ...]:
    """Whom a TLP:RED post names; a reply in a TLP:RED thread goes to the same people."""
    opening = thread.posts[0]
    if post.tlp is not Tlp.RED or opening.tlp is not Tlp.RED or post is opening:
        return post.to
    return tuple(key for key in (opening.by, *opening.to) if key != post.by)


def _member(content: Content, member: Member) -> Faults:
    if member.nda and member.engagement is Engagement.STAFF:
        yield "nda", "is for contractors"
    if "site_moderator" in member.roles and not is_trusted(_viewer(member)):
        yield "roles", "a site moderator is staff, or a contractor with a signed agreement"
    if not all(domain.endswith(".example") for domain in content.organizations[member.organization].domains):
        yield "organization", "has a mail domain outside .example"
    alone = content.organizations[member.organization].kind is OrganizationKind.INDIVIDUAL
    if alone and sum(other.organization == member.organization for other in content.members.values()) > 1:
        yield "organization", "is one person alone"


def _group(content: Content, group: Group) -> Faults:
    public = group.visibility is Visibility.PUBLIC
    if not group.labels or (public and not {Tlp(label) for label in group.labels} <= PUBLIC_GROUP):
        yield "labels", "a group takes some label, a public one GREEN and CLEAR only"
    if public and group.hidden_history:
        yield "hidden_history", "a public group has no hidden history"
    moderators = [content.members[key] for key, role in group.roles.items() if role is Role.MODERATOR]
    if not moderators or not all(is_trusted(_viewer(one)) and one.state is MemberState.ACTIVE for one in moderators):
        yield "moderator", "must be active, and staff or under an agreement"
    for key in group.roles:
        if not NOW < began(content, group, key) <= min(group.created, content.members[key].since):
            yield "joined", f"{key} is in before the group or the member was there"
        if content.members[key].state is MemberState.PENDING:
            yield "contributor, reader", f"{key} is pending"
    yield from _door(content, group)


def _door(content: Content, group: Group) -> Faults:
    for asker in group.asked:
        if group.visibility is not Visibility.PRIVATE or not _may_come(content, group, asker.member):
            yield "asked", f"{asker.member} cannot ask to join"
    for guest in group.invited:
        closed = group.visibility is Visibility.PUBLIC or group.roles[guest.by] is not Role.MODERATOR
        if closed or not _may_come(content, group, guest.member):
            yield "invited", f"{guest.member} cannot be invited by {guest.by}"


def _may_come(content: Content, group: Group, member: str) -> bool:
    return member not in group.roles and content.members[member].state is MemberState.ACTIVE and not group.archived


def _thread(thread: Thread) -> Faults:
    if (thread.kind is PostKind.INCIDENT) != (thread.event is not None):
        yield "event", "goes with the kind incident"
    if thread.causes and thread.kind is not PostKind.INCIDENT:
        yield "causes", "go with the kind incident"
    times = [post.ago for post in thread.posts]
    if sorted(times, reverse=True) != times:
        yield "posts", "are not in the order of time"


def _author(content: Content, thread: Thread, post: Post) -> Faults:
    member, group = content.members[post.by], content.groups[thread.group]
    viewer, row = _viewer(member), _row(group, group.roles.get(post.by))
    opening = thread.posts[0]
    if member.state is MemberState.PENDING or not can(viewer, Permission.THREAD_CREATE, row):
        yield "by", f"{post.by} may not write in {group.key}"
    elif not began(content, group, post.by) >= (opening.ago if group.hidden_history else post.ago):
        yield "by", f"{post.by} was not in {group.key} yet"
    if post.tlp not in labels_to_write(viewer, row, None if post is opening else opening.tlp):
        yield "tlp", f"{post.by} may not write {post.tlp} here"
    if not (group.archived or NOW) < post.ago:
        yield "ago", "is after the end"


def _viewer(member: Member) -> Viewer:
    return replace(
        NOBODY,
        member_id=1,
        state=MemberState.ACTIVE,
        engagement=member.engagement,
        nda_signed=member.nda,
        passkey_at=EPOCH,
    )


def _row(group: Group, role: Role | None) -> GroupRow:
    rules = (group.visibility, group.hidden_history, Role.READER, list(group.labels), group.anonymous)
    return GroupRow(0, "", "", *rules, None, role, None)


def _recipients(content: Content, thread: Thread, post: Post) -> Faults:
    opening, group = thread.posts[0], content.groups[thread.group]
    if post.tlp is Tlp.RED and opening.tlp is Tlp.RED and post is not opening:
        if post.to or post.by not in (opening.by, *opening.to):
            yield "to", "a reply to TLP:RED goes to the same people"
        return
    if (post.tlp is Tlp.RED) != bool(post.to):
        yield "to", "names the recipients of TLP:RED, and of nothing else"
    for key in post.to:
        inside = key in group.roles and began(content, group, key) >= post.ago
        if key == post.by or not inside or content.members[key].state is not MemberState.ACTIVE:
            yield "to", f"{key} cannot be a recipient"


def _grants(content: Content, thread: Thread, post: Post) -> Faults:
    group = content.groups[thread.group]
    for key, ago in post.grants:
        secret = group.visibility is Visibility.SECRET and key not in group.roles
        if key == post.by or secret or content.members[key].state is not MemberState.ACTIVE:
            yield "grants", f"it cannot be opened to {key}"
        if not NOW < ago < post.ago:
            yield "grants", "are given after posting"


def _references(_content: Content, thread: Thread, post: Post) -> Faults:
    quoted = next((one for one in thread.posts if one.key == post.quotes), None)
    if quoted:
        lines = [line.removeprefix("> ") for line in post.text.splitlines() if line.startswith("> ")]
        if not lines or not post.text.startswith("> ") or not all(line in quoted.text for line in lines):
            yield "quotes", "the text begins with words of the quoted post"
        if quoted.withdrawn is not None or post.tlp not in not_wider_than(quoted.tlp):
            yield "quotes", "a post is never wider than what it quotes"
    if post.follow_up and (post is thread.posts[0] or post.by != thread.posts[0].by):
        yield "follow_up", "is by the author of the first report"


def _changes(_content: Content, thread: Thread, post: Post) -> Faults:
    times = [post.ago, *(ago for ago, _ in post.edits), *([post.withdrawn] if post.withdrawn is not None else [])]
    if sorted(set(times), reverse=True) != times or times[-1] <= NOW:
        yield "edits, withdrawn", "come after posting, one after the other"
    if post.withdrawn is not None and (post is thread.posts[0] or post.grants):
        yield "withdrawn", "a withdrawn post here is a reply without grants"


RULES: tuple[Callable[[Content, Thread, Post], Faults], ...] = (_author, _recipients, _grants, _references, _changes)
