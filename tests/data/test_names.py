import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaesthetic.data.names import match_names


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a/1.png", "a/1.png"),
        ("/home/her/data/a/1.png", "a/1.png"),
        ("1.png", "a/1.png"),
        ("images\\1.png", "1.png"),
        ("C:\\photos\\a\\1.png", "a/1.png"),
        ("..\\..\\media\\1.png", "1.png"),
        ("A/1.PNG", "a/1.png"),
        ("caf%C3%A9 1.png", "café 1.png"),
        ("cafe\u0301.png", "café.png"),
        ("a%2F1.png", "a/1.png"),
        ("100%.png", "100%.png"),
        ("0123abcd-1.png", "1.png"),
        ("0123abcd-1.png", "0123abcd-1.png"),
        ("1", "1.webp"),
        ("1.jpg", "1.jpg.png"),
        ("1.jpg", "1"),
        (" a / 1.png ", "a/1.png"),
        ("https://host/data/a/1.png?width=3#top", "data/a/1.png"),
        ("file:///home/her/a/1.png", "a/1.png"),
        ("https://host/what%3F.png", "what?.png"),
        ("what?.png", "what?.png"),
    ],
)
def test_a_name_means_a_file_however_it_is_written(name, file):
    assert match_names([name], ["another.png", file])[name].file == file


@pytest.mark.parametrize(
    ("name", "files", "problem"),
    [
        ("b/1.png", ["a/1.png"], "no file of that name"),
        ("1.png", ["a/1.png", "b/1.png"], "a/1.png or b/1.png"),
        ("1", ["1.png", "1.jpg"], "1.png or 1.jpg"),
        ("A.PNG", ["a.png", "a.Png"], "a.png or a.Png"),
        ("1.jpg", ["1.png"], "no file of that name"),
        ("", ["1.png"], "no file of that name"),
        ("..", ["1.png"], "no file of that name"),
        ("/", [""], "no file of that name"),
        ("https://host/b/1.png", ["a/1.png"], "no file of that name"),
        ("1.jpg", ["1.png", "2"], "no file of that name"),
    ],
)
def test_what_is_not_certain_is_no_match(name, files, problem):
    match = match_names([name], files)[name]
    assert not match.file
    assert problem in match.problem


def test_two_names_are_never_one_photograph():
    matches = match_names(["a/1.png", "b/1.png", "b\\1.png"], ["1.png"])
    assert not any(match.file for match in matches.values())
    assert matches["a/1.png"].problem == "'b/1.png' could be 1.png too"
    uploads = match_names(["aaaaaaaa-1.png", "bbbbbbbb-1.png"], ["1.png", "bbbbbbbb-1.png"])
    assert {name: match.file for name, match in uploads.items()} == {
        "aaaaaaaa-1.png": "1.png",
        "bbbbbbbb-1.png": "bbbbbbbb-1.png",
    }


def test_what_one_name_means_closely_is_not_there_for_a_looser_one():
    matches = match_names(["x/1.png", "1.jpg", "1.png"], ["1.png"], any_suffix=True)
    assert {name: match.file for name, match in matches.items()} == {"x/1.png": "", "1.jpg": "", "1.png": "1.png"}


def test_nothing_is_matched_because_the_other_is_taken():
    matches = match_names(["b/1.png", "1.png"], ["a/1.png", "b/1.png"])
    assert matches["b/1.png"].file == "b/1.png"
    assert matches["1.png"].problem == "it could be a/1.png or b/1.png"
    assert match_names(["1.png", "1.PNG"], ["1.png"])["1.PNG"].problem == "1.png is what '1.png' names"


def test_the_closer_of_two_names_has_the_file():
    matches = match_names(["1.png", "x/a/1.png", "2.png"], ["a/1.png"])
    assert [match.file for match in matches.values()] == ["", "a/1.png", ""]


def test_one_path_written_twice_is_one_photograph():
    matches = match_names(["a/1.png", "a\\1.png", "./a/1.png"], ["a/1.png", "b/1.png"])
    assert {match.file for match in matches.values()} == {"a/1.png"}


def test_another_suffix_is_taken_where_it_may_be():
    assert match_names(["1.JPG"], ["1.png"], any_suffix=True)["1.JPG"].file == "1.png"
    assert not match_names(["1.JPG"], ["1.png", "1.webp"], any_suffix=True)["1.JPG"].file


_part = st.sampled_from(["a", "A", "b", "1", "1.png", "1.PNG", "1.jpg", "%31.png", "0123abcd-1.png", ".."])
_path = st.lists(_part, min_size=1, max_size=3).map("/".join)
_file = _path.filter(lambda path: ".." not in path)


@given(
    names=st.lists(_path, max_size=6),
    files=st.lists(_file, max_size=6),
    any_suffix=st.booleans(),
)
def test_matches_are_exact_where_they_can_be_and_never_doubled(names, files, any_suffix):
    matches = match_names(names, files, any_suffix)
    assert set(matches) == set(names)
    for name, match in matches.items():
        assert (match.file in files) != bool(match.problem)
        if name in files and names.count(name) == 1 and ".." not in name:
            assert match.file == name
    taken: dict[str, set[str]] = {}
    for name, match in matches.items():
        taken.setdefault(match.file, set()).add("/".join(part for part in name.split("/") if part != ".."))
    assert all(len(paths) == 1 for file, paths in taken.items() if file)
