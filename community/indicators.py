"""Indicators in a text: addresses, domains, URLs, hashes, mail addresses, CVE and ATT&CK numbers.

``find`` reads plain, defanged (``evil[.]example``, ``hxxp[:]//``, ``name[at]...``) and full-width forms, and
Japanese full stops where they stand for dots (``community.stops``), and says where they stand. It is careful: what is
as likely a file name, a version or two sentences without a blank is left alone unless it is defanged, for a mark in the
wrong place makes a text harder to read. Two limits are known: ``1.2.3.4`` at the start of a heading is read as an
address, and a domain with Japanese letters is found only in a URL.
Nothing here ever resolves or opens anything.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from community.folding import PLAIN, without_invisible
from community.hosts import is_domain, is_v4
from community.stops import DOT, LABEL, LETTER, WIDE_LABEL, dotted, refanged, with_stops


class Kind(StrEnum):
    """What an indicator is."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    CIDR = "cidr"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"
    CVE = "cve"
    ATTACK = "attack_id"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its kind, its value refanged and in one spelling, and its place, ``text[start:end]``."""

    kind: Kind
    value: str
    start: int
    end: int


# --- how they are written ---

_COLON = r"(?::|\[:\])"
_HOST = rf"(?:{LABEL}{DOT}){{1,20}}{LABEL}"
_URL_HOST = rf"(?:(?:{LABEL}|{WIDE_LABEL}){DOT}){{0,20}}{LABEL}|\[(?:[0-9a-f.]|{_COLON}){{2,45}}\]"
_V4 = rf"[0-9]{{1,3}}(?:{DOT}[0-9]{{1,3}}){{3}}"
_SCHEME = r"(?:h(?:tt|xx|tx|xt|\*\*)ps?|ttps?|s?f[tx]ps?|wss?|ldaps?|rmi|smb|ssh|telnet|tcp|udp)"
_SEPARATOR = rf"(?:\[://\]|:\[//\]|{_COLON}(?:/|\[/\]){{2}})"
_USER = r"[A-Za-z0-9._~%!$&'()*+,;=:\-]{1,256}@"
_AT = r"(?:@| ?[\[({](?:@|at)[\])}] ?)"

# Each part is bounded and starts where no earlier attempt can have started: so the time grows only with the length.
# The look ahead, true of every part, passes over Japanese quickly.
_CANDIDATE = re.compile(
    rf"(?=[{LETTER}_:])(?<![{LETTER}])(?:"
    rf"(?P<url>(?P<scheme>{_SCHEME}){_SEPARATOR}(?P<user>{_USER})?(?P<url_host>{_URL_HOST})(?P<port>{_COLON}[0-9]{{1,5}})?)"
    rf"|(?<![{LETTER}][_.%+\-])(?P<email>(?P<mailbox>[A-Za-z0-9][A-Za-z0-9._%+\-]{{0,63}}+){_AT}(?P<mail_host>{_HOST}))"
    rf"|(?P<cve>CVE[- \u2012-\u2015](?P<year>[0-9]{{4}})[-\u2012-\u2015](?P<number>[0-9]{{4,7}}))(?![{LETTER}])"
    rf"|(?P<attack>T[01][0-9]{{3}}(?:\.[0-9]{{3}})?|TA0[01][0-9]{{2}})(?![{LETTER}_]|\.[A-Za-z])"
    rf"|(?<![{LETTER}_]\.)(?P<v4>{_V4})(?![{LETTER}_]|{DOT}[{LETTER}_]|-[A-Za-z])"
    rf"|(?<![{LETTER}_][.\-])(?<![.t][\])}}])(?<!\[\.)(?<!_)(?P<host>{_HOST})"
    rf"|(?<![:.])(?P<v6>(?:[0-9a-f]{{0,4}}{_COLON}){{2,8}}(?:{_V4}|[0-9a-f]{{0,4}}))(?![{LETTER}_:])"
    rf"|(?P<digest>[0-9a-f]{{32,128}})(?![{LETTER}]))",
    re.IGNORECASE,
)
_DIGEST = re.compile(rf"[0-9a-f]{{32,128}}(?![{LETTER}])", re.IGNORECASE)
_DIGESTS = {32: Kind.MD5, 40: Kind.SHA1, 64: Kind.SHA256, 128: Kind.SHA512}
_TAIL = re.compile(
    r"(?:[/?#]|\[/\])"
    rf"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+=%]|[,;](?!{_SCHEME}{_SEPARATOR})|\[[.:/]\]){{0,2000}}+",
    re.IGNORECASE,
)
_PORT = re.compile(rf"{_COLON}[0-9]{{1,5}}(?=/)")
_LENGTH = re.compile(rf"/([0-9]{{1,3}})(?![{LETTER}/]|\.[0-9])")
_LISTED = re.compile(rf"(?P<v4>{_V4})(?![{LETTER}_])|{_HOST}", re.IGNORECASE)
_MORE = re.compile(rf"[-_]*[{LETTER}]|{DOT}[{LETTER}_]", re.IGNORECASE)
_NEXT_SENTENCE = re.compile(r"(?<=[A-Za-z0-9])\.[A-Z][a-z]*\Z")
_NUMBERING = re.compile(
    r"(?:\b(?:versions?|ver\.?|v\.?|build|firmware|release|rev\.?|section|sec\.|chapter|clause|appendix|figure|fig\.|table"
    r"|prior to|up to|up(?:dat|grad)ed? to|earlier than|later than)|バージョン|ファームウェア)[ :,]*\Z"
    r"|[第図表章節項版§]\Z",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r",? (?:and|or) (?:prior|earlier|later|older|newer|higher|below|above)\b"
    r"|,? ?(?:[章節項条版系]|以前|以降|より前|未満)"
)
_AND_SO_ON = re.compile(r" ?(?:,|、|/|-|~|と|及び|および|から)? ?(?:and|or|to|through)? ?")
_URL_PARTS = re.compile(r"(?:([a-z]+)://)?([^/?#]*)(.*)", re.DOTALL)
_SAFE_SCHEMES = {"http": "hxxp://", "https": "hxxps://", "ftp": "fxp://", "": ""}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ROUTED = tuple(
    map(ipaddress.IPv6Network, ("2000::/3", "fc00::/7", "fe80::/10", "ff00::/8", "::1/128", "::ffff:0:0/96"))
)


# --- what others call ---


def find(text: str) -> list[Indicator]:
    """The indicators of a text in the order in which they stand; no two overlap."""
    shown, places = without_invisible(text)
    reading = _Reading(shown, dotted(with_stops(shown).translate(PLAIN)))
    found: list[Indicator] = []
    at = 0
    while match := _CANDIDATE.search(reading.plain, at):
        hit = _READERS[str(match.lastgroup)](reading, match)
        at = hit.end if hit else match.start() + 1
        if hit:
            reading.last = hit.end
            found.append(hit)
    if places is None:
        return found
    return [Indicator(hit.kind, hit.value, places[hit.start], places[hit.end - 1] + 1) for hit in found]


def defang(value: str, kind: Kind | str) -> str:
    """The value as it is safe to show and to copy: no program makes a link of it. Hashes and numbers stay."""
    if kind in (Kind.IPV4, Kind.DOMAIN):
        return value.replace(".", "[.]")
    if kind in (Kind.IPV6, Kind.CIDR):
        return value.replace(".", "[.]").replace(":", "[:]")
    if kind == Kind.EMAIL:
        mailbox, _, host = value.rpartition("@")
        return f"{mailbox}[at]{host.replace('.', '[.]')}"
    return _defanged_url(value) if kind == Kind.URL else value


# --- reading ---


@dataclass(slots=True)
class _Reading:
    """A text as it was written and, character for character, as it is read; and where the last indicator ended."""

    raw: str
    plain: str
    last: int = -1
    last_number: int = -100

    def in_path(self, start: int) -> bool:
        """Is this a piece of a path of files, and not of a list or a ``//host``?"""
        before, slash = self.raw[max(0, start - 2) : start - 1], self.raw[start - 1 : start] if start else ""
        return slash in ("/", "\\", "$") and before != slash and before.isascii() and start - 1 != self.last

    def reads_as_number(self, start: int, end: int) -> bool:
        """Do four numbers count versions, chapters or figures here, as the ones before them in a list did?"""
        between = self.plain[max(0, start - 16) : start]
        listed = start - self.last_number <= 16 and _AND_SO_ON.fullmatch(self.plain, self.last_number, start)
        if not (listed or _NUMBERING.search(between) or _NUMBERED.match(self.plain, end)):
            return False
        self.last_number = end
        return True

    def tail(self, start: int, at: int) -> str:
        """Path, query and fragment at ``at`` of what begins at ``start``, without the sentence's own punctuation."""
        match = _TAIL.match(self.plain, at)
        if not match:
            return ""
        foreign = _NOT_ASCII.search(self.raw, at, match.end()) if self.raw[start].isascii() else None
        tail = self.plain[at : foreign.start() if foreign else match.end()]
        return _without_punctuation(tail, "_" if start and self.plain[start - 1] == "_" else "")

    def with_path(self, kind: Kind, value: str, start: int, end: int) -> Indicator:
        """A host alone, or with what follows its slash: then it is a URL without a scheme."""
        port = _PORT.match(self.plain, end)
        at = port.end() if port else end
        if self.raw[at : at + 1] != "/" or self._lists_another(at + 1):
            return Indicator(kind, value, start, end)
        tail = self.tail(start, at)
        return Indicator(Kind.URL, value + refanged(self.plain[end:at]) + _clean(tail), start, at + len(tail))

    def _lists_another(self, at: int) -> bool:
        other = _LISTED.match(self.plain, at)
        if not other or self.plain.startswith("/", other.end()):
            return False
        host = refanged(other[0])
        return is_v4(host) or is_domain(host, marked=False)


