"""Into a group and out of it: join, ask, answer, invite, accept, leave, remove, and what one may do there.

Every act holds the group's row, so that two of them follow each other and a group never loses its last moderator.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from community import audit, events, visibility
from community.access import InvitationRow, NotFound, access_group, access_invitation, access_member
from community.actions.groups import ensure_trusted, hold_group, threads_of
from community.db import action, db
from community.models import LISTED, Follow, GroupInvitation, JoinRequest, Member, Membership, ReadMark, Role
from community.policy import NotAllowed, Permission, Refused, ensure, is_trusted
from community.viewer import Viewer, viewer_of_member

ASKED = _l("You have asked already. A moderator of the group will answer.")
ANSWERED = _l("This request was answered or withdrawn already. Nothing was changed now.")
IS_MEMBER = _l("This person is a member of the group already.")
IS_INVITED = _l("This person is invited already and has not answered yet.")
HAS_ASKED = _l("This person has asked to join. Please answer the request.")
LAPSED = _l("This invitation no longer holds. Please ask the person who invited you.")
LAST = _l("A group always has a moderator, and this is the last one. Make somebody else a moderator first.")


@action
def join_group(viewer: Viewer, group_id: int) -> None:
    """The viewer comes into a public group."""
    group = hold_group(viewer, group_id, "join")
    _begin(viewer, group_id, viewer.member_id, group.join_role, "member:membership:joined")


@action
def ask_to_join(viewer: Viewer, group_id: int, reason: str) -> None:
    """The viewer asks to come into a private group. Raises Refused when they have asked already."""
    hold_group(viewer, group_id, "ask")
    if db.session.scalar(select(JoinRequest.id).where(*_between(JoinRequest, group_id, viewer.member_id))):
        raise Refused(ASKED)
    db.session.add(JoinRequest(group_id=group_id, member_id=viewer.member_id, reason=reason))
    audit.record(viewer, "member:membership:asked", group_id=group_id, subject_id=viewer.member_id)
    events.record(events.JoinAsked(group_id, viewer.member_id))


@action
def take_back_request(viewer: Viewer, group_id: int) -> None:
    """The viewer asks no more; nothing happens when they had not asked."""
    group = access_group(viewer, group_id)
    if _drop(JoinRequest, group.id, viewer.member_id):
        audit.record(viewer, "member:membership:unasked", group_id=group_id, subject_id=viewer.member_id)


@action
def admit(viewer: Viewer, group_id: int, request_id: int) -> None:
    """Let in who asked, with the group's role for newcomers. Raises Refused when somebody answered before."""
    group = hold_group(viewer, group_id, "decide")
    member_id = _asker(viewer, group_id, request_id)
    _begin(viewer, group_id, member_id, group.join_role, "moderator:membership:admitted")


@action
def refuse(viewer: Viewer, group_id: int, request_id: int) -> None:
    """Do not let in who asked; they may ask again. Raises Refused when somebody answered before."""
    hold_group(viewer, group_id, "decide")
    member_id = _asker(viewer, group_id, request_id)
    _drop(JoinRequest, group_id, member_id)
    audit.record(viewer, "moderator:membership:refused", group_id=group_id, subject_id=member_id)
    events.record(events.JoinRefused(group_id, member_id))


def _asker(viewer: Viewer, group_id: int, request_id: int) -> int:
    mine = select(JoinRequest.member_id).where(JoinRequest.group_id == group_id, JoinRequest.id == request_id)
    asker = visibility.visible_members(Member.id).where(Member.id.in_(mine))
    member_id = db.session.scalar(asker, viewer.binds)
    if member_id is None:
        raise Refused(ANSWERED)
    return int(member_id)


@action
def invite(viewer: Viewer, group_id: int, member_id: int, role: Role) -> None:
    """Ask a member into a private or secret group, as ``role``.

    Raises NotFound when there is no such member, Refused when they are in, invited, or have asked.
    """
    hold_group(viewer, group_id, "invite")
    access_member(viewer, member_id)
    for model, reason in ((Membership, IS_MEMBER), (GroupInvitation, IS_INVITED), (JoinRequest, HAS_ASKED)):
        if db.session.scalar(select(model.member_id).where(*_between(model, group_id, member_id))):
            raise Refused(reason)
    db.session.add(GroupInvitation(group_id=group_id, member_id=member_id, inviter_id=viewer.member_id, role=role))
    audit.record(viewer, "moderator:membership:invited", group_id=group_id, subject_id=member_id, role=role)
    events.record(events.MemberInvited(group_id, member_id))


@action
def withdraw_invitation(viewer: Viewer, group_id: int, member_id: int) -> None:
    """Take back what a moderator of the group asked a member; nothing happens when it was answered already."""
    hold_group(viewer, group_id, "people")
    if _drop(GroupInvitation, group_id, member_id):
        _closed(viewer, "moderator:membership:uninvited", group_id, member_id)


@action
def accept_invitation(viewer: Viewer, invitation_id: int) -> int:
    """The viewer comes in. Returns the group's id.

    Raises NotFound when there is no such open invitation of theirs, Refused when who invited them no longer may, or the
    group is archived.
    """
    invitation = access_invitation(viewer, invitation_id)
    ensure(viewer, Permission.GROUP_ACCEPT, invitation)
    _ensure_still_theirs(viewer_of_member(invitation.inviter_id), invitation)
    invitation = access_invitation(viewer, invitation_id)
    _begin(viewer, invitation.group_id, viewer.member_id, invitation.role, "member:membership:accepted")
    return invitation.group_id


