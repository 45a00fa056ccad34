"""A member leaves: what they wrote stays, with their name or without it; everything else that is theirs goes.

No mail says goodbye. The page does, to the person who has just shown the passkey; a letter would need the address kept
beyond the moment at which it is to be gone.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.exc import OperationalError

from community import audit, events, policy, quoting, rendering
from community.actions import drafts
from community.db import action, db
from community.models import (
    SIGNING_IN,
    EarlierName,
    Follow,
    Grant,
    GroupInvitation,
    Invitation,
    JoinRequest,
    LeaverReport,
    Member,
    Membership,
    MemberState,
    Notification,
    Organization,
    OrganizationKind,
    Passkey,
    Post,
    Proposal,
    Quote,
    ReadMark,
    Recovery,
    RecoveryConsent,
    Revision,
    VouchRequest,
)
from community.policy import NotAllowed, Refused
from community.viewer import Viewer
from trust.actions import proposals
from trust.actions.standing import close_invitations, hold, move, person

NAMELESS = "–"
BUSY = _l("Something of yours is being written at this moment. Nothing was changed. Please send it again.")
_GOES: tuple[Any, ...] = (
    Membership.member_id,
    Follow.member_id,
    EarlierName.member_id,
    ReadMark.member_id,
    Notification.member_id,
    Notification.about_id,
    Passkey.member_id,
    Grant.member_id,
    GroupInvitation.member_id,
    JoinRequest.member_id,
    VouchRequest.person_id,
    VouchRequest.asker_id,
    RecoveryConsent.member_id,
    LeaverReport.member_id,
    Proposal.member_id,
    Proposal.by_id,
)


@action
def leave(viewer: Viewer, named: bool) -> None:
    """The viewer leaves the community; ``named`` keeps their name on what they wrote.

    Raises NotAllowed, Unproved, and Refused for the last site moderator who can act, or while something of theirs is
    being written.
    """
    viewer = hold(viewer)
    member = person(viewer.member_id)
    if member is None or member.state not in SIGNING_IN:
        raise NotAllowed
    policy.ensure_proved(viewer)
    proposals.ensure_not_last(viewer)
    _ensure_nobody_writes(member.id)
    audit.record(viewer, "member:member:left", subject_id=member.id, named=named)
    if member.site_moderator:
        proposals.step_down(member)
    drafts.forget_drafts(viewer)
    move(member, MemberState.LEFT)
    close_invitations(member.id)
    for column in _GOES:
        db.session.execute(delete(column.class_).where(column == member.id))
    _forget_address(member)
    member.profile, member.analyst, member.contact, member.seen_on = "", False, False, None
    if not named:
        _take_name_out_of_organization(member)
        member.name = ""
        _take_name_out_of_quotes(member.id)


def _take_name_out_of_organization(member: Member) -> None:
    """An organization that is nobody but this person would go on naming them beside every post."""
    organization = db.session.get_one(Organization, member.organization_id)
    others = select(Member.id).where(Member.organization_id == organization.id, Member.id != member.id).limit(1)
    is_one_person = organization.kind == OrganizationKind.INDIVIDUAL or organization.name == member.name
    if is_one_person and db.session.scalar(others) is None:
        organization.name = organization.short_name = NAMELESS


def _ensure_nobody_writes(member_id: int) -> None:
    """Raise Refused when something about the member, or a post that quotes them, is being written this very moment.

    Never wait for it: it was begun first, is recorded last, and the record waits for us.
    """
    quoting_posts = _posts_quoting(member_id)
    try:
        db.session.execute(select(Member.id).where(Member.id == member_id).with_for_update(nowait=True)).all()
        db.session.execute(select(Post.id).where(Post.id.in_(quoting_posts)).with_for_update(nowait=True)).all()
    except OperationalError:
        raise Refused(BUSY) from None


def _posts_quoting(member_id: int) -> Select[Any]:
    return select(Quote.post_id).where(Quote.quoted_id.in_(select(Post.id).where(Post.author_id == member_id)))


def _forget_address(member: Member) -> None:
    """The address can be invited anew, and nothing here says that it was known."""
    db.session.execute(delete(Recovery).where(or_(Recovery.member_id == member.id, Recovery.mail == member.mail)))
    came_by = update(Invitation).where(Invitation.member_id == member.id)
    db.session.execute(came_by.values(mail=None, name="", own_organization=""))
    member.mail = None


def _take_name_out_of_quotes(member_id: int) -> None:
    """Who quoted them named them: in their posts, earlier wordings and drafts."""
    written = frozenset(db.session.scalars(select(Post.id).where(Post.author_id == member_id)))
    quoting_posts = _posts_quoting(member_id)
    for post in db.session.scalars(select(Post).where(Post.id.in_(quoting_posts))):
        body = quoting.unnamed(post.body, written)
        if body != post.body:
            post.body, post.html = body, rendering.render(body, post.id)
            events.record(events.PostEdited(post.id))
    for revision in db.session.scalars(select(Revision).where(Revision.post_id.in_(quoting_posts))):
        revision.body = quoting.unnamed(revision.body, written)
    drafts.take_name_out_of_drafts(written)
