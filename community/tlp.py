"""The labels of the Traffic Light Protocol 2.0 (FIRST) and what they mean inside the community.

Labels are compared with explicit sets, never with ``<``: their alphabetical order is not their order of width.
"""

from enum import StrEnum


class Tlp(StrEnum):
    """A TLP 2.0 label. The value is the label as FIRST writes it, without the prefix ``TLP:``."""

    RED = "RED"
    AMBER_STRICT = "AMBER+STRICT"
    AMBER = "AMBER"
    GREEN = "GREEN"
    CLEAR = "CLEAR"

    @property
    def label(self) -> str:
        """The label as it is shown, never translated."""
        return f"TLP:{self.value}"


STRICT_TO_WIDE = (Tlp.RED, Tlp.AMBER_STRICT, Tlp.AMBER, Tlp.GREEN, Tlp.CLEAR)
ANY_READER = frozenset({Tlp.CLEAR})
UNDER_NDA = frozenset({Tlp.GREEN, Tlp.AMBER})
STAFF_ONLY = frozenset({Tlp.AMBER_STRICT})
NAMED_ONLY = frozenset({Tlp.RED})
PUBLIC_GROUP = frozenset({Tlp.GREEN, Tlp.CLEAR})


def not_wider_than(label: Tlp) -> frozenset[Tlp]:
    """The labels that a reply to, or a quote of, something under ``label`` may carry."""
    if label is Tlp.RED:
        return NAMED_ONLY
    return frozenset(STRICT_TO_WIDE[: STRICT_TO_WIDE.index(label) + 1])


def is_wider(label: Tlp, than: Tlp) -> bool:
    """Does ``label`` reach further than ``than``?"""
    return label not in STRICT_TO_WIDE[: STRICT_TO_WIDE.index(than) + 1]
