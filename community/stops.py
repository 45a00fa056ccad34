"""Full stops of Japanese that stand for the dot of a host: ``evil。example`` leads where ``evil.example`` does.

They end sentences as well, and no blank follows them: ``感染したのはPC。IT部門が`` names no host. So a stop is
read as a dot only where all of this holds:

* a label of a host stands right before it and right after it;
* what ordinary dots join on either side is no host by itself: then the stop is between two sentences;
* joined by dots it is four numbers, or a domain as careful reading finds one (behind ``//`` and ``@``: by its ending);
* its ending is in small letters, or all of it in capitals with an ending as old as ``com``: acronyms begin sentences;
* an ending that is an English word as well is not followed by a blank and more of English;
* a name without letters stands under an ending as old as ``com``: ``手順1。cat`` is a step and a command.
"""

import re

from community.hosts import CLASSIC, COMMON_WORDS, is_domain, is_v4

LETTER = "A-Za-z0-9\u00c0-\u04ff"  # Greek and Cyrillic too: a look-alike letter belongs to the name
DOT = r"(?:\.| ?[\[({](?:\.|dot)[\])}] ?|\[\.|\.\])"
LABEL = rf"[{LETTER}_][{LETTER}]*+(?:[_\-]+[{LETTER}]++)*+"
WIDE_LABEL = r"[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af][\w\-]{0,62}"
STOP = "\u3002"
_BETWEEN = rf"(?:{DOT}|{STOP})"
_RUN = re.compile(
    rf"(?<![{LETTER}_])(?<![{LETTER}_][.\-{STOP}])(?:{LABEL}{_BETWEEN}){{1,9}}{LABEL}"
    rf"|(?<=//)(?:(?:{LABEL}|{WIDE_LABEL}){_BETWEEN}){{1,9}}{LABEL}",
    re.IGNORECASE,
)
_BRACKETED_DOT = re.compile(r" ?[\[({](?:\.|dot)[\])}] ?|\[\.|\.\]", re.IGNORECASE)
_BRACKETED_STOP = re.compile(rf"(?<=[\[({{]){STOP}(?=[\])}}])")
_FULL_WIDTH = re.compile(r"(?<=[A-Za-z0-9])\uff0e(?=[A-Za-z])")
_MORE_ENGLISH = re.compile(r" +[A-Za-z]")


def with_stops(text: str) -> str:
    """``text`` with one kind of stop; a full-width one is a stop between half-width letters, else it is a dot."""
    return _FULL_WIDTH.sub(STOP, text).replace("\uff61", STOP)


def dotted(plain: str) -> str:
    """``plain`` with a dot in place of every stop that stands for one; all else keeps its place."""
    return _RUN.sub(_read, _BRACKETED_STOP.sub(".", plain)) if STOP in plain else plain


def refanged(written: str) -> str:
    """A host or address as it is written when nobody defangs it."""
    return _BRACKETED_DOT.sub(".", written).replace("[:]", ":")


def _read(match: re.Match[str]) -> str:
    """One run of labels, its stops read as dots from one end of a host to the other."""
    parts = match[0].split(STOP)
    behind_mark = match.string[max(0, match.start() - 2) : match.start()].endswith(("//", "@"))
    english = not behind_mark and _MORE_ENGLISH.match(match.string, match.end())
    if len(parts) < 2 or (english and parts[-1].lower() in COMMON_WORDS):
        return match[0]
    sentences = [_is_whole(part) for part in parts]
    at, read = 0, []
    while at < len(parts):
        ends = [end for end in range(len(parts), at + 1, -1) if not any(sentences[at:end])]
        end = next((end for end in ends if _is_host(".".join(parts[at:end]), behind_mark)), at + 1)
        read.append(".".join(parts[at:end]))
        at = end
    return STOP.join(read)


def _is_whole(part: str) -> bool:
    host = refanged(part)
    return is_v4(host) or is_domain(host, marked=True)


def _is_host(written: str, behind_mark: bool) -> bool:
    host = refanged(written)
    *_, name, ending = host.split(".")
    old = len(ending) > 2 and ending.lower() in CLASSIC
    small = ending == ending.lower() or (old and host == host.upper())
    number = not (old or behind_mark or any(map(str.isalpha, name)))
    return is_v4(host) or (small and not number and is_domain(host, behind_mark))
