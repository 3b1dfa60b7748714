"""The commands that plan a study."""

import pytest
from typer.testing import CliRunner

from xaesthetic.cli import main
from xaesthetic.cli.annotations import app
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.plan_file import read_plan

USUAL = ["plan", "--attr", "light", "--metric", "cc", "--difference", "0.1", "--times", "100"]
NUMBERS = ["--components", "0.01,0.002,0.005,0.01"]


def run(*arguments):
    return CliRunner().invoke(app, [*USUAL, *map(str, arguments)], env={"COLUMNS": "200"})


def test_it_is_planned_under_both_names(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["plan", "--components", "0.01,0.002,0.004,0.01", "--attr", "light", "--metric", "cc", "--difference", "0.1"]
    shown = []
    for group in ("annotate", "annotations"):
        monkeypatch.setattr("sys.argv", ["xaesthetic", group, *words, "--times", "50"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] != ""


def test_a_plan_is_shown_and_written(tmp_path):
    out = tmp_path / "plan.json"
    result = run(*NUMBERS, "--out", out, "--catch-dice", 0.5)
    assert result.exit_code == 0, result.output
    made = read_plan(out)
    assert made.sha256 in result.output
    assert (made.primary.metric, made.attributes, made.exclusions.catch_dice) == ("cc", ("light",), 0.5)
    assert str(made.design.photographs) in result.output
    assert "interaction 0.005" in result.output


def test_it_can_be_one_of_the_proposals(tmp_path):
    out = tmp_path / "plan.json"
    assert run(*NUMBERS, "--out", out).exit_code == 0
    shortest = read_plan(out).design.people
    wrong = run(*NUMBERS, "--out", tmp_path / "two.json", "--people", 1)
    assert wrong.exit_code == 2
    assert "no proposal has 1 people; there are" in wrong.output
    assert str(shortest) in wrong.output


def test_a_pilot_says_where_its_numbers_come_from(tmp_path):
    pilot = tmp_path / "pilot.csv"
    rows = [f"p{i},a{j},{0.1 * (i % 3) + 0.05 * ((i + j) % 4)}" for i in range(8) for j in range(4)]
    pilot.write_text("\n".join(["photograph,annotator,difference", *rows]))
    out = tmp_path / "plan.json"
    result = run(pilot, "--out", out, "--width", 0.2)
    assert result.exit_code == 0, result.output
    source = read_plan(out).source
    assert (source.file, source.differences, source.photographs, source.people) == ("pilot.csv", 32, 8, 4)
    assert "A 95 % interval 0.2 wide" in result.output
    assert "in the residual" in result.output


def test_what_is_wrong_is_said():
    for arguments, message in (
        ([], "either a pilot's table or --components"),
        (["--components", "1,2"], "four variances from 0 were wanted"),
        (["--components", "1,2,3,nan"], "four variances from 0 were wanted"),
        ([*NUMBERS, "--metric", "ncc"], "no metric 'ncc'"),
        ([*NUMBERS, "--test", "bth"], "Did you mean 'both'"),
        ([*NUMBERS, "--attr", "light"], "'light' comes twice"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2, arguments
        assert message in " ".join(result.output.split()), result.output


def test_errors_of_the_input_are_left_to_the_command_line():
    result = run(*NUMBERS, "--difference", 0)
    assert isinstance(result.exception, DataError)


def test_how_many_people_make_agreement_so_certain(tmp_path):
    table = tmp_path / "by_person.csv"
    rows = [f"{i},light,raises,a{j},{0.6 + 0.05 * (i % 3) + 0.03 * ((i + j) % 4)}" for i in range(8) for j in range(4)]
    table.write_text("\n".join(["photograph,attribute,sign,annotator,dice", *rows]))
    result = CliRunner().invoke(app, ["precision", str(table), "--width", "0.05"])
    assert result.exit_code == 0, result.output
    assert "variances of dice: photograph" in result.output
    assert "people on 50 photographs, 5 for each" in result.output
    wrong = CliRunner().invoke(app, ["precision", str(table), "--width", "0.05", "--column", "iou"])
    assert "has no column iou" in str(wrong.exception)
