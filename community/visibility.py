"""Who sees a post, a group, a member: one rule, written once, read forwards and backwards.

``_sees(who, post, opening)`` is a condition in SQL. ``who`` is either the viewer's values or the columns of the members
table; ``post`` and ``opening`` are either the columns of posts or the values of a draft. So the same words answer
"what does she see?", "who sees this?" and "who would see it if I sent it?" (domain.md sections 3 and 4).

Statements built here carry the parameters ``viewer_*``: they are executed with ``viewer.binds`` and fail without.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    false,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from community.db import UTCDateTime, constant, is_one_of
from community.models import (
    LISTED,
    SEEING,
    Engagement,
    Grant,
    Group,
    Member,
    Membership,
    MemberState,
    Organization,
    Post,
    PostState,
    Quote,
    Recipient,
    Role,
    Thread,
    Visibility,
)
from community.tlp import ANY_READER, NAMED_ONLY, STAFF_ONLY, UNDER_NDA, Tlp

Rule = ColumnElement[bool]
# Everybody has one. Joined from outside it is left out by the planner where no column of it is asked for; joined from
# within it was compared with every member.
THEIR_ORGANIZATION = Organization.id == Member.organization_id
Opening = aliased(Post, name="opening")
# The rule's own aliases: a statement around it may join the same tables without being confused with them.
_Place = aliased(Membership, name="place")
_Named = aliased(Recipient, name="named")
_Given = aliased(Grant, name="given")
_Quoted = aliased(Post, name="quoted")
_Said = aliased(Post, name="said")
# Who is being vouched for again decides nothing. Dormant moderators are shown as part of an audience.
_DECIDING = (MemberState.ACTIVE, MemberState.DORMANT)


@dataclass(frozen=True)
class Who:
    """Whoever reads: one viewer's values, or columns of the members table."""

    id: ColumnElement[int]
    state: ColumnElement[str]
    engagement: ColumnElement[str]
    nda_signed: ColumnElement[bool]
    site_moderator: ColumnElement[bool]
    is_one: bool

    def belongs(self) -> Rule:
        """Are they in the group that stands beside?"""
        if not self.is_one:
            return _any_of(_Place, _Place.group_id == Group.id, _Place.member_id == self.id)
        # The groups of one viewer are looked up once a statement; of each of many they would be, for every one.
        return Group.id.in_(select(_Place.group_id).where(_Place.member_id == self.id))

    def moderates(self) -> Rule:
        """Are they a moderator, of the group that stands beside or of the site, and trusted (policy.is_trusted)?"""
        office = [_Place.member_id == self.id, is_one_of(_Place.role, [Role.MODERATOR])]
        here = (
            Group.id.in_(select(_Place.group_id).where(*office))
            if self.is_one
            else _any_of(_Place, _Place.group_id == Group.id, *office)
        )
        trusted = or_(is_one_of(self.engagement, [Engagement.STAFF]), self.nda_signed)
        return and_(is_one_of(self.state, _DECIDING), trusted, or_(self.site_moderator, here))


def _nothing(_who: Who) -> Rule:
    # What a draft may quote is asked when it is written, of everybody who would read it.
    return false()


_STANDING: ColumnElement[PostState] = constant(PostState.PUBLISHED)


@dataclass(frozen=True)
class What:
    """What is read: columns of posts, or the values of a draft.

    ``names(who)`` tells whom a TLP:RED post names; ``repeats(who)`` whether it repeats words under a label that is
    closed to them.
    """

    tlp: ColumnElement[Tlp]
    author_id: ColumnElement[int | None]
    released_at: ColumnElement[datetime]
    names: Callable[[Who], Rule]
    repeats: Callable[[Who], Rule] = _nothing
    state: ColumnElement[PostState] = _STANDING


VIEWER = Who(
    bindparam("viewer_id", type_=BigInteger),
    bindparam("viewer_state", type_=String),
    bindparam("viewer_engagement", type_=String),
    bindparam("viewer_nda", type_=Boolean),
    bindparam("viewer_site_moderator", type_=Boolean),
    is_one=True,
)


def _of(member: Any) -> Who:
    return Who(member.id, member.state, member.engagement, member.nda_signed, member.site_moderator, is_one=False)


MEMBER = _of(Member)


def _stored(post: Any) -> What:
    def names(who: Who) -> Rule:
        return _any_of(_Named, _Named.post_id == post.id, _Named.member_id == who.id)

    def repeats(who: Who) -> Rule:
        closed = not_(_by_label(who, _said))
        return _any_of((Quote, _Said), Quote.post_id == post.id, _Said.id == Quote.quoted_id, closed)

    return What(post.tlp, post.author_id, post.released_at, names, repeats, post.state)


POST, OPENING, _said = _stored(Post), _stored(Opening), _stored(_Said)


