"""What in a text gives away a person, a secret, a network or, in an anonymous post, its author.

Pure: a text and what is known about its author in, findings out. Nothing is kept, asked or told. The findings belong to
who writes; whoever shows them shows them to nobody else.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from community import indicators
from community.folding import PLAIN, without_invisible
from community.indicators import Indicator, Kind
from community.text_check.credentials import CREDENTIALS, PRIVATE_ADDRESS
from community.text_check.habits import HABITS
from community.text_check.own import OWN_NETWORK, VARIANTS, Author, own_rules
from community.text_check.persons import MAIL_ADDRESS, PERSONS
from community.text_check.ranges import Range, range_of
from community.text_check.rules import Plain, Rule

__all__ = ["Author", "Finding", "block_for", "check"]

_BLOCKS = "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10"
_INSIDE = tuple(map(range_of, _BLOCKS))
# Without one of these no mail address and no private address is written; asking is quicker than looking for all.
_MAYBE = re.compile(r"@|[\[({ ]at[\])} ]|1(?:0|00|72|92|69)(?:\.|[\[({ ])|f[c-e][0-9a-f]{2}(?:\[?:)", re.IGNORECASE)
_REMOVED = re.compile(r"［削除］|\[removed\]")
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
_METADATA = range_of("169.254.169.254")  # the same in every cloud
_NOBODYS = re.compile(
    r"(?:no-?_?reply|do-?not-?reply|mailer-daemon|postmaster|hostmaster|abuse|bounces?)\Z", re.IGNORECASE
)
_HOST_OF_URL = re.compile(r"(?:[a-z]+://)?(?:[^/?#]*@)?(\[[0-9a-f:.]+\]|[0-9.]+)(?=[:/?#]|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth a second look: ``words`` are ``text[start:end]``, ``why`` says what they give away."""

    start: int
    end: int
    rule: str
    words: str
    why: LazyString


def check(text: str, author: Author | None) -> list[Finding]:
    """What stands in ``text``, in order and apart from each other; of two in one place the longer one.

    ``author`` is what is known about who writes without being known; None for a post that shows their name.
    """
    shown, places = without_invisible(text)
    plain = shown.translate(PLAIN)
    found = list(_apart(_candidates(plain, shown, author)))
    if places is not None:
        found = [(places[start], places[end - 1] + 1, name, why) for start, end, name, why in found]
    told = [Finding(start, end, name, text[start:end], why) for start, end, name, why in found]
    return [one for one in told if any(map(str.isalnum, _REMOVED.sub("", one.words)))]


def block_for(text: str) -> str:
    """What stands in the place of words that were taken out, in the language of ``text``, not in that of its author."""
    return "［削除］" if _JAPANESE.search(text) else "[removed]"


_Span = tuple[int, int, str, LazyString]


def _candidates(plain: str, shown: str, author: Author | None) -> Iterator[_Span]:
    """The most telling first: of two of the same length it is the first that stays."""
    if author:
        yield from _by_rules(own_rules(author), Plain(plain.translate(VARIANTS)))
    networks = tuple(map(range_of, author.networks)) if author else ()
    if networks or _MAYBE.search(plain):
        yield from _by_indicators(indicators.find(shown), networks)
    yield from _by_rules((*PERSONS, *CREDENTIALS, *(HABITS if author else ())), Plain(plain))


def _by_rules(rules: Iterable[Rule], text: Plain) -> Iterator[_Span]:
    for rule in rules:
        yield from ((*place, rule.name, rule.why) for place in rule.places(text))


def _by_indicators(found: Iterable[Indicator], own: Sequence[Range]) -> Iterator[_Span]:
    for hit in found:
        if hit.kind is Kind.EMAIL and not _NOBODYS.match(hit.value.partition("@")[0]):
            yield hit.start, hit.end, "mail_address", MAIL_ADDRESS
        elif addresses := _addresses(hit):
            if any(_share(addresses, one) for one in own):
                yield hit.start, hit.end, "own_network", OWN_NETWORK
            elif any(_share(addresses, block) and not _holds(addresses, block) for block in _INSIDE):
                yield hit.start, hit.end, "private_address", PRIVATE_ADDRESS


def _addresses(hit: Indicator) -> Range | None:
    """The address or range of an indicator, or of the host of a URL."""
    written = hit.value
    if hit.kind is Kind.URL:
        host = _HOST_OF_URL.match(written)
        written = host[1].strip("[]") if host else ""
    elif hit.kind not in (Kind.IPV4, Kind.IPV6, Kind.CIDR):
        return None
    try:
        found = range_of(written)
    except ValueError:
        return None
    return None if found == _METADATA else found


def _share(one: Range, other: Range) -> bool:
    return one.version == other.version and one.first <= other.last and other.first <= one.last


def _holds(one: Range, other: Range) -> bool:
    """The whole block, or more, is a rule of the Internet and says nothing."""
    return one.first <= other.first and other.last <= one.last


def _apart(candidates: Iterable[_Span]) -> list[_Span]:
    """Those that do not overlap, the longest first, then in order."""
    taken, kept = bytearray(), []
    for span in sorted(candidates, key=lambda one: one[0] - one[1]):
        start, end = span[:2]
        taken.extend(bytes(max(0, end - len(taken))))
        if start < end and taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(span)
    return sorted(kept, key=lambda one: one[0])
