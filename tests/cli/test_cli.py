import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from support.plugin_package import contents, make_photos, plugged  # noqa: F401  # a fixture

import xaesthetic as xa
from xaesthetic.core.plugins import installed_version

TINY = ("--model", "tiny_net", "--method", "cam", "--pick", "2", "--quiet")


@pytest.fixture
def photos(tmp_path, plugged):
    return make_photos(tmp_path / "photos", 5)


@pytest.fixture
def compare(command, photos):
    """Compare the tiny network on five photographs: exit status, standard output, standard error."""

    def compare(*more, data=photos):
        return command("compare", "--attr", "light", "--data", data, *TINY, *more)

    return compare


def spoil(folder):
    (folder / "00.png").write_bytes((folder / "00.png").read_bytes()[:600])


# -- what there is -----------------------------------------------------------------------------------------------------


def test_version(command):
    assert command("--version") == (0, f"xaesthetic {installed_version()}\n", "")


def test_list(command, photos):
    status, out, _ = command("list")
    assert status == 0
    for name in ("tiny_net", "multigap_lite0", "grad_cam", "sample", "attribute_grid"):
        assert name in out
    assert "A tiny random network, trained on nothing." in out


def test_list_of_a_kind_as_json(command, photos):
    status, out, _ = command("list", "models", "--json")
    assert status == 0
    found = json.loads(out)
    assert set(found) == {"models"}
    assert found["models"]["tiny_net"] == "A tiny random network, trained on nothing."


def test_list_of_what_there_is_not(command):
    status, out, err = command("list", "modles")
    assert (status, out) == (2, "")
    assert "Did you mean 'models'?" in err


def test_data_list_shows_credits_and_licences(command):
    status, out, _ = command("data", "list")
    assert status == 0
    rows = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert {"sample", "folder", "osie"} <= set(rows)
    for record in xa.find_records("sample"):
        if record.edit is None:
            assert record.credit in rows[record.id]
            assert any(licence in record.credit for licence in ("CC0", "CC BY", "public domain"))


@pytest.mark.slow
def test_the_doctor_looks_at_everything(command, photos):
    status, out, _ = command("doctor")
    assert status == 0
    found = {line[4:].split("  ")[0].strip(): line for line in out.splitlines() if line.startswith("ok")}
    assert {"python", "torch", "device", "model multigap_lite0", "model tiny_net"} <= set(found)
    assert "3 attributes; not trained" in found["model tiny_net"]
    for what in ("container engine", "model server kong", "model kong_alexnet"):
        assert f" {what} " in out


@pytest.mark.slow
def test_the_doctor_finds_what_does_not_work(command, plugged):
    (plugged / "tiny_nets" / "tiny_net.py").write_text('import no_such_package\n\ndef tiny_net():\n    """Broken."""\n')
    status, out, _ = command("doctor")
    assert status == 1
    (wrong,) = (line for line in out.splitlines() if line.startswith("NO"))
    assert "no_such_package" in wrong


# -- predict -----------------------------------------------------------------------------------------------------------


def test_predict_prints_a_table(command, photos):
    status, out, err = command("predict", photos / "00.png", photos / "01.png", "--model", "tiny_net", "--quiet")
    assert (status, out, err) == (0, "", "")
    status, out, _ = command("predict", "--data", photos, "--model", "tiny_net", "--model", "other_net", "--attr", "light")
    assert status == 0
    lines = [line.split() for line in out.splitlines()]
    assert [line[0] for line in lines if line[0].endswith(".png")] == [f"0{number}.png" for number in range(5)] * 2
    assert ["tiny_net", "light"] in lines
    assert "other_net: not trained either" in out


def test_predict_as_json(command, photos):
    status, out, _ = command("predict", photos, "--model", "tiny_net", "--json")
    assert status == 0
    rated = json.loads(out)
    assert len(rated) == 5 * 3
    assert rated[0].keys() == {
        *("image", "model", "attribute", "prediction", "raw", "trained"),
        *("title", "low", "high", "higher_is_better", "outside"),
    }
    assert {row["image"] for row in rated} == {str(file) for file in photos.iterdir()}


def test_predict_into_files(command, photos):
    arguments = ("predict", photos / "00.png", photos / "03.png", "--model", "tiny_net", "--attr", "light")
    assert command(*arguments, "--out", "r.csv")[:2] == (0, "r.csv\n")
    assert command(*arguments, "--out", "r.json")[:2] == (0, "r.json\n")
    rows = list(csv.reader(io.StringIO(Path("r.csv").read_text())))
    assert rows[0] == ["image", "light (tiny_net, not trained; -1 to 1)"]
    wanted = [(row["image"], row["prediction"]) for row in json.loads(Path("r.json").read_text())]
    assert [(name, pytest.approx(float(value), rel=1e-5)) for name, value in rows[1:]] == wanted


def test_predict_leaves_out_what_it_cannot_read(command, photos):
    spoil(photos)
    status, out, err = command("predict", photos, "--model", "tiny_net", "--json", "--quiet")
    assert status == 1
    assert len(json.loads(out)) == 4 * 3
    assert "left out: 1 photograph\n" in err
    assert f"{photos / '00.png'}: cannot be read" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give photographs or folders, or a data set"),
        (("a.png", "--data", "sample"), "give photographs or folders, or a data set"),
        (("--data", "sample", "--out", "r.xlsx"), "ends neither in .csv nor in .json"),
        (("missing.png", "--model", "tiny_net"), "missing.png: there is no such photograph or folder"),
    ],
)
def test_predict_refuses(command, photos, arguments, said):
    status, out, err = command("predict", *arguments)
    assert (status, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())


