"""What moderators hear of by themselves: a follow-up of something that was shared with another group."""

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased

from community import events, visibility
from community.alerts import moderators_of
from community.db import db
from community.models import Group, Member, NotificationKind, Post, Promotion, PromotionStage
from community.outbox import listen
from moderation.actions import consenting, copying

REGISTERING = (consenting, copying)  # these register with what calls them when they are imported

_Shared = aliased(Post, name="shared")
_shared = (
    exists()
    .where(_Shared.thread_id == Post.thread_id, Promotion.post_id == _Shared.id)
    .where(Promotion.stage == PromotionStage.PUBLISHED)
    .correlate(Post)
)
_FOLLOWED = select(Post.group_id).where(Post.id == bindparam("post_id"), Post.follow_up, _shared)
_CONCERNED = (
    select(Promotion.post_id, Promotion.proposer_id, Post.author_id)
    .join(Post, Post.id == Promotion.post_id)
    .where(Promotion.id == bindparam("promotion_id"))
)
_READERS = visibility.audience(Member.id)


@listen(events.PostPublished)
def remind(event: events.PostPublished, _number: int) -> None:
    """Tell the moderators of the source; what the target hears of it is theirs to propose."""
    group_id = db.session.scalar(_FOLLOWED, {"post_id": event.post_id})
    if group_id is None:
        return
    readers = set(db.session.scalars(_READERS, {"post_id": event.post_id}))
    for member_id in sorted(readers & set(moderators_of(group_id))):
        events.record(events.ReaderTold(member_id, NotificationKind.PROMOTION_FOLLOWED, event.post_id))


@listen(events.GroupChanged)
def end_with_group(event: events.GroupChanged, _number: int) -> None:
    """What is on its way from or to an archived group ends."""
    if db.session.scalar(select(Group.archived_at).where(Group.id == event.group_id)) is not None:
        copying.end_open(event.group_id)


@listen(events.PromotionAnswered)
def tell_source(event: events.PromotionAnswered, _number: int) -> None:
    """Tell who proposed a copy, and its author if the post names one; a door stands before what they are shown."""
    row = db.session.execute(_CONCERNED, {"promotion_id": event.promotion_id}).one_or_none()
    if row is None:
        return
    for member_id in sorted({row.proposer_id or 0, row.author_id or 0} - {0, event.by_id}):
        events.record(events.ReaderTold(member_id, NotificationKind.PROMOTION_ANSWERED, row.post_id))