def _url(reading: _Reading, match: re.Match[str]) -> Indicator:
    scheme = match["scheme"].lower().replace("x", "t").replace("*", "t")
    scheme = f"h{scheme}" if scheme.startswith("ttp") else scheme
    authority = (match["user"] or "") + refanged(match["url_host"]).lower() + refanged(match["port"] or "")
    tail = reading.tail(match.start(), match.end())
    return Indicator(Kind.URL, f"{scheme}://{authority}{_clean(tail)}", match.start(), match.end() + len(tail))


def _email(reading: _Reading, match: re.Match[str]) -> Indicator | None:
    host = refanged(match["mail_host"])
    if _MORE.match(reading.plain, match.end()) or not is_domain(host, marked=True):
        return None
    return Indicator(Kind.EMAIL, f"{match['mailbox']}@{host.lower()}", *match.span())


def _cve(_: _Reading, match: re.Match[str]) -> Indicator | None:
    if not 1999 <= int(match["year"]) < 2100:
        return None
    return Indicator(Kind.CVE, f"CVE-{match['year']}-{match['number']}", *match.span())


def _attack(_: _Reading, match: re.Match[str]) -> Indicator | None:
    return Indicator(Kind.ATTACK, match[0], *match.span()) if match[0].isupper() else None


def _v4(reading: _Reading, match: re.Match[str]) -> Indicator | None:
    return _named(reading, match.start(), match["v4"])


