"""How a row's random number is written in an address: 13 characters, Crockford's base 32, lower case."""

from functools import lru_cache

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
LENGTH = 13


@lru_cache(maxsize=20_000)
def encode(number: int) -> str:
    """Write a positive 63-bit number as 13 characters."""
    return "".join([_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5)])


def decode(text: str) -> int:
    """Read what ``encode`` wrote.

    Raises ValueError for everything else, also for other spellings of the same number: an object has one address.
    """
    if len(text) != LENGTH:
        raise ValueError("not an id")
    number = 0
    for letter in text:
        value = _VALUE.get(letter)
        if value is None:
            raise ValueError("not an id")
        number = number << 5 | value
    if not 0 < number < 1 << 63:
        raise ValueError("not an id")
    return number
