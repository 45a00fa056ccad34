"""The floor: the least that Flask, SQLAlchemy and Jinja must do for a thread page, a group page, home and a reply.

Session, membership check, the rows, plain templates, three statements; no labels, no read marks, no log. What a page of
ours costs beyond this is what permissions and the frame cost.
"""

import datetime as dt
import html
import os
import secrets
from typing import Any

from flask import Flask, abort, redirect, request, session
from sqlalchemy import ForeignKey, and_, create_engine, func, select, update
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    contains_eager,
    joinedload,
    mapped_column,
    relationship,
    scoped_session,
    sessionmaker,
)
from werkzeug.wrappers import Response


class Base(DeclarativeBase):
    """Base of the floor's tables."""


class Member(Base):
    """A member."""

    __tablename__ = "member"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Forum(Base):
    """A group."""

    __tablename__ = "forum"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    topics: Mapped[int]
    posts: Mapped[int]
    last_topic: Mapped[int]
    last_at: Mapped[dt.datetime] = mapped_column()
    last_by: Mapped[str]


class Place(Base):
    """A member in a group."""

    __tablename__ = "place"
    member_id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(primary_key=True)


class Topic(Base):
    """A thread."""

    __tablename__ = "topic"
    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    posts: Mapped[int]
    last_at: Mapped[dt.datetime]
    forum: Mapped[Forum] = relationship()
    author: Mapped[Member] = relationship()


class Post(Base):
    """A post, with its rendered text."""

    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created: Mapped[dt.datetime]
    body: Mapped[str]
    html: Mapped[str]
    number: Mapped[int]
    author: Mapped[Member] = relationship()


class Case(Base):
    """Something that waits for a moderator."""

    __tablename__ = "waiting"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    due: Mapped[dt.datetime] = mapped_column(index=True)
    topic: Mapped[Topic] = relationship()


engine = create_engine(os.environ["FLOOR_DATABASE"], pool_size=8, max_overflow=8)
Session = scoped_session(sessionmaker(engine, expire_on_commit=False))
app = Flask("floor")
app.secret_key = os.environ.get("FLOOR_KEY", "floor")

HEAD = """<!doctype html><html lang=en><head><meta charset=utf-8><title>{{ title }}</title>
<link rel=stylesheet href=/static/floor.css></head>
<body><header><nav><a href=/>Home</a> <a href=/groups>Groups</a> <a href=/search>Search</a>
<span>{{ me.name }}</span></nav></header><main>"""
TAIL = "</main><footer>floor</footer></body></html>"
THREAD = (
    HEAD
    + """<h1>{{ topic.title }}</h1><p>
<a href="/group/{{ topic.forum_id }}">{{ topic.forum.name }}</a> {{ topic.posts }}</p>
{% for p in posts %}<article id="p{{ p.id }}"><header><a href="/member/{{ p.author.id }}">{{ p.author.name }}</a>
<a href="#p{{ p.id }}">#{{ p.number }}</a>
<time datetime="{{ p.created.isoformat() }}">{{ p.created.strftime('%Y-%m-%d %H:%M') }}</time></header>
<div>{{ p.html|safe }}</div>
<footer><a href="/post/{{ p.id }}/quote">Quote</a>
{% if p.author_id == me.id %}<a href="/post/{{ p.id }}/edit">Edit</a>{% endif %}</footer></article>
{% endfor %}<form method=post><input type=hidden name=csrf value="{{ csrf }}"><textarea name=body></textarea>
<button>Reply</button></form>"""
    + TAIL
)
HOME = (
    HEAD
    + """{% for f in forums %}<section><h2><a href="/group/{{ f.id }}">{{ f.name }}</a></h2><p>{{ f.description }}</p>
<p>{{ f.topics }} {{ f.posts }}
<a href="/thread/{{ f.last_topic }}">{{ f.last_at.strftime('%Y-%m-%d %H:%M') }}</a>
{{ f.last_by }}</p></section>{% endfor %}"""
    + TAIL
)
GROUP = (
    HEAD
    + """<h1>{{ forum.name }}</h1>{% for t in topics %}<section><h2><a href="/thread/{{ t.id }}">{{ t.title }}</a>
</h2>
<p>{{ t.author.name }} {{ t.posts }} {{ t.last_at.strftime('%Y-%m-%d %H:%M') }}</p></section>{% endfor %}"""
    + TAIL
)
QUEUE = (
    HEAD
    + """<h1>Queue</h1><p>{{ count }}</p>{% for c in cases %}<section>
<h2><a href="/case/{{ c.id }}">{{ c.topic.title }}</a></h2>
<p>{{ c.topic.author.name }} {{ c.due.strftime('%Y-%m-%d %H:%M') }}</p></section>{% endfor %}"""
    + TAIL
)
PAGES = {"thread": THREAD, "home": HOME, "group": GROUP, "queue": QUEUE}
TEMPLATES = {name: app.jinja_env.from_string(text) for name, text in PAGES.items()}


