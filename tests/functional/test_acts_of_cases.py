"""Every act that a case may offer is answered clearly in every case, asked for or sent, offered or not."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import ids
from community.db import db
from community.models import Case, CaseKind
from moderation.offers import OFFERS
from tests.browsing import send
from tests.cases import Scene
from tests.factories import World, url
from tests.functional.test_removing import appeal
from tests.promoting import Trade
from tests.unsealing import Pair

ACTS = sorted({offer.name for offer in OFFERS} | {"", "nonsense"})


def flagged(world: World) -> FlaskClient:
    scene = Scene(world)
    scene.flag("Reader")
    return scene["Chief"].browser


def asked(world: World) -> FlaskClient:
    scene = Scene(world)
    scene.send(scene["Author"], f"{url('posts', scene.post)}/redaction", words="The name of the works, please")
    return scene["Chief"].browser


def appealed(world: World) -> FlaskClient:
    scene = Scene(world)
    scene.flag("Reader")
    scene.act(scene["Chief"], "remove", standard="identifies")
    appeal(scene)
    return scene["Second"].browser


def promoted(world: World) -> FlaskClient:
    trade = Trade(world)
    trade.propose()
    trade.answer("agree")
    return trade["Second"].browser


def copied(world: World) -> FlaskClient:
    trade = Trade(world)
    trade.waits()
    return trade["Gate"].browser


def unsealing(world: World) -> FlaskClient:
    pair = Pair(world)
    pair.ask()
    return pair.agreeing


KINDS = {
    CaseKind.FLAG: flagged,
    CaseKind.REDACTION: asked,
    CaseKind.APPEAL: appealed,
    CaseKind.PROMOTION: promoted,
    CaseKind.COPY: copied,
    CaseKind.UNSEALING: unsealing,
}


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest, world: World) -> tuple[FlaskClient, str]:
    browser = KINDS[request.param](world)
    db.session.rollback()
    case = db.session.scalars(select(Case.id).where(Case.kind == request.param)).one()
    return browser, f"/moderation/cases/{ids.encode(case)}"


def test_asked_for(there: tuple[FlaskClient, str]) -> None:
    browser, path = there
    for act in ACTS:
        assert browser.get(f"{path}?act={act}").status_code in (200, 303), act


def test_sent_with_nothing(there: tuple[FlaskClient, str]) -> None:
    browser, path = there
    for act in ACTS:
        assert send(browser, path, act=act, version="0").status_code in (303, 400), act
