"""A copy of a post goes into another group when all concerned agree to exactly this; walked as each of them."""

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from community import ids
from community.blocks import Missing, block
from community.db import db
from community.models import CaseKind, Organization, Promotion, Role, Visibility
from community.policy import NotAllowed
from community.tlp import Tlp
from community.viewer import viewer_of_member
from moderation.actions import consenting
from moderation.actions.consenting import Answer
from tests.browsing import send, words
from tests.factories import World, url
from tests.paperwork import paper, press, send_post
from tests.promoting import SECRET, TEXT, TITLE, Trade, days_later


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(world)


def test_a_copy_goes_all_the_way(trade: Trade) -> None:
    trade.propose()
    assert trade.stage() == "author"
    assert trade["Author"].told()[0] == "You are asked whether a copy of your post may be shared in another group"
    page = words(trade["Author"].browser.get(trade.path()))
    assert "All waters" in page
    assert TEXT in page
    trade.answer("agree")
    assert trade.stage() == "source"
    trade.let_go()
    assert trade.stage() == "target"
    assert trade.published() == []
    page = words(trade["Gate"].browser.get(trade.at(trade.case(CaseKind.COPY))))
    assert "Visitor" in page
    assert TITLE in page
    assert "Not published: only moderators see it." in page
    trade.take_in()
    assert trade.stage() == "published"
    (copy,) = trade.published()
    assert (copy.body, copy.tlp, copy.author_id, copy.pseudonym) == (TEXT, "GREEN", None, None)


def test_its_readers_learn_that_it_is_a_copy_and_no_more(trade: Trade) -> None:
    shown = words(trade["Visitor"].browser.get(url("threads", trade.share())))
    assert "Not named" in shown
    assert "A copy without names, shared with the consent of its author." in shown
    assert SECRET not in shown
    assert "What changed" not in shown
    assert (trade.row().title, trade.row().body) == ("", "")
    days_later(30)
    assert trade.stage() == "published"


def test_nobody_agrees_in_the_place_of_another(trade: Trade) -> None:
    trade.propose()
    for name in ("Chief", "Second"):
        assert trade.answer("agree", name).status_code == 400
    assert trade.answer("agree", "Reader").status_code == 403
    trade.answer("agree")
    case = trade.case(CaseKind.PROMOTION)
    trade.let_go("Chief")  # who prepared it
    assert trade.stage() == "source"
    for name in ("Author", "Reader", "Gate", "Visitor"):
        assert trade.decide(name, CaseKind.PROMOTION, "consent", case).status_code == 404
    trade.let_go()
    case = trade.case(CaseKind.COPY)
    for name in ("Author", "Reader", "Chief", "Second", "Visitor"):
        assert trade.decide(name, CaseKind.COPY, "publish", case).status_code == 404
    assert trade.published() == []


def test_the_act_itself_asks_who_answers(trade: Trade) -> None:
    trade.propose()
    for name in ("Chief", "Second", "Reader"):
        viewer = viewer_of_member(trade[name].member.id)
        with pytest.raises(NotAllowed):
            consenting.answer(viewer, trade.post.id, trade.row().version, Answer.AGREE, "", agrees=True)
    assert trade.stage() == "author"


def test_who_prepared_it_alone_is_joined_by_a_site_moderator(world: World) -> None:
    trade = Trade(world)
    person = f"{url('groups', trade.source)}/people/{trade['Second'].key}"
    assert trade.send("Chief", person, role="contributor").status_code == 303
    trade.propose()
    trade.answer("agree")
    trade.let_go("Chief")
    case = trade.case(CaseKind.PROMOTION)
    page = words(trade.site.browser.get(trade.at(case)))
    assert "Open the post on the record first" in page
    assert TEXT not in page
    trade.decide("Site", CaseKind.PROMOTION, "consent", case)
    assert trade.stage() == "source"
    opened = send(trade.site.browser, f"/moderation{trade.path('open')}", reason="Nobody else can decide")
    assert opened.status_code == 200
    assert TEXT in words(trade.site.browser.get(trade.at(case)))
    trade.decide("Site", CaseKind.PROMOTION, "consent", case)
    assert trade.stage() == "target"