@app.teardown_appcontext
def _close(_error: BaseException | None) -> None:
    Session.remove()


def _me() -> Member:
    member = Session.get(Member, session.get("member", 0))
    if member is None:
        abort(401)
    return member


def _mine(forum: Any, member: Member) -> Any:
    return and_(Place.forum_id == forum, Place.member_id == member.id)


@app.get("/healthz")
def healthz() -> str:
    """Alive."""
    return "ok"


@app.get("/thread/<int:topic_id>")
def thread(topic_id: int) -> str:
    """20 posts."""
    me = _me()
    statement = (
        select(Topic).join(Topic.forum).join(Place, _mine(Topic.forum_id, me)).options(contains_eager(Topic.forum))
    )
    topic = Session.scalar(statement.where(Topic.id == topic_id)) or abort(404)
    posts = (
        select(Post)
        .options(joinedload(Post.author, innerjoin=True))
        .where(Post.topic_id == topic_id, Post.number <= 20)
    )
    rows = Session.scalars(posts.order_by(Post.number)).all()
    return TEMPLATES["thread"].render(title=topic.title, topic=topic, posts=rows, me=me, csrf=session.get("csrf"))


@app.get("/")
def home() -> str:
    """My groups."""
    me = _me()
    forums = Session.scalars(select(Forum).join(Place, _mine(Forum.id, me)).order_by(Forum.id)).all()
    return TEMPLATES["home"].render(title="Home", forums=forums, me=me)


@app.get("/group/<int:forum_id>")
def group(forum_id: int) -> str:
    """20 threads by last activity."""
    me = _me()
    forum = Session.scalar(select(Forum).join(Place, _mine(Forum.id, me)).where(Forum.id == forum_id)) or abort(404)
    statement = select(Topic).options(joinedload(Topic.author, innerjoin=True)).where(Topic.forum_id == forum_id)
    topics = Session.scalars(statement.order_by(Topic.last_at.desc()).limit(20)).all()
    return TEMPLATES["group"].render(title=forum.name, forum=forum, topics=topics, me=me)


@app.get("/queue")
def queue() -> str:
    """50 cases by the time they are due."""
    me = _me()
    mine = select(Case).join(Case.topic).join(Place, _mine(Topic.forum_id, me))
    count = Session.scalar(select(func.count()).select_from(mine.subquery()))
    listed = mine.options(contains_eager(Case.topic).joinedload(Topic.author, innerjoin=True))
    cases = Session.scalars(listed.order_by(Case.due).limit(50)).all()
    return TEMPLATES["queue"].render(title="Queue", cases=cases, count=count, me=me)


@app.post("/thread/<int:topic_id>")
def reply(topic_id: int) -> Response:
    """Add a post, count it, remember who was last."""
    me = _me()
    if request.form.get("csrf") != session.get("csrf"):
        abort(400)
    statement = select(Topic).join(Place, _mine(Topic.forum_id, me)).where(Topic.id == topic_id)
    topic = Session.scalar(statement.with_for_update(of=Topic)) or abort(404)
    post = _add(topic, me, request.form["body"])
    last = {"last_topic": topic_id, "last_at": topic.last_at, "last_by": me.name}
    Session.execute(update(Forum).where(Forum.id == topic.forum_id).values(posts=Forum.posts + 1, **last))
    Session.commit()
    return redirect(f"/thread/{topic_id}#p{post.id}")


def _add(topic: Topic, me: Member, body: str) -> Post:
    topic.posts += 1
    topic.last_at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    post = Post(id=secrets.randbelow(1 << 30) + (1 << 20), topic_id=topic.id, author_id=me.id, created=topic.last_at)
    post.body, post.html, post.number = body, f"<p>{html.escape(body)}</p>", topic.posts
    Session.add(post)
    return post
