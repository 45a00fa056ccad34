"""What is mine: profile and organization, passkeys, sessions; and showing my passkey once more."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import mine, passkeys
from community.access import NotFound
from community.actions import members, sign_ins
from community.actions import passkeys as keyring
from community.forms.me import PasskeyForm, ProfileForm
from community.pages import ceremony
from community.pages.entry import browser_words, may_prove_without, safe_next
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import ensure_proved
from community.settings import settings

pages = Blueprint("me", __name__, url_prefix="/me")
ceremony.serve(pages)


@pages.route("", methods=["GET", "POST"])
def profile() -> str | Response | tuple[str, int]:
    """My profile, to read and to change, and my organization."""
    viewer = current_viewer()
    me = mine.profile(viewer)
    form = ProfileForm(obj=me)
    if form.validate_on_submit():
        with force_locale(form.locale.data):
            saved = _("Saved.")
        with told(saved, form):
            members.change_profile(viewer, form.draft())
            return redirect(url_for(".profile"), 303)
    page = render_template("community/me/profile.html", me=me, form=form, sectors=mine.sectors(viewer))
    return page, 400 if form.errors else 200


@pages.get("/passkeys", endpoint="passkeys")
def list_passkeys() -> str:
    """My passkeys; to change them one shows one first."""
    form = PasskeyForm(name=browser_words())
    return render_template("community/me/passkeys.html", rows=mine.passkeys(current_viewer()), form=form)


@pages.post("/passkeys/begin")
def begin_passkey() -> Response:
    """Ask the browser for another passkey."""
    viewer = current_viewer()
    ensure_proved(viewer)  # as the action does: better said before a device is asked than after
    return ceremony.options(passkeys.creation_options(mine.member(viewer), ceremony.begin("add")))


@pages.post("/passkeys/finish")
def finish_passkey() -> Response:
    """Keep the new passkey under the name that was given."""
    form = PasskeyForm(name=ceremony.words("name"))
    new = passkeys.check_creation(*ceremony.answer("add"))
    try:
        keyring.add(current_viewer(), new, form.name.data if form.validate() else browser_words())
        flash(_("Your new passkey works from now on."), "success")
    except keyring.TooManyPasskeys:
        flash(_("You have twenty passkeys. Remove one that you do not use first."), "error")
    return ceremony.done(url_for(".passkeys"))


@pages.post("/passkeys/<id:passkey_id>/remove")
def remove_passkey(passkey_id: int) -> Response:
    """Take one of my passkeys away, but never the last."""
    try:
        if not keyring.remove(current_viewer(), passkey_id):
            raise NotFound
        flash(_("The passkey is removed. It opens nothing any more."), "success")
    except keyring.LastPasskey:
        flash(_("This is your last passkey. Add another one first: without any you could not come back."), "error")
    return redirect(url_for(".passkeys"), 303)


@pages.get("/sessions", endpoint="sign_ins")
def list_sign_ins() -> str:
    """Where I am signed in."""
    return render_template("community/me/sign_ins.html", rows=mine.sign_ins(current_viewer()), settings=settings())


@pages.post("/sessions/<id:sign_in_id>/end")
def end_sign_in(sign_in_id: int) -> Response:
    """End one of my sessions."""
    if not sign_ins.end(current_viewer(), sign_in_id):
        raise NotFound
    flash(_("The session is ended."), "success")
    return redirect(url_for(".sign_ins"), 303)


@pages.post("/sessions/end-others")
def end_other_sign_ins() -> Response:
    """End all my sessions but this one."""
    ended = sign_ins.end_others(current_viewer())
    flash(ngettext("%(num)d session is ended.", "%(num)d sessions are ended.", ended), "success")
    return redirect(url_for(".sign_ins"), 303)


@pages.get("/confirm")
def reconfirm() -> str:
    """Show my passkey once more: before an act that needs it, or because I have long been away."""
    onward = safe_next(request.args.get("next", ""))
    return render_template("community/me/confirm.html", onward=onward, without=may_prove_without(current_viewer()))


@pages.post("/confirm/begin")
def begin_reconfirm() -> Response:
    """Ask the browser for a proof."""
    return ceremony.options(passkeys.request_options(ceremony.begin("confirm")))


@pages.post("/confirm/finish")
def finish_reconfirm() -> Response:
    """Take note of the proof. ``next`` says where to go."""
    keyring.prove(current_viewer(), passkeys.check_proof(*ceremony.answer("confirm")))
    return ceremony.done(safe_next(request.args.get("next", "")))


@pages.post("/confirm/demo")
def reconfirm_in_demo() -> Response:
    """The same without a passkey, for the personas of a demo on this very machine; elsewhere a 404.

    With ``held`` the form that was held up goes on there, as it was sent here.
    """
    viewer = current_viewer()
    if not may_prove_without(viewer):
        abort(404)
    keyring.renew(viewer)
    if "held" in request.args:
        return redirect(safe_next(request.args.get("held", "")), 307)
    return redirect(safe_next(request.form.get("next", "")), 303)
