"""What is shown of names that are out to do harm."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaesthetic.core.text import ESCAPES, register_escapes, visible, visible_json

ODD = "\x1b[31mred\x07\r\n\t\x9b2J\u202egnp.\u2066\u2028\x7f"


def test_no_control_character_is_left():
    assert visible(ODD) == r"\x1b[31mred\x07\r\n\t\x9b2J\u202egnp.\u2066\u2028\x7f"


@pytest.mark.parametrize("name", ["日本.png", "naïve [red] :smile:.png", "👩‍👧.png", "نص.png"])
def test_other_names_are_shown_as_they_are(name):
    assert visible(name) == name


@given(st.text())
def test_shown_json_holds_the_same(text):
    shown = visible_json(json.dumps([text], ensure_ascii=False, indent=2))
    assert json.loads(shown) == [text]
    assert visible(shown.replace("\n", "")) == shown.replace("\n", "")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_json_stays_json_where_a_stream_lacks_characters(encoding):
    register_escapes()
    names = ["日本", "naïve", "👩", "\udcff", "plain"]
    stream = io.TextIOWrapper(io.BytesIO(), encoding, ESCAPES)
    stream.write(json.dumps(names, ensure_ascii=False))
    stream.flush()
    assert json.loads(stream.buffer.getvalue().decode(encoding)) == names