def _host(reading: _Reading, match: re.Match[str]) -> Indicator | None:
    start, written = match.start(), match["host"]
    if written.startswith("_") and reading.plain.startswith("_", match.end()):
        start, written = start + 1, written[1:]  # emphasis of Markdown
    if not _MORE.match(reading.plain, match.end()):
        sentence = _NEXT_SENTENCE.search(written)
        for name in (written, written[: sentence.start()] if sentence else ""):
            if hit := _named(reading, start, name):
                return hit
    return _hash_at(reading, start)


def _v6(reading: _Reading, match: re.Match[str]) -> Indicator | None:
    written = match["v6"]
    if written.endswith(":") and not written.endswith("::"):
        written = written[:-1]  # the colon of the sentence
    value = refanged(written)
    if "::" not in value and value.count(":") < 6:
        return None
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return None
    if not any(address in network for network in _ROUTED):
        return None
    spelled = f"::ffff:{address.ipv4_mapped}" if address.ipv4_mapped else str(address)
    return _with_length(reading, Kind.IPV6, spelled, match.start(), match.start() + len(written))


def _digest(reading: _Reading, match: re.Match[str]) -> Indicator | None:
    return _hash_at(reading, match.start())


_READERS: dict[str, Callable[[_Reading, re.Match[str]], Indicator | None]] = {
    "url": _url,
    "email": _email,
    "cve": _cve,
    "attack": _attack,
    "v4": _v4,
    "host": _host,
    "v6": _v6,
    "digest": _digest,
}


def _named(reading: _Reading, start: int, written: str) -> Indicator | None:
    host = refanged(written)
    end, marked = start + len(written), host != written
    if not marked and reading.in_path(start):
        return None
    if is_v4(host):
        numbering = not marked and reading.reads_as_number(start, end)
        return None if numbering else _with_length(reading, Kind.IPV4, host, start, end)
    return reading.with_path(Kind.DOMAIN, host.lower(), start, end) if is_domain(host, marked) else None


def _with_length(reading: _Reading, kind: Kind, value: str, start: int, end: int) -> Indicator:
    length = _LENGTH.match(reading.plain, end)
    if length and int(length[1]) <= (32 if kind is Kind.IPV4 else 128):
        return Indicator(Kind.CIDR, value + length[0], start, length.end())
    return reading.with_path(kind, value, start, end) if kind is Kind.IPV4 else Indicator(kind, value, start, end)


def _hash_at(reading: _Reading, start: int) -> Indicator | None:
    match = _DIGEST.match(reading.plain, start)
    kind = _DIGESTS.get(len(match[0])) if match else None
    if not match or not kind or match[0].isdigit() or match[0].isalpha():
        return None
    return Indicator(kind, match[0].lower(), *match.span())


# --- spelling ---


def _clean(tail: str) -> str:
    return tail.replace("[.]", ".").replace("[:]", ":").replace("[/]", "/")


def _without_punctuation(tail: str, also: str) -> str:
    kept = tail.rstrip(".,;:!?'\"*~)" + also)
    rest = tail[len(kept) :]
    closing = min(max(kept.count("(") - kept.count(")"), 0), len(rest) - len(rest.lstrip(")")))
    return kept + rest[:closing]


def _defanged_url(url: str) -> str:
    scheme, authority, rest = _parts(url)
    user, at, host = authority.rpartition("@")
    if host.startswith("["):
        address, bracket, port = host[1:].partition("]")
        host = "[" + address.replace(":", "[:]") + bracket + port
    prefix = _SAFE_SCHEMES.get(scheme, f"{scheme}[:]//")
    return prefix + user + at + host.replace(".", "[.]") + rest


def _parts(url: str) -> tuple[str, str, str]:
    match = _URL_PARTS.match(url)
    return (match[1] or "", match[2], match[3]) if match else ("", "", url)
