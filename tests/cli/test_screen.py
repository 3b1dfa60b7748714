from xaesthetic.cli import screen


def test_of_many_photographs_left_out_only_some_are_named(capsys):
    screen.print_left_out({f"{i}.jpg": f"{i}.jpg: gone" for i in range(20)})
    assert "more" not in capsys.readouterr().err
    screen.print_left_out({f"{i}.jpg": f"{i}.jpg: gone" for i in range(300)})
    said = capsys.readouterr().err
    assert "left out: 300 photographs" in said
    assert "19.jpg: gone\n  and 280 more" in said
    assert "20.jpg" not in said
