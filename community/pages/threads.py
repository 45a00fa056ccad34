"""A thread: what happened, what do I do, may I pass this on?"""

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from community import ids, listing, lists, policy, single
from community.access import NotFound, ThreadRow, access_post, access_thread, named
from community.actions import reading as reading_actions
from community.pages.frame import called
from community.pages.hook import current_viewer
from community.policy import Permission

pages = Blueprint("threads", __name__)


@pages.get("/threads/<id:thread_id>")
def show(thread_id: int) -> str | BaseResponse:
    """The posts of a thread that the viewer sees, from the first unread one when asked for."""
    viewer = current_viewer()
    thread = access_thread(viewer, thread_id)
    if "unread" in request.args and thread.read_to:
        first = listing.page_of_first_unread(viewer, thread_id, thread.read_to)
        return redirect(url_for(".show", thread_id=thread_id, page=first), 303)
    page = listing.posts_of_thread(viewer, thread, page_number())
    caught_up = _follows_on(thread, page)
    shown = _shown(thread, page)
    _mark(thread, page, caught_up)  # before the frame counts what is unread
    return render_template("community/threads/show.html", caught_up=caught_up, **shown)


def page_number() -> int:
    """The page asked for, from 1; nonsense reads the first."""
    return min(max(request.args.get("page", 1, int), 1), 10_000)


def _shown(thread: ThreadRow, page: listing.Page) -> dict[str, Any]:
    viewer = current_viewer()
    total = listing.count_posts(viewer, thread.id) if page.more or page.number > 1 else len(page.rows)
    return {
        "thread": thread,
        "page": page,
        "total": total,
        "last_page": max(1, -(-total // listing.PAGE)),
        "may_reply": policy.can(viewer, Permission.POST_REPLY, thread),
        "may_moderate": policy.can(viewer, Permission.THREAD_MODERATE, thread),
        "writes": policy.can(viewer, Permission.THREAD_CREATE, thread.group),
        "event_types": lists.event_types(),
        "cause_types": lists.cause_types(),
    }


def _follows_on(thread: ThreadRow, page: listing.Page) -> bool:
    """Has the viewer read everything before this page, so that reading it leaves nothing unread behind?"""
    if page.number == 1:
        return True
    if thread.read_to is None:
        return False
    return listing.page_of_first_unread(current_viewer(), thread.id, thread.read_to) >= page.number


def _mark(thread: ThreadRow, page: listing.Page, caught_up: bool) -> None:
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return  # an open page looks again, perhaps while nobody looks at it
    newest = max((row.released_at for row in page.rows), default=None)
    if newest and (thread.read_to is None or newest > thread.read_to):
        shown = [row.id for row in page.rows]
        reading_actions.mark_shown(current_viewer(), thread, newest if caught_up else None, shown)


@pages.get("/posts/<id:post_id>/live")
def live(post_id: int) -> Response:
    """What an open page needs of a post it was pointed at: where it stands, what to say of it, how it looks there."""
    viewer = current_viewer()
    post = access_post(viewer, post_id)
    row = single.details(viewer, post_id)
    answer: dict[str, Any] = {"href": f"/posts/{ids.encode(post_id)}", "tlp": row.tlp, "severity": row.severity}
    answer["author"] = called(row.author_name, row.pseudonym) or row.attribution
    answer["mine"] = row.author_id == viewer.member_id
    if post.in_thread:
        shown = _shown(post.thread, listing.Page([row], 1, more=False))
        html = render_template("community/threads/one.html", row=row, **shown)
        answer |= {"thread": ids.encode(post.thread.id), "group": ids.encode(post.group.id), "html": html}
        answer |= {"title": post.thread.title, "at": row.released_at.isoformat()}
    return jsonify(answer)


@pages.get("/threads/<id:thread_id>/since")
def since(thread_id: int) -> Response:
    """The posts of a thread that came after the post ``?after=``: what a page that was asleep has missed."""
    viewer = current_viewer()
    thread = access_thread(viewer, thread_id)
    after = named(request.args.get("after", ""))
    return jsonify(posts=[ids.encode(row.id) for row in listing.posts_after(viewer, thread, after)])


@pages.post("/threads/<id:thread_id>/read")
def read(thread_id: int) -> Response:
    """Mark the thread read up to the post ``to``, which an open page showed at its end without being loaded anew."""
    viewer = current_viewer()
    thread = access_thread(viewer, thread_id)
    post = access_post(viewer, named(request.form.get("to", "")))
    if post.thread.id != thread.id or not post.in_thread:
        raise NotFound
    since = thread.read_to or post.released_at
    shown = [post.id, *listing.ids_between(viewer, thread, since, post.released_at)]
    reading_actions.mark_shown(viewer, thread, post.released_at, shown)
    return Response(status=204)


@pages.post("/threads/<id:thread_id>/follow")
def follow(thread_id: int) -> BaseResponse:
    """Follow the thread, or stop following it when ``stop`` is sent."""
    viewer = current_viewer()
    thread = access_thread(viewer, thread_id)
    change = reading_actions.unfollow if "stop" in request.form else reading_actions.follow
    change(viewer, thread)
    return redirect(url_for(".show", thread_id=thread_id), 303)