def draft(
    tlp: Tlp, author_id: int, at: datetime, recipients: Collection[int] = (), state: PostState = PostState.PUBLISHED
) -> What:
    """A post that does not exist yet, or not so, for asking who would see it."""

    def names(who: Who) -> Rule:
        return who.id.in_(recipients) if recipients else false()

    return What(
        literal(tlp, Post.tlp.type),
        literal(author_id, BigInteger),
        literal(at, UTCDateTime),
        names,
        state=constant(state),
    )


def _any_of(own: Any, *rules: Rule) -> Rule:
    # Left to itself the library takes the tables of the next statement outwards for the same, and joins those further
    # out anew: "this post's opening" would become "any opening" inside a question within a question.
    return exists().where(*rules).correlate_except(*own if isinstance(own, tuple) else (own,))


def _inside(who: Who, post: What) -> Rule:
    """May ``who`` read the group, as far back as the post? Stands beside ``groups`` in the statement."""
    # The moment matters only where the history is hidden, and a public group never hides it.
    return or_(
        is_one_of(Group.visibility, [Visibility.PUBLIC]),
        and_(who.belongs(), or_(Group.hides_history.is_(False), _came_before(who, post))),
    )


def _came_before(who: Who, post: What) -> Rule:
    here = and_(_Place.group_id == Group.id, _Place.member_id == who.id)
    return _any_of(_Place, here, _Place.since < post.released_at)


def _labelled(who: Who, post: What) -> Rule:
    """Does the label let ``who`` read it (domain.md section 4; H table 5)?

    A TLP:RED post reaches people whatever they are, so what it repeats is asked as well: a recipient who was staff when
    it was written, and is a contractor now, reads no staff's words in it. Under every other label the quote's own label
    was as strict or stricter for readers of the kind.
    """
    return and_(_by_label(who, post), or_(not_(is_one_of(post.tlp, NAMED_ONLY)), not_(post.repeats(who))))


def _by_label(who: Who, post: What) -> Rule:
    return or_(
        is_one_of(post.tlp, ANY_READER),
        and_(is_one_of(post.tlp, UNDER_NDA), or_(is_one_of(who.engagement, [Engagement.STAFF]), who.nda_signed)),
        and_(is_one_of(post.tlp, STAFF_ONLY), is_one_of(who.engagement, [Engagement.STAFF])),
        and_(is_one_of(post.tlp, NAMED_ONLY), or_(_wrote(who, post), post.names(who))),
    )


def _wrote(who: Who, post: What) -> Rule:
    # Never unknown, which the opposite of it would be, too: nobody is the author of what names nobody.
    return and_(post.author_id.is_not(None), post.author_id == who.id)


def _stands(who: Who, post: What) -> Rule:
    """What moderators removed is there for its author and for moderators only."""
    return or_(not_(is_one_of(post.state, [PostState.REMOVED])), _wrote(who, post), who.moderates())


def _sees(who: Who, post: What, opening: What, states: Collection[MemberState] = SEEING) -> Rule:
    """The rule for a post inside its thread: nobody sees it who does not see the post that opened the thread."""
    rule = and_(is_one_of(who.state, states), _inside(who, opening), _allowed(who, opening))
    return rule if post is opening else and_(rule, _follows(who, post))


def _follows(who: Who, post: What) -> Rule:
    """The part of the rule that is asked of each post of a thread whose opening ``who`` sees."""
    return and_(or_(Group.hides_history.is_(False), _came_before(who, post)), _allowed(who, post))


def _allowed(who: Who, post: What) -> Rule:
    return and_(_stands(who, post), _labelled(who, post))


def _granted(who: Who) -> Rule:
    return and_(not_(is_one_of(Post.state, [PostState.REMOVED])), _given_to(who))


def _given_to(who: Who) -> Rule:
    """Did the author open this one post to ``who``, be it removed or not? A secret group it does not leave.

    It does not open the words of others that the post quotes: whoever may not read those may not read it either.
    """
    unread = and_(not_(_opened(who, _Quoted)), not_(_sees(who, _stored(_Quoted), OPENING)))
    beyond = _any_of((Quote, _Quoted), Quote.post_id == Post.id, _Quoted.id == Quote.quoted_id, unread)
    return and_(
        is_one_of(who.state, SEEING),
        _opened(who, Post),
        or_(is_one_of(Group.visibility, [Visibility.PUBLIC, Visibility.PRIVATE]), who.belongs()),
        not_(beyond),
    )


def _opened(who: Who, post: Any) -> Rule:
    return _any_of(_Given, _Given.post_id == post.id, _Given.member_id == who.id)


def visible_posts(*columns: Any) -> Select[Any]:
    """Posts the viewer sees inside their threads.

    Further joins and conditions may be added; ``Group`` and ``Opening`` are joined.
    """
    return _with_context(select(*columns)).where(_sees(VIEWER, POST, OPENING))


