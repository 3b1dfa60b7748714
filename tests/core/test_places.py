import pickle
from pathlib import Path

import pytest

from xaesthetic.core.places import Address, is_remote, redact, to_place

SECRETS = {
    "https://me:hunter2@host/a.jpg": "https://***@host/a.jpg",
    "https://hunter2@host/a.jpg": "https://***@host/a.jpg",
    "https://me:hun@ter2@host/a.jpg": "https://***@host/a.jpg",
    "s3://key:hunter2@bucket/a.jpg": "s3://***@bucket/a.jpg",
    "https://h/a.jpg?id=3&X-Amz-Signature=hunter2&X-Amz-Credential=hunter2": (
        "https://h/a.jpg?id=3&X-Amz-Signature=***&X-Amz-Credential=***"
    ),
    "https://h/a.jpg?sv=2020&sig=hunter2&se=hunter2": "https://h/a.jpg?sv=***&sig=***&se=***",
    "https://h/a.jpg?access_token=hunter2": "https://h/a.jpg?access_token=***",
    "https://h/a.jpg?API_KEY=hunter2#x": "https://h/a.jpg?API_KEY=***#x",
    "https://h/x.tar?Signature=hunter2::a.jpg": "https://h/x.tar?Signature=***::a.jpg",
    "https:/me:hunter2@host/a.jpg": "https://***@host/a.jpg",  # as pathlib writes it
}


@pytest.mark.parametrize("written", SECRETS)
def test_secrets_are_in_no_text_of_a_place(written):
    place = to_place(written)
    assert str(place) == SECRETS[written]
    for text in (str(place), repr(place), f"{place}", place.name, redact(f"cannot read '{written}' (404)")):
        assert "hunter2" not in text
        assert "ter2" not in text


@pytest.mark.parametrize(
    "text",
    ["photos/a@b.jpg", "C:/a?sig=1.jpg", "https://h/a@b.jpg", "https://h/a.jpg?size=3&id=4", "token=5", "s3://b/k.jpg"],
)
def test_what_is_no_secret_stays(text):
    assert redact(text) == text
    assert redact(redact(text)) == redact(text)


def test_the_whole_address_is_kept_in_memory():
    assert to_place("https://me:pw@host/a.jpg").container == "https://me:pw@host/a.jpg"
    assert to_place(Path("https://me:pw@host/a.jpg")).container == "https://me:pw@host/a.jpg"


@pytest.mark.parametrize(
    ("text", "container", "member"),
    [
        ("s.tar::a.jpg", "s.tar", "a.jpg"),
        ("/x/s.TAR::d/a.jpg", "/x/s.TAR", "d/a.jpg"),
        ("s.tar::a::b.jpg", "s.tar", "a::b.jpg"),
        ("https://h/s.tar::a.jpg", "https://h/s.tar", "a.jpg"),
        ("https://h/s.tar?v=2::a.jpg", "https://h/s.tar?v=2", "a.jpg"),
        ("https://h/a::b.jpg", "https://h/a::b.jpg", ""),
    ],
)
def test_members_of_tars(text, container, member):
    place = to_place(text)
    assert (place.container, place.member) == (container, member)
    assert str(place) == text
    assert pickle.loads(pickle.dumps(place)) == place


@pytest.mark.parametrize("text", ["a.jpg", "a::b.jpg", "/x/a.tar", "C:/x/a.jpg", "data:abc", "x:y/z.jpg"])
def test_files_stay_files(text):
    assert to_place(text) == Path(text)
    assert not is_remote(text)


def test_names_and_suffixes():
    place = Address("https://h/d/a.JPG?x=b.png")
    assert (place.name, place.suffix) == ("a.JPG", ".JPG")
    assert Address("s.tar", "d/a.webp").suffix == ".webp"
    assert Address("s.tar", "a.jpg").absolute().container == str(Path("s.tar").absolute())
    assert place.absolute() is place
