"""Which cases a moderator sees: one rule in SQL, for the queue, its counts and every single case (domain, section 7).

A group moderator sees the cases of the groups they moderate about posts that they read. A site moderator sees those
about posts that they read, and those that no moderator of the group can decide. Nobody sees, as a moderator, what
others say about a post of their own.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Select, and_, bindparam, exists, not_, or_, select
from sqlalchemy.orm import aliased

from community import visibility
from community.models import (
    Case,
    CaseKind,
    CaseState,
    CaseStep,
    Consent,
    Group,
    Member,
    Membership,
    MemberState,
    Post,
    Promotion,
    PromotionStage,
    Role,
    Submission,
    Thread,
)
from community.policy import Permission, can, is_trusted, trusted
from community.viewer import Viewer

Rule = ColumnElement[bool]
Author = aliased(Member, name="author")
_Judge = aliased(Member, name="judge")
_Office = aliased(Membership, name="office")
_Said = aliased(Submission, name="said_before")
_Done = aliased(CaseStep, name="done_before")
_Way = aliased(Promotion, name="way")
_Source = aliased(Post, name="way_source")
_Agreed = aliased(Consent, name="way_agreed")
_Waiting = aliased(Case, name="copy_case")
_me: ColumnElement[int] = bindparam("viewer_id", type_=BigInteger)

readable = visibility.seen_in_thread()


def about_posts(*columns: Any) -> Select[Any]:
    """Cases with their post, its thread, group and author; whose they are is not asked here."""
    return (
        select(*columns)
        .select_from(Case)
        .join(Post, Post.id == Case.post_id)
        .join(visibility.Opening, visibility.Opening.id == Post.thread_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Group, Group.id == Post.group_id)
        .outerjoin(Author, Author.id == Post.author_id)
    )


def spoke(who: Any) -> Rule:
    """Did ``who`` flag the post, or ask for something, in this case?"""
    return exists().where(_Said.case_id == Case.id, _Said.member_id == who).correlate_except(_Said)


def decided_before(who: Any) -> Rule:
    """Is this an appeal against a decision of ``who``?"""
    about = and_(_Said.case_id == Case.id, _Done.id == _Said.step_id, _Done.by_id == who)
    return exists().where(about).correlate_except(_Said, _Done)


def had_part(who: Any) -> Rule:
    """Is the post a copy that ``who`` proposed, agreed to, or wrote by name? They know; nobody else is told."""
    way = and_(_Way.copy_id == Case.post_id, _Source.id == _Way.post_id)
    agreed = exists().where(_Agreed.promotion_id == _Way.id, _Agreed.member_id == who).correlate_except(_Agreed)
    part = or_(_Way.proposer_id == who, _Source.author_id == who, agreed)
    return exists().where(way, part).correlate_except(_Way, _Source)


def shown_before() -> Rule:
    """Is the post a copy that was published already?"""
    way = and_(_Way.copy_id == Case.post_id, _Way.stage == PromotionStage.PUBLISHED)
    return exists().where(way).correlate_except(_Way)


def copy_waits() -> Rule:
    """Is the post a copy of which it has to be decided whether it is shown?"""
    about = and_(_Waiting.post_id == Case.post_id, _Waiting.kind == CaseKind.COPY, _Waiting.state == CaseState.OPEN)
    return exists().where(about).correlate_except(_Waiting)


def colleague(organization: Any) -> Rule:
    """Does the author of the post belong to this organization? Of a post that names nobody nothing is known."""
    return and_(Author.organization_id.is_not(None), Author.organization_id == organization)


_Asker = aliased(Member, name="asker")
_asked = and_(_Said.case_id == Case.id, _Asker.id == _Said.member_id)
asked_by_colleague = (
    exists()
    .where(_asked, _Asker.organization_id == bindparam("viewer_organization", type_=BigInteger))
    .correlate_except(_Said, _Asker)
)


def apart() -> Rule:
    """As a condition beside ``about_posts``, with ``viewer_organization``: has the viewer no part in the case?

    What they do not read counts for anybody: whose it is, they learn when they open it.
    """
    theirs = and_(readable, colleague(bindparam("viewer_organization", type_=BigInteger)))
    unsealing = and_(_unsealing, asked_by_colleague)
    return and_(not_(spoke(_me)), not_(decided_before(_me)), not_(had_part(_me)), not_(theirs), not_(unsealing))


# Somebody in the group who can decide: a moderator now who reads the post and has no part in the case.
_judged = exists().where(
    _Office.group_id == Case.group_id,
    _Office.role == Role.MODERATOR,
    _Judge.id == _Office.member_id,
    _Judge.state == MemberState.ACTIVE,
    trusted(_Judge),
    not_(colleague(_Judge.organization_id)),
    not_(spoke(_Judge.id)),
    not_(decided_before(_Judge.id)),
    visibility.seen_by(_Judge),
)
_here = exists().where(_Office.group_id == Case.group_id, _Office.member_id == _me, _Office.role == Role.MODERATOR)
# Whether an author becomes known is between site moderators, whoever reads the post.
_unsealing = Case.kind == CaseKind.UNSEALING
_others = or_(Post.author_id.is_(None), Post.author_id != _me)
# Who had a part in what names nobody, a copy above all, is told to nobody: so it is never left to the group alone.
_by_nobody = and_(Post.author_id.is_(None), Post.pseudonym.is_(None), Post.attribution == "")
_moderates: ColumnElement[bool] = bindparam("viewer_moderates", type_=Boolean)
_judged_here = _judged.correlate_except(_Judge, _Office)


def sees(kept: bool) -> Rule:
    """As a condition beside ``about_posts``: is the case the viewer's to see? ``kept`` tells what ``keeps`` says."""
    mine = and_(_moderates, _here.correlate_except(_Office), readable)
    if not kept:
        return and_(_others, mine, not_(_unsealing))
    return and_(_others, or_(mine, readable, _unsealing, _by_nobody, not_(_judged_here)))


def binds(viewer: Viewer) -> dict[str, Any]:
    """The values for every statement built here."""
    return viewer.binds | {"viewer_moderates": moderates(viewer)}


def moderates(viewer: Viewer) -> bool:
    """Can the viewer act as a moderator of the groups in which they are one?"""
    return viewer.state == MemberState.ACTIVE and is_trusted(viewer)


def keeps(viewer: Viewer) -> bool:
    """Is the viewer a site moderator who can act now?"""
    return can(viewer, Permission.COMMUNITY_TRUST)
