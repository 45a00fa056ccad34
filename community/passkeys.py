"""WebAuthn ceremonies: what the browser is asked, and whether its answer holds (W3C WebAuthn level 3).

The device always verifies its user (PIN, finger, face), and the credential is always discoverable: nobody types who
they are, so there is no account name to guess and no account to lock. A challenge waits in the session of one browser,
is taken out before the answer is looked at, and is spent for good when it holds.

The library is loaded by the first ceremony, not at start: it takes as long as a third of all else.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from community.db import db
from community.models import Member, Passkey
from community.settings import settings

Answer = dict[str, Any]


class Refused(Exception):
    """The browser's answer does not hold. Why is not said to whoever sent it."""


@dataclass(frozen=True)
class NewPasskey:
    """A credential as the browser made it, checked, and the challenge it answers."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    challenge: bytes


@dataclass(frozen=True)
class Proof:
    """Somebody has shown that they hold a passkey: whose, which, its new counter, and the challenge they answered."""

    member_id: int
    passkey_id: int
    sign_count: int
    challenge: bytes


_NAMED = (
    select(Passkey)
    .join(Member, Member.id == Passkey.member_id)
    .where(Passkey.credential_id == bindparam("credential_id"), Member.user_handle == bindparam("handle"))
)


def creation_options(member: Member, challenge: bytes) -> str:
    """What to ask a browser for a new passkey of ``member``, as JSON. Devices that hold one already decline."""
    import webauthn
    from webauthn.helpers import structs

    known = db.session.scalars(select(Passkey.credential_id).where(Passkey.member_id == member.id))
    wanted = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options = webauthn.generate_registration_options(
        rp_id=settings().host,
        rp_name=settings().community_name,
        user_id=member.user_handle,
        user_name=member.mail or member.name,
        user_display_name=member.name,
        challenge=challenge,
        authenticator_selection=wanted,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


def request_options(challenge: bytes) -> str:
    """What to ask a browser for a proof by any passkey it has for us, as JSON."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    verified = UserVerificationRequirement.REQUIRED
    options = webauthn.generate_authentication_options(
        rp_id=settings().host, challenge=challenge, user_verification=verified
    )
    return webauthn.options_to_json(options)


def check_creation(answer: Answer, challenge: bytes) -> NewPasskey:
    """The new passkey in ``answer``. Raises Refused."""
    import webauthn

    with _refusing():
        made = webauthn.verify_registration_response(credential=answer, **_expected(challenge))
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count, challenge)


def check_proof(answer: Answer, challenge: bytes) -> Proof:
    """Whose passkey signed ``answer``. Raises Refused, also for a passkey that nobody has registered."""
    import webauthn

    passkey = _named_in(answer)
    with _refusing():
        shown = webauthn.verify_authentication_response(
            credential=answer,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            **_expected(challenge),
        )
    return Proof(passkey.member_id, passkey.id, shown.new_sign_count, challenge)


def is_known(answer: object) -> bool:
    """Does ``answer`` name a passkey and the member it belongs to? Says nothing about whether it holds."""
    try:
        _named_in(answer)
    except Refused:
        return False
    return True


def _named_in(answer: Any) -> Passkey:
    with _refusing():
        credential_id, handle = _bytes(answer["rawId"]), _bytes(answer["response"]["userHandle"])
    passkey = db.session.execute(_NAMED, {"credential_id": credential_id, "handle": handle}).scalar_one_or_none()
    if passkey is None:
        raise Refused
    return passkey


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def _expected(challenge: bytes) -> dict[str, Any]:
    return {
        "expected_challenge": challenge,
        "expected_rp_id": settings().host,
        "expected_origin": settings().origin,
        "require_user_verification": True,
    }


@contextmanager
def _refusing() -> Iterator[None]:
    # Whatever a parser of hostile bytes stumbles over, the answer does not hold.
    try:
        yield
    except Exception as error:
        raise Refused from error
