"""May the viewer still know the person whom a notification is about? Asked whenever it is shown or counted (LK-050)."""

from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, and_, bindparam, case, exists, false, not_, or_
from sqlalchemy.orm import aliased

from community.db import constant, is_one_of
from community.models import (
    LISTED,
    WAITING,
    Invitation,
    Member,
    MemberState,
    Notification,
    NotificationKind,
    Recovery,
    Vouch,
    VouchRequest,
)
from community.policy import keeps_trust

Rule = ColumnElement[bool]
_Me, _About = aliased(Member, name="me_now"), aliased(Member, name="about_now")
_about: Any = Notification.about_id
_me: BindParameter[int] = bindparam("viewer_id", type_=BigInteger)
_keeps_trust = exists().where(_Me.id == _me, keeps_trust(_Me))


def _row(model: Any, *rules: Rule) -> Rule:
    return exists().where(*rules).correlate_except(model)


_waits = exists().where(_About.id == _about, is_one_of(_About.state, WAITING)).correlate_except(_About)
_asked = and_(_waits, _row(VouchRequest, VouchRequest.person_id == _about, VouchRequest.asked_id == _me))
_vouches = _row(Vouch, Vouch.person_id == _about, Vouch.voucher_id == _me)
_brought = _row(Invitation, Invitation.member_id == _about, Invitation.sponsor_id == _me)
_stands = _row(Vouch, Vouch.person_id == _about, Vouch.voucher_id == _me, Vouch.void_at.is_(None))
_here = _row(_About, _About.id == _about, is_one_of(_About.state, (MemberState.PENDING, *LISTED)))
_listed = _row(_About, _About.id == _about, is_one_of(_About.state, LISTED))
_colleague = _row(
    _About, _About.id == _about, exists().where(_Me.id == _me, _Me.organization_id == _About.organization_id)
)
_active = exists().where(_Me.id == _me, _Me.state == constant(MemberState.ACTIVE))
_recovers = _row(Recovery, Recovery.member_id == _about)
_RULES: dict[NotificationKind, Rule] = {
    NotificationKind.VOUCH_ASKED: _asked,
    NotificationKind.NEWCOMER: _keeps_trust,
    NotificationKind.PROPOSED: _keeps_trust,
    NotificationKind.LEAVER_REPORTED: _keeps_trust,
    NotificationKind.UNSEALING: _keeps_trust,
    NotificationKind.VOUCHED: _listed,
    NotificationKind.APPOINTED: _listed,
    NotificationKind.DISMISSED: _listed,
    NotificationKind.ANSWERED_FOR: or_(_vouches, _brought),
    NotificationKind.RENAMED: and_(_here, or_(_stands, _brought)),
    NotificationKind.RECOVERY_ASKED: and_(_recovers, _active, or_(_stands, and_(_keeps_trust, not_(_colleague)))),
    NotificationKind.ORGANIZATION: _colleague,
}


def still_known() -> Rule:
    """As a condition beside ``notifications``: is it about nobody else, or about somebody the viewer may know of?"""
    about_me = or_(_about.is_(None), _about == _me)
    rules = [(Notification.kind == constant(kind), rule) for kind, rule in _RULES.items()]
    return or_(about_me, case(*rules, else_=false()))