def test_names_with_brackets_are_shown_as_they_are(command, photos):
    odd = photos / "[bold]" / "a [red]:smile:.png"
    odd.parent.mkdir()
    shutil.move(photos / "00.png", odd)
    assert str(odd) in command("predict", odd, "--model", "tiny_net")[1].replace("\n", "")


# -- compare, explain, report ------------------------------------------------------------------------------------------


def test_compare_prints_the_picks_and_where_the_figures_are(command, photos):
    arguments = ("compare", "--attr", "Light", "--data", photos, "--model", "tiny_net", "--method", "cam", "--out", "run")
    status, out, err = command(*arguments, "--pick", "3")
    assert status == 0
    assert "rating photographs: 5 of 5" in err
    assert [line.split()[0] for line in out.splitlines()[1:6]] == ["highest"] * 3 + ["lowest"] * 2
    assert "Only 5 to show, fewer than the 6 asked for" in out
    assert "tiny_net: not trained" in out
    for name in ("attribute_grid_light.png", "attribute_grid_light.pdf", "predictions.csv"):
        assert f"run/report/{name}" in out.splitlines()
        assert Path("run/report", name).stat().st_size > 0


def test_compare_as_json(compare, photos):
    spoil(photos)
    status, out, err = compare("--out", "run", "--json")
    assert status == 1
    result = json.loads(out)
    assert result["run"] == "run"
    assert "run/report/attribute_grid_light.png" in result["written"]
    assert list(result["left_out"]) == ["00.png"]
    assert [row["image"] for row in result["predictions"]] == ["01.png", "02.png", "03.png", "04.png"]
    assert result["left_out"]["00.png"] in err


def test_equal_questions_meet_in_a_folder_of_their_own(compare):
    names = []
    for more in ((), (), ("--attr", "vivid_color"), ("--pick", "1"), ("--attr", "Light")):
        assert compare("--report", "predictions", *more)[0] == 0
        names.append(sorted(path.name for path in Path("runs").iterdir()))
    assert [len(each) for each in names] == [1, 1, 2, 3, 3]
    assert names[0][0].startswith("photos-light-")


def test_explain_goes_on_with_a_run(compare, command):
    compare("--out", "run", "--report", "predictions")
    before = contents(Path("run"))
    shutil.rmtree("run/maps")
    assert command("explain", "run", "--quiet") == (0, "run/maps\n", "")
    assert contents(Path("run")) == before


def test_explain_of_a_run_takes_no_other_question(compare, command):
    compare("--out", "run", "--report", "predictions")
    status, _, err = command("explain", "run", "--method", "occlusion")
    assert status == 2
    assert "its question stands" in err


def test_explain_makes_maps_of_all(command, photos):
    spoil(photos)
    arguments = ("--model", "tiny_net", "--method", "cam", "--out", "run", "--quiet", "--batch", "2")
    status, out, err = command("explain", "--data", photos, *arguments)
    assert (status, out) == (1, "run/maps\n")
    assert "00.png" in err
    maps = xa.Run.open(Path("run")).maps("tiny_net", "cam")
    assert (len(maps.images), len(maps.attributes), maps.grid) == (4, 3, (8, 8))


@pytest.mark.slow
def test_report_draws_with_another_scale(compare, command):
    compare("--out", "run")
    before = contents(Path("run"))
    status, out, _ = command("report", "run", "--scale", "shared")
    assert status == 0
    after = contents(Path("run"))
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {
        "report/attribute_grid_light.png", "report/attribute_grid_light.pdf", "report/attribute_grid_light.txt",
        "report/report.html",
    }  # fmt: skip
    assert {f"run/{name}" for name in changed} < set(out.splitlines())
    command("report", "run")
    assert contents(Path("run")) == before


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--attr", "lihgt"),
            "tiny_net has no attribute 'lihgt'; it has depth_of_field, light, vivid_color. Did you mean 'light'?",
        ),
        (("--method", "gradcm"), "no method 'gradcm'. Did you mean 'grad_cam'?"),
        (("--method", "guided_grad_cam"), "use 'grad_cam'"),
        (("--model", "tiny_nte"), "no model 'tiny_nte'. Did you mean 'tiny_net'?"),
        (("--report", "atribute_grid"), "Did you mean 'attribute_grid'?"),
        (("--data", "smaple"), "Did you mean 'sample'?"),
        (("--data", "no/such"), "no/such: there is no such folder"),
        (("--attr", "content"), "tiny_net has no attribute 'content'; it has depth_of_field"),
    ],
)
def test_compare_refuses_in_one_line_and_writes_nothing(compare, arguments, said):
    status, out, err = compare("--out", "run", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("xaesthetic: ")
    assert said in err
    assert err.count("\n") == 1
    assert not Path("run").exists()


@pytest.mark.parametrize("arguments", [("--scale", "per_row"), ("--pick", "0"), ("--batch", "many"), ("--atr", "light")])
def test_what_no_command_takes_is_refused(compare, arguments):
    status, out, err = compare("--out", "run", *arguments)
    assert (status, out) == (2, "")
    assert arguments[0] in err
    assert "Traceback" not in err
    assert not Path("run").exists()


@pytest.mark.parametrize("arguments", [("explain", "nowhere"), ("report", "nowhere")])
def test_what_is_no_run_is_refused(command, arguments):
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert err == "xaesthetic: nowhere: no run folder (there is no such folder); make one with 'xaesthetic compare'.\n"


def test_another_experiment_in_the_folder_is_refused(compare):
    compare("--out", "run", "--report", "predictions")
    status, _, err = compare("--out", "run", "--seed", "3")
    assert status == 2
    assert "holds another experiment: seed is 0 there and 3 here; choose another folder with --out." in err