def visible_openings(*columns: Any) -> Select[Any]:
    """Opening posts, and so threads, that the viewer sees. ``Thread`` and ``Group`` are joined."""
    # The post that has the id of a thread opens it. Said as a join, since of two equal columns of one row the planner
    # expects next to none.
    return (
        select(*columns)
        .select_from(Post)
        .join(Thread, Thread.id == Post.id)
        .join(Group, Group.id == Post.group_id)
        .where(_sees(VIEWER, POST, POST))
    )


def visible_beside(post: Any, *columns: Any) -> Select[Any]:
    """Posts of the thread that ``visible_openings`` found in the statement around, as the viewer sees them.

    ``post`` is an alias of the posts: what the rule says of opening and group is asked once a thread.
    """
    seen = _follows(VIEWER, _stored(post))
    return select(*columns).select_from(post).where(post.thread_id == Post.id, seen).correlate_except(post)


def visible_alone(*columns: Any) -> Select[Any]:
    """Posts the viewer may read one by one: inside their threads, or because the author granted it."""
    return _with_context(select(*columns)).where(or_(_sees(VIEWER, POST, OPENING), _granted(VIEWER)))


def seen_in_thread() -> Rule:
    """As a column beside ``visible_alone``: is the post seen inside its thread, and not by a grant only?"""
    return _sees(VIEWER, POST, OPENING)


def _with_context(statement: Select[Any]) -> Select[Any]:
    return (
        statement.select_from(Post).join(Opening, Opening.id == Post.thread_id).join(Group, Group.id == Post.group_id)
    )


def visible_groups(*columns: Any) -> Select[Any]:
    """Groups whose existence the viewer may know: all but the secret ones they do not belong to."""
    known = or_(is_one_of(Group.visibility, [Visibility.PUBLIC, Visibility.PRIVATE]), VIEWER.belongs())
    return select(*columns).select_from(Group).where(is_one_of(VIEWER.state, SEEING), known)


def reads_group() -> Rule:
    """As a condition beside ``groups``: may the viewer read posts there (each as its label allows)?"""
    return and_(
        is_one_of(VIEWER.state, SEEING), or_(is_one_of(Group.visibility, [Visibility.PUBLIC]), VIEWER.belongs())
    )


def visible_members(*columns: Any) -> Select[Any]:
    """Members whom the viewer may know: everyone listed. Dormant ones look like all others."""
    return _listed(*columns).outerjoin(Organization, THEIR_ORGANIZATION)


def _listed(*columns: Any) -> Select[Any]:
    seen = is_one_of(VIEWER.state, SEEING), is_one_of(Member.state, LISTED)
    return select(*columns).select_from(Member).where(*seen)


def members_of_group(*columns: Any) -> Select[Any]:
    """Members of the group given as parameter ``group_id``, when the viewer may see that list."""
    return count_in_group(*columns).outerjoin(Organization, THEIR_ORGANIZATION)


def count_in_group(*columns: Any) -> Select[Any]:
    """The same members for who counts them: what their organizations are called is not looked up."""
    return (
        _listed(*columns)
        .join(Membership, Membership.member_id == Member.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.id == bindparam("group_id"), reads_group())
    )


def audience(*columns: Any, states: Collection[MemberState] = SEEING) -> Select[Any]:
    """Members who see the post given as parameter ``post_id`` inside its thread. An empty answer means nobody.

    With ``states=LISTED`` dormant members are in: they are part of every shown audience and count.
    """
    return (
        _with_context(select(*columns))
        .join(Member, _sees(MEMBER, POST, OPENING, states))
        .outerjoin(Organization, THEIR_ORGANIZATION)
        .where(Post.id == bindparam("post_id"))
    )


def former_audience(*columns: Any) -> Select[Any]:
    """Members who could read the post ``post_id``, in its thread or by a grant, if moderators had removed nothing."""
    post, opening = (replace(each, state=_STANDING) for each in (POST, OPENING))
    statement = _with_context(select(*columns)).join(Member, or_(_sees(MEMBER, post, opening), _given_to(MEMBER)))
    return statement.where(Post.id == bindparam("post_id"))


def seen_by(member: Any) -> Rule:
    """As a condition beside posts with their context: does ``member``, an alias of the table, see the post there?"""
    return _sees(_of(member), POST, OPENING)


def draft_audience(post: What, *columns: Any, reply: bool) -> Select[Any]:
    """Members who would see ``post`` in the group ``group_id``; as a reply, in the thread ``thread_id``."""
    statement = select(*columns).select_from(Group)
    if reply:
        statement = statement.join(Opening, Opening.group_id == Group.id).where(Opening.id == bindparam("thread_id"))
    rule = _sees(MEMBER, post, OPENING if reply else post, LISTED)
    return (
        statement.join(Member, rule)
        .outerjoin(Organization, THEIR_ORGANIZATION)
        .where(Group.id == bindparam("group_id"))
    )
