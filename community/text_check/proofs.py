"""Is a match what it looks like? Check digits, and the shape of telephone numbers, secrets and names."""

import math
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime

Proof = Callable[[re.Match[str]], bool]
_NOT_DIGITS = re.compile(r"[^0-9]+")
# 0AB-J: area code and exchange have six digits together, the last group four; others are grouped by their prefix.
_FREE = ("0120", "0570", "0990", "0180")
_MOBILE = ("020", "050", "060", "070", "080", "090")
_PLACEHOLDER = re.compile(
    r"[*xX?•._\-]+"
    r"|(?:(?:re)?set|changed?|removed|redacted|hidden|masked|none|null|n/a|unknown|empty|true|false|yes|no|required|protected"
    r"|infected|malware|virus|protection|manager|managers|policy|spray(?:ing)?|reuse|recovery|hash(?:es)?|leak|only|here|below"
    r"|https?:.*|hxxps?.*)",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"株式会社|有限会社|[部課室]|センター|TEL|Tel|電話|内線|〒|@|\b(?:Inc|Ltd|LLC|Corp)\b|\bCo\.|Department|Division|Team"
)
_TIMES = ("%Y%m%d%H%M", "%d%m%Y%H%M", "%m%d%Y%H%M")
_CARDS = re.compile(
    r"4\d{15}(?:\d{3})?|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
)


def digits(text: str) -> str:
    """The ASCII digits of ``text``."""
    return _NOT_DIGITS.sub("", text)


def always(_: re.Match[str]) -> bool:
    """The pattern says it all."""
    return True


def is_card(match: re.Match[str]) -> bool:
    """A number of a payment card: a prefix and a length that are issued, and Luhn's check digit."""
    number = digits(match[0])
    if not _CARDS.fullmatch(number):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(doubled) + sum(map(int, number[::-2]))) % 10 == 0


def is_my_number(match: re.Match[str]) -> bool:
    """Twelve digits, the last of which checks the others (order 85 of 2014, article 5); no moment written in digits."""
    number = digits(match[0])
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11
    return int(number[-1]) == (0 if rest <= 1 else 11 - rest) and not any(_is_time(number, form) for form in _TIMES)


def _is_time(number: str, form: str) -> bool:
    try:
        return 1970 <= datetime.strptime(number, form).year < 2100  # noqa: DTZ007 - only whether it could be one
    except ValueError:
        return False


def is_japanese_phone(match: re.Match[str]) -> bool:
    """A number as it is dialled within Japan, in groups of the lengths that are in use."""
    groups = tuple(map(len, _NOT_DIGITS.split(match[0].strip("( "))))
    number = digits(match[0])
    if len(number) == 11:
        return groups in ((3, 4, 4), (11,), (4, 3, 4)) and number.startswith((*_MOBILE, "0800"))
    if len(number) != 10 or number[1] == "0":
        return False
    return groups == (4, 3, 3) if number.startswith(_FREE) else len(groups) == 3 and groups[2] == 4


def is_international_phone(match: re.Match[str]) -> bool:
    """After the plus sign 8 to 15 digits (E.164)."""
    return 8 <= len(digits(match[0].replace("(0)", ""))) <= 15


def is_secret(match: re.Match[str]) -> bool:
    """A value after "password:": no stand-in, and no word of a sentence that goes on."""
    value = match["what"]
    if match[0][0].isalpha() and match[0][0].isascii() and not begins_a_word(match) and _before(match) != "_":
        return False  # bypass:
    if value[0] in "[<{$%(&" or _PLACEHOLDER.fullmatch(value.rstrip("!?")):
        return False
    kinds = sum(any(test(letter) for letter in value) for test in (str.isalpha, str.isdigit, _is_sign))
    return kinds >= 2 or (value.isdigit() and bool(match["sign"])) or _ends_its_line(match)


def _is_sign(letter: str) -> bool:
    return letter in "!#$%&*+=?@^~_|"


def _ends_its_line(match: re.Match[str]) -> bool:
    rest = match.string[match.end() : match.end() + 3].lstrip("\"'」』`.)")
    return bool(match["sign"]) and (not rest or rest[0] == "\n")


def is_random(match: re.Match[str]) -> bool:
    """Drawn by a machine, not written by a person: many different characters, digits among them."""
    value = match["what"]
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return bits >= 3.2 and any(letter.isdigit() for letter in value)


def names_a_contact(match: re.Match[str]) -> bool:
    """Lines between rules that say where somebody works or is reached."""
    return bool(_CONTACT.search(match["lines"]))


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 1) : match.start()]


def begins_a_line(match: re.Match[str]) -> bool:
    """Nothing stands before it in its line."""
    return _before(match) in ("", "\n")


def begins_a_word(match: re.Match[str]) -> bool:
    """It is no end of a longer word."""
    before = _before(match)
    return not (before.isascii() and (before.isalnum() or before in ("_", "-")))


def stands_for_we(match: re.Match[str]) -> bool:
    """Not the second half of 担当, 該当, 熊本市 and their like."""
    return not "一" <= _before(match) <= "龠"


def is_own_folder(match: re.Match[str]) -> bool:
    """The folder of a person, not one that every machine has."""
    return match["who"].lower() not in _EVERYBODYS


_EVERYBODYS = {
    "public",
    "default",
    "user",
    "users",
    "admin",
    "administrator",
    "guest",
    "all",
    "test",
    "username",
    "name",
}
