"""How a name that is stored in Latin letters is written in kana, and the other way round, as patterns.

Readings of kanji are not known here. Long vowels are written in many ways: each of them is found.
"""

import re
import unicodedata

_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
}
_BEFORE_GLIDES = {f"{row}y": _ROWS[row][1] for row in "kgnhbpmr"} | {
    "sh": "し",
    "sy": "し",
    "ch": "ち",
    "ty": "ち",
    "j": "じ",
    "zy": "じ",
}
_SYLLABLES = {
    **{row + vowel: kana for row, line in _ROWS.items() for vowel, kana in zip("aiueo", line, strict=True)},
    **{
        before + vowel: kana + small
        for before, kana in _BEFORE_GLIDES.items()
        for vowel, small in zip("auo", "ゃゅょ", strict=True)
    },
    "shi": "し",
    "chi": "ち",
    "tsu": "つ",
    "fu": "ふ",
    "ji": "じ",
    "ya": "や",
    "yu": "ゆ",
    "yo": "よ",
    "wa": "わ",
    "wo": "を",
}
_SPELLINGS = {
    kana: [latin for latin, other in _SYLLABLES.items() if other == kana] for kana in set(_SYLLABLES.values())
}
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_TO_HIRAGANA = {code + 0x60: code for code in range(0x3041, 0x3097)}


_LATIN = re.compile(
    rf"(?P<syllable>{'|'.join(sorted(_SYLLABLES, key=len, reverse=True))})(?:h(?![aiueoy]))?"
    r"|(?P<n>[nm])(?![aiueoy])|(?P<doubled>[kstpcgdbzj])(?=(?P=doubled)|(?<=t)c)"
)
_KANA = re.compile(
    rf"(?P<syllable>{'|'.join(sorted(_SPELLINGS, key=len, reverse=True))})|(?P<n>ん)|(?P<doubled>っ)|(?P<long>ー)"
)
_LONGER = re.compile("[うおー]")


def in_kana(latin: str) -> str | None:
    """A pattern of the hiragana of a name in Latin letters; None when it is not spelled as Japanese is."""
    spelled = _plain(latin)
    parts = list(_LATIN.finditer(spelled))
    return "".join(map(_kana_of, parts)) if "".join(part[0] for part in parts) == spelled else None


def _kana_of(part: re.Match[str]) -> str:
    if latin := part["syllable"]:
        kana = _SYLLABLES[latin]
        if latin in ("na", "ni", "nu", "ne", "no") and part.start():  # Shin'ichi is as often written Shinichi
            kana = f"(?:{kana}|ん{_SYLLABLES[latin[1]]})"
        return kana + {"o": "[うおー]?", "u": "[うー]?"}.get(latin[-1], "ー?")
    return "ん" if part["n"] else "っ"


def katakana(text: str) -> str:
    """``text``, which may be a pattern, with katakana for its hiragana."""
    return text.translate(_TO_KATAKANA)


def hiragana(text: str) -> str:
    """``text`` with hiragana for its katakana."""
    return unicodedata.normalize("NFKC", text).translate(_TO_HIRAGANA)


def in_latin(kana: str) -> str | None:
    """A pattern of the Latin letters of a name in kana; None when it is not all kana."""
    signs, found, at = hiragana(kana), "", 0
    while at < len(signs):
        part = _KANA.match(signs, at)
        if not part:
            return None
        long = _LONGER.match(signs, part.end()) if _ends_in_o_or_u(part) else None
        found += _latin_of(part) + ("(?:u|o|h)?" if long else "h?" if part.end() == len(signs) else "")
        at = (long or part).end()
    return found or None


def _ends_in_o_or_u(part: re.Match[str]) -> bool:
    return bool(part["syllable"]) and _SPELLINGS[part["syllable"]][0][-1] in "ou"


def _latin_of(part: re.Match[str]) -> str:
    if kana := part["syllable"]:
        return f"(?:{'|'.join(_SPELLINGS[kana])})"
    return "[nm]'?" if part["n"] else "[kstpcgdbzj]?" if part["doubled"] else ""


def _plain(latin: str) -> str:
    folded = unicodedata.normalize("NFD", latin.replace("'", "").replace("’", ""))
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).lower()
