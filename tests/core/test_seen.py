"""Lists of photographs that a model saw, kept small."""

import hashlib

import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.core.seen import pack, seen_among, unpack


def sums(count):
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def test_what_is_packed_is_found_and_nothing_else():
    known = dict(enumerate(sums(3000)))
    packed = pack(list(known.values())[:2000])
    assert len(packed) < 22_000
    named = {str(number): item for number, item in known.items()}
    assert seen_among(packed, named, "here") == {str(number) for number in range(2000)}


def test_order_and_repetition_do_not_count():
    some = sums(5)
    assert pack([*some, *some[::-1], ""]) == pack(some)
    assert unpack(pack(some), "here") == {item[:16] for item in some}
    assert pack([]) == ""
    assert seen_among("", {"a": some[0]}, "here") == frozenset()


@pytest.mark.parametrize("packed", ["no base64!", "AAAA", "ä"])
def test_what_is_damaged_is_refused(packed):
    with pytest.raises(DataError, match=r"net\.json: .*train the model again"):
        unpack(packed, "net.json")
