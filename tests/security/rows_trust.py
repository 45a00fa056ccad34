"""Writes how the people of a world came in, and what is decided about them, into the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from community import models
from tests.oracle_world import Introduction, Plea, Proposal, Recovery, Report, Vouch, World
from tests.security.keys import mail_of, moment, number, pick, words

Rows = Iterator[tuple[type[Any], list[dict[str, Any]]]]


def rows_of_trust(world: World) -> Rows:
    yield models.Invitation, [_introduction(world, one) for one in world.introductions]
    yield models.Vouch, [_vouch(world, one) for one in world.vouches]
    yield models.VouchRequest, [_plea(one) for one in world.pleas]
    out = [one for one in world.people if one.state == "suspended"]
    yield models.Suspension, [_suspension(world, one.key) for one in out if len(world.people) > 1]
    yield models.Proposal, [_proposal(one) for one in world.proposals]
    yield models.Recovery, [_recovery(one) for one in world.recoveries]
    yield models.RecoveryConsent, [_consent(world, one.person, key) for one in world.recoveries for key in one.consents]
    yield models.LeaverReport, [_report(one) for one in world.reports]


def _plea(one: Plea) -> dict[str, Any]:
    return {
        "person_id": number(one.person),
        "asked_id": number(one.asked),
        "asker_id": number(one.asker),
        "asked_at": moment(pick(f"plea {one.person} {one.asked}", 60, 80)),
    }


def _report(one: Report) -> dict[str, Any]:
    return {
        "member_id": number(one.person),
        "by_id": number(one.by),
        "words": f"Report {words(f'report {one.person}')}",
        "reported_at": moment(90),
    }


def _introduction(world: World, one: Introduction) -> dict[str, Any]:
    unanswered = any((plea.person, plea.asked) == (one.came, one.sponsor) for plea in world.pleas)
    return {
        "id": number(one.key),
        "sponsor_id": number(one.sponsor),
        "mail": mail_of(one.came or one.key),
        "locale": "en",
        "knows": f"From {words(f'knows {one.key}')}",
        "organization_id": None,
        "organization_name": f"Company {words(f'company {one.key}')}",
        "state": one.state,
        "settled": not unanswered,
        "invited_at": moment(pick(f"invited {one.key}", 50, 70)),
        "expires_at": moment(50) + timedelta(days=14),
        "token_hash": hashlib.sha256(one.key.encode()).digest(),
        "member_id": number(one.came) if one.came else None,
    }


def _vouch(world: World, one: Vouch) -> dict[str, Any]:
    key = f"vouch {one.person} {one.voucher}"
    return {
        "id": number(key),
        "person_id": number(one.person),
        "voucher_id": number(one.voucher),
        "organization_id": number(world.person[one.voucher].org),
        "sponsor": one.sponsor,
        "as_moderator": one.as_moderator,
        "words": f"Vouch {words(key)}",
        "noted": True,
        "given_on": (moment(pick(key, 50, 70)) - timedelta(days=60)).date(),
        "void_at": moment(90) if one.void else None,
    }


def _suspension(world: World, key: str) -> dict[str, Any]:
    by = next(one.key for one in world.people if one.key != key)
    return {
        "id": number(f"suspension {key}"),
        "member_id": number(key),
        "by_id": number(by),
        "reason": f"Stopped {words(f'suspension {key}')}",
        "misuse": pick(f"misuse {key}", True, False),
        "was": "active",
        "began_at": moment(90),
    }


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "id": number(one.key),
        "member_id": number(one.person),
        "kind": one.kind,
        "by_id": number(one.by),
        "reason": f"Proposed {words(one.key)}",
        "misuse": pick(f"misuse {one.key}", True, False),
        "proposed_at": moment(90),
        "expires_at": moment(90) + timedelta(days=14),
    }


def _recovery(one: Recovery) -> dict[str, Any]:
    key = f"recovery {one.person}"
    known = one.state != "asked"
    return {
        "id": number(key),
        "mail": mail_of(one.person),
        "member_id": number(one.person) if known else None,
        "state": one.state,
        "token_hash": hashlib.sha256(key.encode()).digest(),
        "words": f"Lost {words(key)}" if known else "",
        "asked_at": moment(90),
        "ready_at": moment(90) + timedelta(hours=72) if one.state == "waiting" else None,
        "expires_at": moment(90) + timedelta(days=7),
    }


def _consent(world: World, person: str, key: str) -> dict[str, Any]:
    return {
        "recovery_id": number(f"recovery {person}"),
        "member_id": number(key),
        "as_moderator": world.person[key].site_moderator,
        "words": f"Sure {words(f'consent {person} {key}')}",
        "given_at": moment(95),
    }