def test_somebody_with_a_part_in_it_does_not_decide_for_the_target(trade: Trade) -> None:
    for name in ("Chief", "Second", "Author"):
        trade.world.join(trade[name].member, trade.target, Role.MODERATOR)
    trade.waits()
    case = trade.case(CaseKind.COPY)
    for name in ("Chief", "Second", "Author"):
        assert "You had a part in this proposal" in words(trade[name].browser.get(trade.at(case)))
        trade.decide(name, CaseKind.COPY, "publish", case)
    assert "You had a part" not in words(trade["Gate"].browser.get(trade.at(case)))
    assert trade.published() == []


def test_an_author_proposes_and_agrees_by_that(trade: Trade) -> None:
    trade.propose("Author")
    assert trade.stage() == "source"
    trade.let_go("Chief")
    trade.take_in()
    assert len(trade.published()) == 1


@pytest.mark.parametrize("side", ["author", "source", "target"])
def test_everybody_asked_may_refuse(trade: Trade, side: str) -> None:
    trade.propose()
    if side == "author":
        trade.answer("refuse", words="Not this one")
    else:
        trade.answer("agree")
        if side == "source":
            trade.let_go(act="refuse_sharing", words="Not this one")
        else:
            trade.let_go()
            assert trade.take_in(act="refuse_copy", words="Not this one").status_code == 303
    row = trade.row()
    assert (row.stage, row.said_by, row.said, row.body) == ("refused", side, "Not this one", "")
    assert trade.copies() == []
    page = words(trade["Chief"].browser.get(trade.path()))
    assert "Not this one" in page
    assert "Gate" not in page


@pytest.mark.parametrize("side", ["author", "source", "target"])
def test_who_asks_for_changes_has_everybody_asked_again(trade: Trade, side: str) -> None:
    trade.propose()
    if side == "author":
        trade.answer("changes", words="Shorter, please")
    else:
        trade.answer("agree")
        if side == "source":
            trade.let_go(act="ask_source", words="Shorter, please")
        else:
            trade.let_go()
            assert trade.take_in(act="ask_for_other", words="Shorter, please").status_code == 303
    assert (trade.stage(), trade.row().said) == ("changes", "Shorter, please")
    assert trade.copies() == []
    assert trade.answer("agree").status_code == 400
    trade.propose("Second", body="Mails.")
    assert trade.stage() == "author"
    trade.answer("agree")
    trade.let_go("Second")
    assert trade.stage() == "source"
    trade.let_go("Chief")
    trade.take_in()
    assert [one.body for one in trade.published()] == ["Mails."]


@pytest.mark.parametrize("change", [{"body": "Other words"}, {"title": "Another title"}, {"tlp": "AMBER"}])
def test_a_change_voids_what_was_agreed(trade: Trade, change: dict[str, str]) -> None:
    trade.waits()
    case = trade.case(CaseKind.COPY)
    trade.propose("Second", **change)
    assert (trade.stage(), trade.copies()) == ("author", [])
    assert trade.decide("Gate", CaseKind.COPY, "publish", case).status_code == 404


def test_an_answer_to_something_else_is_no_answer(trade: Trade) -> None:
    trade.propose()
    before = trade.row().version
    trade.propose("Second", body="Quite other words")
    answer = trade.answer("agree", version=before)
    assert answer.status_code == 400
    assert "The proposal was changed or answered meanwhile" in words(answer)
    assert trade.stage() == "author"


def test_what_nobody_answers_ends_by_itself(trade: Trade) -> None:
    trade.waits()
    days_later(13)
    assert trade.stage() == "target"
    days_later(16)
    assert (trade.stage(), trade.copies(), trade.row().body) == ("expired", [], "")
    assert "Not everybody agreed in time" in words(trade.world.enter(trade["Chief"].member).get(trade.path()))


def test_a_consent_is_taken_back_before_it_is_published(trade: Trade) -> None:
    trade.waits()
    trade.answer("take_back")
    assert (trade.stage(), trade.copies()) == ("author", [])
    trade.answer("agree")
    trade.let_go()
    back = {"version": trade.row().version, "back": "1"}
    assert trade.send("Chief", f"{trade.path()}/end", **back).status_code == 403
    assert trade.send("Second", f"{trade.path()}/end", **back).status_code == 303
    assert (trade.stage(), trade.copies()) == ("source", [])
    trade.let_go("Second")
    trade.take_in()
    assert len(trade.published()) == 1


