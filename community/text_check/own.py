"""What is known about an author, and the rules that follow from it: own name, mail, organization, address ranges."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.folding import PLAIN
from community.text_check.kana import hiragana, in_kana, in_latin, katakana
from community.text_check.rules import AT, DOT, Rule

_OWN_NAME = _l("This is your name, or a part of it.")
_OWN_MAIL = _l("This is your mail address.")
_OWN_DOMAIN = _l("This is a domain of your organization.")
_OWN_ORGANIZATION = _l("This is the name of your organization, or a part of it.")
OWN_NETWORK = _l("This address is in a range of your organization.")
_BEFORE, _AFTER = "(?<![A-Za-z0-9])", "(?![A-Za-z0-9])"
_FORMS = (
    r"株式会社|有限会社|合同会社|合資会社|一般社団法人|一般財団法人|公益社団法人|公益財団法人|社団法人|財団法人|独立行政法人"
    r"|国立研究開発法人|国立大学法人|地方独立行政法人|医療法人|学校法人|[(]株[)]|㈱"
)
_LATIN_FORMS = re.compile(
    r",?\s+(?:Co\.?,?\s*Ltd\.?|Company|Corporation|Corp\.?|Inc\.?|Incorporated|Ltd\.?|Limited|LLC|K\.?K\.?|G\.?K\.?"
    r"|plc|GmbH|AG|S\.?A\.?)\Z",
    re.IGNORECASE,
)
_LEGAL = re.compile(_FORMS)
_PARTS = re.compile(r"[\s/・,、()（）\[\]「」|]+")
_KANJI = re.compile(r"[々〆ヶ一-龠髙﨑]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f'’.-]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Whose addresses say nothing about where somebody works.
_ANYBODYS = _words("""
    gmail.com googlemail.com outlook.com outlook.jp hotmail.com hotmail.co.jp live.jp yahoo.com yahoo.co.jp ymail.ne.jp
    icloud.com me.com mac.com proton.me protonmail.com gmx.com gmx.net aol.com docomo.ne.jp ezweb.ne.jp au.com
    softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp ocn.ne.jp so-net.ne.jp
""")
# Mailboxes of an office: words of any text.
_OFFICES = _words("admin cert contact csirt desk help info mail office sales secretariat security support system team")
# Names that are words as well: found with a capital letter only.
_WORDS = _words("""
    will mark may grant bill rose hope long young white black brown green gray grey king price page bush art rich pat
    sue rob drew chase hunter case bond love park moon sun lane field fields wood woods stone north west banks day cook
    law sky ray jack miles summer april june august dawn faith grace joy ivy iris dale glen cliff frank max guy dean
    earl duke baker carter mason porter potter parker shepherd smith taylor turner walker weaver wright rice reed root
    rush sharp short small strong swift true wise winter worth best berry bell ball bird fox wolf lamb
""")
# Forms of one character in family names.
VARIANTS = str.maketrans("髙﨑澤邊邉齋齊斉濵濱德廣國眞嶋嶌櫻惠龍瀧渕淵", "高崎沢辺辺斎斎斎浜浜徳広国真島島桜恵竜滝淵淵")


@dataclass(frozen=True)
class Author:
    """What is known here about somebody who writes without being known.

    ``name`` as they gave it, in one script or both; ``organizations`` the full and short names of theirs, ``domains``
    its mail domains, ``networks`` its address ranges (CIDR). Nothing about anybody else.
    """

    name: str = ""
    mail: str = ""
    organizations: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


def own_rules(author: Author) -> Iterator[Rule]:
    """The rules that find what is the author's own, the most telling first."""
    mailbox, _, host = _read(author.mail).lower().partition("@")
    if host:
        yield _rule("own_mail", _OWN_MAIL, _BEFORE + re.escape(mailbox) + AT + _host(host) + _AFTER, mailbox)
    yield from _names(_read(author.name), mailbox)
    domains = {domain.lower() for domain in (*author.domains, host) if domain} - _ANYBODYS
    for domain in sorted(domains):
        yield from _domain(domain)
    for name in sorted({" ".join(_read(name).split()) for name in author.organizations}):
        yield from _organization(name)


def _read(text: str) -> str:
    """As the text is read in which it is looked for."""
    return text.translate(PLAIN).translate(VARIANTS)


def _rule(name: str, why: LazyString, pattern: str, hint: str = "") -> Rule:
    """Whatever the case of its letters; ``pattern`` and ``hint`` are in small ones."""
    return Rule(name, why, re.compile(pattern), hints=(hint,), low=True)


# --- names ---


def _names(name: str, mailbox: str) -> Iterator[Rule]:
    parts = [part for part in _PARTS.split(name) if part]
    for first, second in pairwise(parts):
        yield from (_spaced(first, second), _spaced(second, first))
    for part in parts:
        yield from _part(part)
    kanji = [part for part in parts if _KANJI.fullmatch(part)]
    yield from map(_as_it_is, _halves(kanji[0]) if len(kanji) == 1 else ())
    for part in re.split(r"[^a-z]+", mailbox):
        yield from _latin(part) if len(part) >= 4 and part not in _OFFICES else ()