def _ensure_still_theirs(inviter: Viewer, invitation: InvitationRow) -> None:
    """Hold the group as the inviter: what they could not do now, their invitation cannot do either."""
    try:
        hold_group(inviter, invitation.group_id, "invite")
    except (NotFound, NotAllowed, Refused) as error:
        raise Refused(LAPSED) from error


@action
def decline_invitation(viewer: Viewer, invitation_id: int) -> None:
    """The viewer does not come in. Raises NotFound when there is no such open invitation of theirs."""
    invitation = access_invitation(viewer, invitation_id)
    _drop(GroupInvitation, invitation.group_id, viewer.member_id)
    _closed(viewer, "member:membership:declined", invitation.group_id, viewer.member_id)


@action
def leave_group(viewer: Viewer, group_id: int) -> None:
    """The viewer goes, at once. Raises Refused when they are the last moderator."""
    hold_group(viewer, group_id, "leave")
    _end(viewer, group_id, viewer.member_id, "member:membership:left")


@action
def remove_member(viewer: Viewer, group_id: int, member_id: int) -> None:
    """Put a member out of the group, at once.

    Raises NotFound when they are not in it, Refused when they are the last moderator.
    """
    hold_group(viewer, group_id, "people")
    _role_seen(viewer, group_id, member_id)
    _end(viewer, group_id, member_id, "moderator:membership:removed")


@action
def change_role(viewer: Viewer, group_id: int, member_id: int, role: Role) -> None:
    """Let a member do more or less in the group.

    Raises NotFound when they are not in it, Refused when they are the last moderator or may not be one.
    """
    hold_group(viewer, group_id, "people")
    before = _role_seen(viewer, group_id, member_id)
    if before == role:
        return
    if role == Role.MODERATOR:
        ensure_trusted(member_id)
    if before == Role.MODERATOR:
        _step_down(viewer, group_id, member_id)
    db.session.execute(update(Membership).where(*_between(Membership, group_id, member_id)).values(role=role))
    facts = {"before": before, "after": role}
    audit.record(viewer, "moderator:membership:changed", group_id=group_id, subject_id=member_id, **facts)
    events.record(events.RoleChanged(group_id, member_id))


def _begin(viewer: Viewer, group_id: int, member_id: int, role: Role, tag: str) -> None:
    """A membership begins now, with a new ``since``; what was asked between group and member is answered by it."""
    if _role(group_id, member_id):
        raise Refused(IS_MEMBER)
    _drop(JoinRequest, group_id, member_id)
    _drop(GroupInvitation, group_id, member_id)
    db.session.add(Membership(group_id=group_id, member_id=member_id, role=role))
    audit.record(viewer, tag, group_id=group_id, subject_id=member_id, role=role)
    events.record(events.MemberJoined(group_id, member_id, viewer.member_id))


def _end(viewer: Viewer, group_id: int, member_id: int, tag: str) -> None:
    """A membership ends, and with it what the member kept about the group's threads."""
    if _role(group_id, member_id) == Role.MODERATOR:
        _step_down(viewer, group_id, member_id)
    _drop(Membership, group_id, member_id)
    for kept in (Follow, ReadMark):
        inside = kept.thread_id.in_(threads_of(group_id))
        db.session.execute(delete(kept).where(kept.member_id == member_id, inside))
    audit.record(viewer, tag, group_id=group_id, subject_id=member_id)
    events.record(events.MemberRemoved(group_id, member_id, viewer.member_id))


def _step_down(viewer: Viewer, group_id: int, member_id: int) -> None:
    """A moderator is one no more: somebody else must be, and whom they invited is invited no more."""
    # Dormant moderators count: that they are dormant is nobody's business. Suspended ones do not.
    others = (
        select(Membership.member_id)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.group_id == group_id, Membership.role == Role.MODERATOR, Member.state.in_(LISTED))
        .where(Membership.member_id != member_id)
    )
    if not any(is_trusted(viewer_of_member(other)) for other in db.session.scalars(others).all()):
        raise Refused(LAST)
    theirs = (GroupInvitation.group_id == group_id, GroupInvitation.inviter_id == member_id)
    for invited in db.session.scalars(select(GroupInvitation.member_id).where(*theirs)).all():
        _drop(GroupInvitation, group_id, invited)
        _closed(viewer, "moderator:membership:uninvited", group_id, invited)


def _role(group_id: int, member_id: int) -> Role | None:
    return db.session.scalar(select(Membership.role).where(*_between(Membership, group_id, member_id)))


def _role_seen(viewer: Viewer, group_id: int, member_id: int) -> Role:
    seen = visibility.members_of_group(Membership.role).where(Member.id == member_id)
    role = db.session.scalar(seen, viewer.binds | {"group_id": group_id})
    if role is None:
        raise NotFound
    return Role(role)


def _between(model: Any, group_id: int, member_id: int) -> tuple[Any, ...]:
    return model.group_id == group_id, model.member_id == member_id


def _drop(model: Any, group_id: int, member_id: int) -> bool:
    dropped: Any = db.session.execute(delete(model).where(*_between(model, group_id, member_id)))
    return bool(dropped.rowcount)


def _closed(viewer: Viewer, tag: str, group_id: int, member_id: int) -> None:
    audit.record(viewer, tag, group_id=group_id, subject_id=member_id)
    events.record(events.InvitationClosed(group_id, member_id))