def test_a_proposal_is_withdrawn(trade: Trade) -> None:
    trade.waits()
    trade.send("Second", f"{trade.path()}/end", version=trade.row().version)
    assert (trade.stage(), trade.copies()) == ("withdrawn", [])
    assert "Nothing is proposed now" in words(trade["Author"].browser.get(trade.path()))
    assert trade.share().body == TEXT


def test_a_wider_label_is_agreed_to_in_so_many_words(trade: Trade) -> None:
    trade.post = trade.write(tlp=Tlp.AMBER)
    assert trade.propose(tlp="AMBER").status_code == 422
    assert trade.propose(tlp="GREEN").status_code == 303
    assert trade.answer("agree").status_code == 400
    assert trade.stage() == "author"
    assert trade.answer("agree", agrees="y").status_code == 303
    assert trade.stage() == "source"


def test_red_goes_nowhere(trade: Trade) -> None:
    trade.post = trade.write(tlp=Tlp.RED, recipients=[trade["Chief"].member])
    page = trade["Chief"].browser.get(trade.path("promote"))
    assert "This post cannot be shared elsewhere" in words(page)
    form = {"target": ids.encode(trade.target.id), "tlp": "GREEN", "title": TITLE, "body": TEXT, "version": "0"}
    assert trade.send("Chief", trade.path("promote"), step="send", **form).status_code == 422
    assert db.session.scalars(select(Promotion)).all() == []


def test_where_it_can_go_and_under_which_label(trade: Trade) -> None:
    trade.world.group("Hidden", Visibility.SECRET)
    secret = trade.world.group("Ours", Visibility.SECRET)
    trade.world.join(trade["Chief"].member, secret)
    public = trade.world.group("Square", Visibility.PUBLIC)
    page = words(trade["Chief"].browser.get(trade.path("promote")))
    assert "Square" in page
    assert "Hidden" not in page
    for refused in (ids.encode(secret.id), ids.encode(trade.source.id), "0" * 13, "nonsense"):
        assert trade.propose(target=refused).status_code == 422
    assert trade.propose(target=ids.encode(public.id), tlp="AMBER").status_code == 422
    assert trade.propose(target=ids.encode(public.id), tlp="CLEAR").status_code == 303


@pytest.mark.parametrize("lead", ["See [it](/posts/{post})", "http://localhost:5000/groups/{group}"])
def test_words_that_lead_back_are_refused(trade: Trade, lead: str) -> None:
    given = lead.format(post=ids.encode(trade.post.id), group=ids.encode(trade.source.id))
    answer = trade.propose(body=f"{TEXT} {given}")
    assert answer.status_code == 422
    assert "would show where it is from" in words(answer)
    assert TEXT in answer.text


def test_the_other_group_says_no_names(trade: Trade) -> None:
    trade.waits()
    mail = trade["Gate"].member.mail
    answer = trade.take_in(act="refuse_copy", words=f"Ask me: {mail}")
    assert answer.status_code == 400
    assert "could show who you are" in words(answer)
    assert trade.stage() == "target"


def test_a_follow_up_reminds_the_moderators_of_the_source(trade: Trade) -> None:
    trade.share()
    path = f"{url('threads', trade.post)}/reply"
    assert send_post(trade["Author"].browser, path, body="It goes on", follow_up="y").status_code == 303
    told = "A follow-up to something of which a copy was shared: should the other group have it, too?"
    assert told in trade["Chief"].told()
    assert told not in trade["Reader"].told() + trade["Gate"].told()


def test_names_of_organizations_are_left_out_by_one_button(trade: Trade) -> None:
    name = trade.world.organization("Suidou Works").name
    trade.world.member("Somebody", db.session.scalars(select(Organization).where(Organization.name == name)).one())
    browser = trade["Chief"].browser
    form = {"target": ids.encode(trade.target.id), "tlp": "GREEN", "title": TITLE, "body": f"{TEXT} It hit {name}."}
    looked = press(browser, browser.get(trade.path("promote")), "check", **form)
    given = [*paper(looked, "send").fields, ("taken", name)]
    looked = browser.post(trade.path("promote"), data=MultiDict(given))
    assert name not in words(looked)
    assert press(browser, looked, "send").status_code == 303
    assert trade.row().body == f"{TEXT} It hit {block(Missing.ORGANIZATION)}."
