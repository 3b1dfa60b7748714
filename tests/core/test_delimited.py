import pytest

from xaesthetic.core.delimited import parse_rows, read_delimited
from xaesthetic.core.errors import DataError


def read(tmp_path, content, **options):
    (tmp_path / "a.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_delimited(tmp_path / "a.csv", **options)


@pytest.mark.parametrize(
    "content",
    [
        "image,x\na.jpg,1.5\nb.jpg,2\n",
        "\ufeffimage,x\r\na.jpg,1.5\r\nb.jpg,2\r\n",
        "image,x\ra.jpg,1.5\rb.jpg,2",
        "\n image , x \n\n a.jpg , 1.5 \n   \nb.jpg,2,,\n",
        "image;x\na.jpg;1,5\nb.jpg;2\n",
        "image\tx\na.jpg\t1,5\nb.jpg\t2\n",
        "Image|X\na.jpg|1.5\nb.jpg|2\n",
        '"image","x"\n"a.jpg","1.5"\n"b.jpg","2"\n',
        "image,x\na.jpg,1.5\nb.jpg,2\n".encode("utf-16"),
    ],
)
def test_one_table_in_many_hands(tmp_path, content):
    table = read(tmp_path, content, wanted=("image", "x"))
    assert [(row.cells["image"], table.number(row.cells["x"])) for row in table.rows] == [("a.jpg", 1.5), ("b.jpg", 2.0)]
    assert not any(row.problem for row in table.rows)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n", "has no column x; it has a, b"),
        ("x,x\n", "two columns x"),
        ("x,X\n", "two columns x"),
        ('x\n"' + "y" * 200_000 + '"\n', "field larger"),
        ("x\nä\n".encode("cp1252"), "line 2: byte 0xe4 is not UTF-8"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, content, reason):
    with pytest.raises(DataError, match=reason):
        read(tmp_path, content, wanted=("x",))


def test_a_bad_row_does_not_cost_the_others(tmp_path):
    table = read(tmp_path, 'image,x\na.jpg,1\nb.jpg\nc.jpg,.\nd.jpg,"1,5"\ne.jpg,4,5\nf.jpg,2\n')
    parsed = [value for _, value in parse_rows(table, lambda cells: (cells["image"], table.number(cells["x"])))]
    assert [value for value in parsed if not isinstance(value, DataError)] == [("a.jpg", 1.0), ("f.jpg", 2.0)]
    reasons = [str(value).partition("a.csv, ")[2] for value in parsed if isinstance(value, DataError)]
    assert reasons == [
        "line 3: has 1 cells where the header has 2.",
        "line 4: '.' is no number.",
        "line 5: '1,5' is no number.",
        "line 6: has 3 cells where the header has 2.",
    ]


def test_numbers_are_plain_decimals(tmp_path):
    table = read(tmp_path, "x\n")
    assert [table.number(text) for text in ("1", "-.5", "1e3", "+2.")] == [1, -0.5, 1000, 2]
    for text in ("1_000", "0x10", "", "1 2", "٣", "1,5"):
        with pytest.raises(ValueError, match="no number"):
            table.number(text)


def test_columns_are_found_whatever_their_case(tmp_path):
    table = read(tmp_path, "ID,Name\n1,a\n")
    assert (table.find_column("image", "name"), table.find_column("x")) == ("Name", None)
