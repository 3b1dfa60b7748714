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
        "sep=;\nimage;x\na.jpg;1,5\nb.jpg;2\n",
        "image;x;a comment, which, has, commas\na.jpg;1,5;\nb.jpg;2;ok\n",
        "image,x,,\na.jpg,1.5\nb.jpg,2,,\n",
        "image,x,note,note\na.jpg,1.5,a,b\nb.jpg,2,a,b\n",
    ],
)
def test_one_table_in_many_hands(tmp_path, content):
    table = read(tmp_path, content, wanted=("image", "x"))
    number = table.number_reader("x")
    assert [(row.cells["image"], number(row.cells["x"])) for row in table.rows] == [("a.jpg", 1.5), ("b.jpg", 2.0)]
    assert not any(row.problem for row in table.rows)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n", "has no column x; it has a, b"),
        ("\n;;\n", "has no column x"),
        ("x,x\n", "two columns x"),
        ("x,X\n", "two columns x"),
        ("x" * 200_000, "line 1: is no header of a table, but binary or damaged"),
        ("x,y\n1,2\n".encode("utf-16-le"), "line 1: is no header of a table, but binary or damaged"),
        ("PK\x03\x04\0\0workbook", "line 1: is no header of a table, but binary or damaged"),
        ("x\nä\n".encode("cp1252"), "line 2: byte 0xe4 is not UTF-8"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, content, reason):
    with pytest.raises(DataError, match=reason):
        read(tmp_path, content, wanted=("x",))


def test_a_bad_row_does_not_cost_the_others(tmp_path):
    table = read(tmp_path, 'image,x\na.jpg,1\nb.jpg\nc.jpg,.\nd.jpg,"1,5"\ne.jpg,4,5\nn\0.jpg,3\nf.jpg,2\n')
    number = table.number_reader("x")
    parsed = list(parse_rows(table, lambda cells: (cells["image"], number(cells["x"]))))
    assert [value for _, value in parsed if not isinstance(value, str)] == [("a.jpg", 1.0), ("f.jpg", 2.0)]
    assert [(row.line, value) for row, value in parsed if isinstance(value, str)] == [
        (3, "has 1 cells where the header has 2"),
        (4, "'.' is no number"),
        (5, "'1,5' is no number"),
        (6, "has 3 cells where the header has 2"),
        (7, "has a cell that is binary or far too long"),
    ]


@pytest.mark.parametrize(
    ("lines", "images", "bad"),
    [
        (['"a.jpg,1', "b.jpg,2"], ["b.jpg"], [2]),
        (['a.jpg,"1', "b.jpg,2", 'c.jpg,3"', "d.jpg,4"], ["b.jpg", "c.jpg", "d.jpg"], [2]),
        (['a.jpg,"1', 'b.jpg,"2', "c.jpg,3"], ["c.jpg"], [2, 3]),
        (['a.jpg,"1"2', "c.jpg,3"], ["c.jpg"], [2]),
        (['5" screen.jpg,1', "c.jpg,3"], ['5" screen.jpg', "c.jpg"], []),
        (['"a', 'b.jpg",1', "c.jpg,3"], ["a\nb.jpg", "c.jpg"], []),
        (['"a ""b"".jpg",1', "c.jpg,3"], ['a "b".jpg', "c.jpg"], []),
        (["a" * 200_000 + ",1", "c.jpg,3"], ["c.jpg"], [2]),
        (['"' + "a" * 200_000 + '",1', "c.jpg,3"], ["c.jpg"], [2]),
    ],
)
def test_a_quote_that_does_not_close_costs_one_row(tmp_path, lines, images, bad):
    table = read(tmp_path, "\n".join(["image,x", *lines]))
    assert [row.cells["image"] for row in table.rows if not row.problem] == images
    assert [row.line for row in table.rows if row.problem] == bad


def test_numbers_are_plain_decimals(tmp_path):
    number = read(tmp_path, "x\n").number_reader("x")
    assert [number(text) for text in ("1", "-.5", "1e3", "+2.", "1.500", "1e999")] == [1, -0.5, 1000, 2, 1.5, float("inf")]
    for text in ("1_000", "0x10", "", "1 2", "٣", "1,5", "1,500"):
        with pytest.raises(ValueError, match="no number"):
            number(text)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,5", "2,25", "3", "1,024"], [1.5, 2.25, 3, 1.024]),
        (["1.5", "2.25", "3", "1.024"], [1.5, 2.25, 3, 1.024]),
        (["1,234", "2,345"], [1.234, 2.345]),
        (["1.234", "2.345"], [1.234, 2.345]),
        (["1,024", "512"], [None, 512]),
        (["1.024", "512"], [None, 512]),
        (["1,024", "2.048"], [None, None]),
        (["1,5", "2,5", "1.024", "3.5"], [1.5, 2.5, None, None]),
        (["1.5", "2.5", "1,024", "3,5"], [1.5, 2.5, None, None]),
        (["1.024,5", "2,5"], [None, 2.5]),
    ],
)
def test_decimals_and_thousands_are_not_mixed_up(tmp_path, cells, values):
    number = read(tmp_path, "\n".join(["x;y", *(f"{cell};a" for cell in cells)])).number_reader("x")
    for cell, value in zip(cells, values, strict=True):
        if value is None:
            with pytest.raises(ValueError, match="no number|decimals or thousands"):
                number(cell)
        else:
            assert number(cell) == value


def test_columns_are_found_whatever_their_case(tmp_path):
    table = read(tmp_path, "ID,Name\n1,a\n")
    assert (table.find_column("image", "name"), table.find_column("x")) == ("Name", None)
