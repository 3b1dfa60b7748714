import json
import os
from dataclasses import dataclass
from typing import Annotated

import pytest
from msgspec import Meta

from xaesthetic.core.documents import convert, parse_json, read_bytes, read_json, read_text
from xaesthetic.core.errors import DataError


@dataclass(frozen=True)
class Size:
    height: Annotated[int, Meta(ge=1)]
    width: Annotated[int, Meta(ge=1)]
    scale: float = 1.0


def test_a_document_becomes_a_value(tmp_path):
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"height": 37, "width": 23, "further": [1]}')
    assert read_json(tmp_path / "a.json", Size) == Size(37, 23)
    (tmp_path / "b.json").write_text('{"height": 2, "width": 3, "scale": 4}', encoding="utf-16")
    assert read_json(tmp_path / "b.json", Size) == Size(2, 3, 4.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"height": 0, "width": 1}', r"\$\.height: expected `int` >= 1"),
        ('{"height": "1", "width": 1}', r"\$\.height: expected `int`, got `str`"),
        ('{"height": 1.5, "width": 1}', r"\$\.height"),
        ('{"height": true, "width": 1}', r"\$\.height: expected `int`, got `bool`"),
        ('{"height": 1}', "missing required field `width`"),
        ("[1]", "got `array`"),
        ("null", "got `null`"),
        ('{"height": 1, "width": 1, "scale": NaN}', "NaN is no number"),
        ('{"height": 1, "width": 1, "scale": 1e999}', "too large"),
        ('{"height": 1, "width": ' + "1" * 5000 + "}", "digit"),
        ('{"height": 1, "width": 1, "width": 2}', "'width' comes twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"height": 1, "width": 1, "name": "\\ud800"}', "is not JSON"),
        ("", "is not JSON"),
        ("{", "is not JSON"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(tmp_path, text, reason):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=reason) as refused:
        read_json(tmp_path / "a.json", Size)
    assert str(tmp_path / "a.json") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_export_may_hold_numbers_that_are_none():
    assert parse_json('{"height": 1, "width": 1, "scale": Infinity}', "it", Size, strict=False).scale == float("inf")


def test_another_encoding_is_refused_with_its_line(tmp_path):
    (tmp_path / "a.txt").write_bytes("eins\nzwei\ngrün\n".encode("cp1252"))
    with pytest.raises(DataError, match="line 3: byte 0xfc is not UTF-8; save"):
        read_text(tmp_path / "a.txt")


def test_only_regular_files_of_a_bounded_size_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, reason in ((tmp_path / "pipe", "no regular file"), (tmp_path, "no regular file"), (tmp_path / "b", "No such")):
        with pytest.raises(DataError, match=reason):
            read_bytes(path)
    (tmp_path / "large").write_bytes(bytes(11))
    with pytest.raises(DataError, match="11 bytes; at most 10"):
        read_bytes(tmp_path / "large", most=10)
    with pytest.raises(DataError, match="null"):
        read_bytes(tmp_path / "a\0b")


def test_parsing_agrees_with_json():
    text = json.dumps({"a": ["é", 1, 2.5, None, True, {"b": "\U0001f600"}]})
    assert parse_json(text, "it") == json.loads(text)


def test_one_bad_number_or_letter_of_an_export_does_not_cost_the_rest():
    text = f'[1, {"9" * 5000}, -{"9" * 5000}, NaN, 1e999, "\\ud800"]'
    assert str(parse_json(text, "export", strict=False)) == "[1, inf, -inf, nan, inf, '\\ud800']"
    with pytest.raises(DataError, match="is not JSON"):
        parse_json(text, "export")
    with pytest.raises(DataError, match="export: holds half a letter"):
        convert("\ud800", "export", float | None)
