"""The command that plans a study; registered here as the founder's command line does."""

import typer
from typer.testing import CliRunner

from xaesthetic.cli.plan import plan
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.plan_file import read_plan

app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("plan")(plan)
app.command("other")(lambda: None)
USUAL = ["plan", "--attr", "light", "--metric", "cc", "--difference", "0.1", "--times", "100"]
NUMBERS = ["--components", "0.01,0.002,0.005,0.01"]


def run(*arguments):
    return CliRunner().invoke(app, [*USUAL, *map(str, arguments)], env={"COLUMNS": "200"})


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
