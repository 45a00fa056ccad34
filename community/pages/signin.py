"""Sign in with a passkey, sign out; in the demo, on this machine only, come in as one of the personas."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from community import ids, passkeys
from community.actions import sign_ins
from community.pages import ceremony, limits
from community.pages.entry import (
    begin_session,
    browser_words,
    first_told,
    forget_session,
    open_guises,
    safe_next,
)
from community.pages.hook import current_viewer
from community.settings import settings
from community.viewer import viewer_of_member

pages = Blueprint("signin", __name__)
ceremony.serve(pages)


@pages.get("/sign-in")
def sign_in() -> str | Response:
    """The sign-in page. ``next`` says where to go afterwards."""
    onward = safe_next(request.args.get("next", ""))
    if not current_viewer().is_guest:
        return redirect(onward, 303)
    here = request.host.partition(":")[0]
    elsewhere = settings().origin if here != settings().host else ""
    return render_template("community/signin/sign_in.html", onward=onward, elsewhere=elsewhere, guises=open_guises())


@pages.post("/sign-in/begin")
def begin() -> Response:
    """Ask the browser for a proof by any passkey it has for us."""
    return ceremony.options(passkeys.request_options(ceremony.begin("sign in")))


@pages.post("/sign-in/finish")
@limits.attempts
def finish() -> Response:
    """Sign in whoever's passkey it is. ``next`` says where to go."""
    proof = passkeys.check_proof(*ceremony.answer("sign in"))
    try:
        token = sign_ins.begin_with(proof, browser_words())
    except sign_ins.Suspended:
        return ceremony.done(first_told(viewer_of_member(proof.member_id), url_for(".suspended")))
    return ceremony.done(begin_session(token, safe_next(request.args.get("next", ""))))


@pages.get("/sign-in/suspended")
def suspended() -> str:
    """For whoever showed the passkey of a suspended member. It says the same to everybody, and nothing of anybody."""
    return render_template("community/signin/suspended.html")


@pages.post("/sign-in/as")
def enter_as() -> Response:
    """Come in as a persona of the demo; a 404 anywhere but in a demo on this very machine."""
    wanted = request.form.get("member", "")
    guise = next((one for one in open_guises() if ids.encode(one.member_id) == wanted), None)
    if guise is None:
        abort(404)
    token = sign_ins.begin(guise.member_id, browser_words())
    return redirect(begin_session(token, safe_next(request.form.get("next", ""))), 303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    viewer = current_viewer()
    sign_ins.end(viewer, viewer.sign_in_id)
    forget_session()
    return redirect(url_for("home.home"), 303)
