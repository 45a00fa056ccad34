"""Rules: what opens something (keys, tokens, passwords), and names of machines inside a network."""

from flask_babel import lazy_gettext as _l

from community.text_check import proofs
from community.text_check.rules import DOT, named

PRIVATE_ADDRESS = _l("An address inside a network says how it is built.")

_private_key = named("private_key", _l("A private key opens what it was made for. Who reads it can use it."))
_token = named("token", _l("A key or token opens an account. Who reads it can use it."))
_password = named("password", _l("A password opens an account. Who reads it can use it."))
_inside = named(
    "inside_host", _l("The name of a machine inside a network says how it is built, and often whose it is.")
)

_ISSUED = (
    r"(?:AKIA|ASIA)[A-Z2-7]{16}",
    r"gh[pousr]_[A-Za-z0-9]{36,255}+",
    r"github_pat_[A-Za-z0-9_]{22,255}+",
    r"glpat-[A-Za-z0-9_-]{20,64}+",
    r"xox[abeoprs]-[A-Za-z0-9-]{10,250}+",
    r"xapp-[A-Za-z0-9-]{10,250}+",
    r"AIza[A-Za-z0-9_-]{35}",
    r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,128}+",
    r"sk-[A-Za-z0-9_-]{20,200}+",
    r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    r"eyJ[A-Za-z0-9_-]{8,4000}+\.eyJ[A-Za-z0-9_-]{8,4000}+\.[A-Za-z0-9_-]{0,4000}+",
)
_BEGINNINGS = (
    *("akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "xapp-", "aiza"),
    *("_live_", "_test_", "sk-", "sg.", "eyj"),
)
_CALLED = (
    r"(?:(?:pass(?:word|wd|phrase|code)?|pwd|(?:client|shared|app)[ _-]?secret|secret(?:[ _-]?(?:access[ _-]?)?key)?"
    r"|(?:api|access|account|auth|encryption)[ _-]?(?:key|token)|community string|pin(?: code)?)"
    r"|パスワード|パスフレーズ|パスコード|暗証番号|合言葉|(?:api|アクセス|認証|暗号|秘密)(?:キー|鍵|トークン))"
)
_CALLS = (
    *("pass", "pwd", "secret", "key", "token", "community string", "pin"),
    *("パス", "暗証番号", "合言葉", "キー", "鍵", "トークン"),
)
_VALUE = r"(?P<what>[!#-&(-:<-_a-~]{3,127}[!#-&(*+\-/0-9<-_a-~])"
_ZONE = r"(?:local|localdomain|internal|intern|corp|lan|intra|intranet|home\.arpa)"
_ZONES = ("local", "intern", "corp", "lan", "intra", "home.arpa")

CREDENTIALS = (
    _private_key(
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----))*+"
        r"(?:-----END [A-Z0-9 ]{0,44}-----)?"
    ),
    _private_key(r"Private-Lines: [0-9]{1,3}\n(?:[A-Za-z0-9+/=]{1,76}\n?)++"),
    _token(rf"(?<![A-Za-z0-9_-])(?:{'|'.join(_ISSUED)})(?![A-Za-z0-9])", hints=_BEGINNINGS),
    _token(r"hooks\.slack\.com/services/(?P<what>T[A-Z0-9]{6,12}+/B[A-Z0-9]{6,12}+/[A-Za-z0-9]{16,32}+)"),
    _token(r"[Bb](?:earer|asic) {1,3}(?P<what>[A-Za-z0-9._~+/-]{20,4000}+={0,2})", proofs.is_random),
    _password(
        rf"{_CALLED}[\"'」]?(?: is (?!to )|(?:は|が)? ?(?P<sign>[:=])|は)\s? {{0,3}}[\"'「『`]?{_VALUE}",
        proofs.is_secret,
        hints=_CALLS,
        low=True,
    ),
    _password(
        r"(?::|\[:\])//[A-Za-z0-9._~%+-]{1,64}(?P<sign>:)(?P<what>[^\s@/:]{4,128})@", proofs.is_secret, hints=("//",)
    ),
    _inside(
        rf"[a-z0-9](?<![a-z0-9_.@\]-].)[a-z0-9_-]{{0,62}}+{DOT}(?:[a-z0-9][a-z0-9_-]{{0,62}}+{DOT}){{0,5}}{_ZONE}"
        rf"(?![a-z0-9_(-]|{DOT}[a-z0-9])",
        hints=_ZONES,
        low=True,
    ),
    _inside(
        r"\\\\(?<![\\A-Za-z0-9_:]..)[A-Za-z0-9][A-Za-z0-9_-]{1,62}+(?=\\[A-Za-z0-9_$])(?:\\[A-Za-z0-9_$.-]{1,64}+){1,10}+"
    ),
)