def _spaced(first: str, second: str) -> Rule:
    one, other = first.lower(), second.lower()
    if _LATIN.fullmatch(first + second):
        pattern = rf"{re.escape(one)}(?<![a-z0-9]{re.escape(one)})[ ,.-]{{1,2}}{re.escape(other)}{_AFTER}"
    else:
        pattern = rf"{re.escape(one)}[ ・]?{re.escape(other)}"
    return _rule("own_name", _OWN_NAME, pattern, other)


def _as_it_is(part: str) -> Rule:
    return _rule("own_name", _OWN_NAME, re.escape(part), part)


def _part(part: str) -> Iterator[Rule]:
    if _LATIN.fullmatch(part):
        yield from _latin(part.strip("."))
    elif _KANJI.fullmatch(part):
        yield from [_as_it_is(part)] if len(part) >= 2 else []
    elif len(part) >= 2 and (latin := in_latin(part)):
        yield from _alone_in_kana(hiragana(part), katakana(part))
        yield _rule("own_name", _OWN_NAME, f"{_BEFORE}{latin}{_AFTER}")


def _latin(part: str) -> Iterator[Rule]:
    if len(part) < 3:
        return
    word = re.escape(part.lower())
    if len(part) == 3 or part.lower() in _WORDS:
        spelled = f"(?:{re.escape(part.capitalize())}|{re.escape(part.upper())})"
        yield Rule("own_name", _OWN_NAME, re.compile(_BEFORE + spelled + _AFTER), hints=(part.lower(),))
    else:
        yield _rule("own_name", _OWN_NAME, f"{word}(?<![a-z0-9]{word}){_AFTER}", part.lower())
    if kana := in_kana(part):
        yield from _alone_in_kana(kana, katakana(kana))


def _alone_in_kana(in_hiragana: str, in_katakana: str) -> Iterator[Rule]:
    """Two or three kana stand in many words: a name has no kana of its kind around it, but for a particle or title."""
    after = r"(?=さん|さま|くん|です|でした|と申|[がはのにをもと]|[^ぁ-んー]|\Z)"
    yield _rule("own_name", _OWN_NAME, rf"(?<![ぁ-んー]){in_hiragana}{after}", in_hiragana[0])
    yield _rule("own_name", _OWN_NAME, rf"(?<![ァ-ヴー]){in_katakana}(?![ァ-ヴー])", in_katakana[0])


def _halves(kanji: str) -> Iterator[str]:
    """What is most often family and given name, where nothing parts them."""
    if len(kanji) >= 3:
        family = 3 if len(kanji) >= 5 else 2
        yield from (half for half in (kanji[:family], kanji[family:]) if len(half) >= 2)


# --- organizations ---


def _domain(domain: str) -> Iterator[Rule]:
    """The domain with what stands before it; and its first word, which stands in many a host name and account."""
    label = domain.split(".", maxsplit=1)[0]
    below = rf"[a-z0-9_](?<![a-z0-9-].)[a-z0-9_-]{{0,62}}{DOT}(?:[a-z0-9_-]{{1,63}}{DOT}){{0,5}}"
    yield _rule("own_domain", _OWN_DOMAIN, below + _host(domain) + _AFTER, label)
    yield _rule("own_domain", _OWN_DOMAIN, _BEFORE + _host(domain) + _AFTER, label)
    if len(label) >= 4:
        yield _rule("own_organization", _OWN_ORGANIZATION, _BEFORE + re.escape(label) + _AFTER, label)


def _host(domain: str) -> str:
    return DOT.join(map(re.escape, domain.split(".")))


def _organization(name: str) -> Iterator[Rule]:
    core = _LATIN_FORMS.sub("", _LEGAL.sub("", name)).strip()
    for one in sorted({name, core}):
        yield from _called(one)
    initials = "".join(word[0] for word in core.split() if word[0].isupper())
    if len(initials) >= 3 and core.isascii():
        yield _short(initials)


def _called(name: str) -> Iterator[Rule]:
    low = name.lower()
    words = r"\s{1,2}".join(map(re.escape, low.split()))
    if len(name) < 2:
        return
    if name.isascii() and len(name) <= 4:
        yield _short(name)
    elif name.isascii():
        yield _rule("own_organization", _OWN_ORGANIZATION, _BEFORE + words + _AFTER, low.split()[0])
    else:
        yield _rule("own_organization", _OWN_ORGANIZATION, rf"{words}(?: ?(?:{_FORMS}))?", low.split()[0])
        yield _rule("own_organization", _OWN_ORGANIZATION, rf"(?:{_FORMS}) ?{words}", low.split()[0])


def _short(name: str) -> Rule:
    """As it is written: in other letters it would be a word."""
    pattern = re.compile(_BEFORE + re.escape(name) + _AFTER)
    return Rule("own_organization", _OWN_ORGANIZATION, pattern, hints=(name.lower(),))
