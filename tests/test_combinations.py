"""Model, method, attribute and data are checked together, before anything is computed; names of attributes are free."""

import json
import subprocess
import sys

import numpy as np
import pytest
from support.plugin_package import make_photos
from support.their_nets import install_their_nets

from xaesthetic import pipeline
from xaesthetic.core.errors import DataError, ModelError, PluginError, XaestheticWarning
from xaesthetic.core.facts import MethodFacts
from xaesthetic.core.types import Experiment
from xaesthetic.evaluation.completeness import COMPLETENESS
from xaesthetic.models.loading import load_model
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.stages import choices
from xaesthetic.stages.choices import validate_methods
from xaesthetic.stages.pick import pick_records

pytestmark = pytest.mark.torch


@pytest.fixture
def their_nets(tmp_path_factory, monkeypatch):
    """The package, installed for one test."""
    monkeypatch.syspath_prepend(install_their_nets(tmp_path_factory.mktemp("nets")))
    yield
    for name in [name for name in sys.modules if name.startswith("their_nets")]:
        del sys.modules[name]


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "photos", 8)


def begun(root):
    return root.exists() and any(root.iterdir())


# -- methods -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "method", "said"),
    [
        ("hidden_layer", "cam", "cam needs global average pooling.*light and content lack; use --method grad_cam"),
        ("hidden_layer", "malu_cam", "malu_cam needs global average pooling.*use --method grad_cam"),
        (
            "numpy_head",
            "grad_cam",
            "grad_cam needs the head's gradient.*use --method activation_energy or --method occlusion",
        ),
        ("detached_head", "grad_cam", "grad_cam needs the head's gradient.*use --method activation_energy"),
        ("no_graph", "integrated_gradients", "integrated_gradients needs the gradient at the input.*use --method grad_cam"),
    ],
)
def test_a_method_that_cannot_explain_a_model_is_refused_by_name(their_nets, model, method, said):
    models = {"good": load_model("own_names"), model: load_model(model)}
    with pytest.raises(ModelError, match=f"^{model}: {said}"):
        validate_methods(models, ["activation_energy", method])
    with pytest.warns(XaestheticWarning, match=f"^{model}: {method} is left out: "):
        assert list(validate_methods(models, ["activation_energy", method], optional=True)[model]) == [method]
    assert not validate_methods(models, ["activation_energy", "occlusion"])


def test_a_method_whose_library_is_missing(their_nets, monkeypatch):
    monkeypatch.setattr(choices, "is_installed", lambda module: module != "captum")
    monkeypatch.setattr(choices, "method_facts", lambda name: MethodFacts(requires="captum"))
    models = {"own_names": load_model("own_names")}
    with pytest.raises(ModelError, match=r"cam needs captum, .*pip install 'xaesthetic\[captum\]'"):
        validate_methods(models, ["cam"])


def test_nothing_is_rated_before_a_method_is_refused(their_nets, photos, tmp_path, command):
    chosen = ("--attr", "light", "--data", photos, "--model", "own_names", "--model", "hidden_layer", "--out", "run")
    status, _, said = command("compare", *chosen, "--method", "cam")
    assert status == 2
    assert "xaesthetic: hidden_layer: cam needs" in said
    assert said.count("\n") == 1
    assert not begun(tmp_path / "run")


def test_a_default_method_is_left_out_and_said(their_nets, photos, tmp_path, command):
    chosen = ("--attr", "light", "--data", photos, "--model", "own_names", "--model", "hidden_layer", "--out", "run")
    status, _, said = command("compare", *chosen, "--quiet")
    assert status == 0
    assert "xaesthetic: hidden_layer: cam is left out: cam needs" in said
    run = Run.open(tmp_path / "run")
    assert run.experiment.methods == ("cam", "activation_energy")
    assert (run.methods("own_names"), run.methods("hidden_layer")) == (("cam", "activation_energy"), ("activation_energy",))
    assert run.is_complete()
    assert command("compare", *chosen, "--quiet")[0] == 0
    assert command("explain", "run")[0] == 0
    status, _, said = command("compare", *chosen, "--method", "cam", "--method", "activation_energy")
    assert (status, "hidden_layer: cam needs" in said) == (2, True)


# -- models that others have written -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("raises", "raises: cannot be built (RuntimeError: no weights here)."),
        ("not_model", "not_model: gives int, but an AttributeModel was wanted"),
    ],
)
def test_a_model_of_no_use_is_one_line(their_nets, photos, command, model, said):
    status, out, heard = command("predict", photos, "--model", model)
    assert (status, out) == (2, "")
    assert heard.startswith(f"xaesthetic: {said}")
    assert heard.count("\n") == 1


def test_training_mode_is_said_in_one_line(their_nets, photos, command):
    first, second = (command("predict", photos, "--model", "training", "--json") for _ in range(2))
    assert first == second
    assert first[0] == 0
    assert first[2].splitlines()[0].startswith("xaesthetic: training: was in training mode")


def test_a_rating_that_is_not_known_stays_unknown(their_nets, photos, tmp_path):
    """One photograph's outputs are nan: its maps are, and no pick, summary or report takes it for a number."""
    experiment = Experiment(str(photos), None, ("some_nan",), ("cam", "grad_cam"), ("all",), 2, batch=3)
    run = pipeline.compare(experiment, tmp_path / "run", reports=("predictions", "attribute_grid", "html_report")).run
    table = run.read(PREDICTIONS)
    unknown = set(table[table["prediction"].isna()]["image"])
    assert 0 < len(unknown) < 7
    for pick in pick_records(run):
        assert not unknown & {*pick.highest, *pick.lowest}
    assert set(run.read(COMPLETENESS)["attribute"]) == {"light", "content"}
    lines = (run.report / "predictions.csv").read_text().splitlines()
    assert sum(line.endswith(",,") or line.endswith(",") for line in lines) == len(unknown)


# -- names of attributes -----------------------------------------------------------------------------------------------


def test_a_models_own_attributes_are_picked_drawn_and_shown(their_nets, photos, tmp_path, command):
    status, out, _ = command(
        "compare", "--attr", "all", "--data", photos, "--model", "own_names", "--pick", 2, "--out", "run"
    )
    assert status == 0
    run = Run.open(tmp_path / "run")
    assert [pick.attribute for pick in pick_records(run)] == ["light", "sharpness", "grain"]
    assert {"attribute_grid_sharpness.png", "attribute_grid_grain.png"} < {file.name for file in run.report.iterdir()}
    page = next(file.read_text() for file in run.report.iterdir() if file.name == "report.html")
    assert '"title": "sharpness"' in page or '"title":"sharpness"' in page
    assert "sharpness" in out


def test_an_attribute_that_a_model_has_can_be_chosen(their_nets, photos, command):
    status, out, _ = command("predict", photos, "--attr", "sharpness", "--model", "own_names", "--json")
    assert status == 0
    assert {row["attribute"] for row in json.loads(out)} == {"sharpness"}
    status, _, said = command("predict", photos, "--attr", "sharpnes", "--model", "own_names")
    assert (status, "Did you mean 'sharpness'?" in said) == (2, True)


# -- what notebooks pass -----------------------------------------------------------------------------------------------

WRONG = """
from dataclasses import replace

import xaesthetic as xa

question = xa.Experiment("sample", None, ("lite0_ft",), ("cam",), ("light",), None)
assert question == xa.Experiment("sample", None, "lite0_ft", ["cam"], "light", None)
for wrong in (
    lambda: replace(question, models=3), lambda: replace(question, methods=(1,)), lambda: replace(question, data=None),
    lambda: replace(question, pick=0), lambda: replace(question, batch=0), lambda: replace(question, seed="a"),
    lambda: replace(question, root=3), lambda: xa.compare("sample", "out"), lambda: xa.rate(["a.png"], "lite0_ft"),
    lambda: xa.rate([3], question), lambda: xa.compare(replace(question, models=()), "out"), lambda: xa.find_records(3),
    lambda: xa.find_records("sample", 3), lambda: xa.judge(3), lambda: xa.judge("no_run"), lambda: xa.draw_reports(None),
    lambda: xa.measure(3, "edits"), lambda: xa.load_model(3), lambda: xa.explain(3, "lite0_ft"),
    lambda: xa.explain("a.png", 3), lambda: xa.explain("a.png", "lite0_ft", method=3),
):
    try:
        wrong()
    except xa.XaestheticError as error:
        print(error)
"""


def test_wrong_values_from_a_notebook_are_one_line(tmp_path, photo, write_photo):
    """In a process of its own: here the types of arguments are checked before the function is called."""
    write_photo(tmp_path / "a.png", photo)
    done = subprocess.run([sys.executable, "-c", WRONG], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 21
    for part in (
        "the experiment's models are 3; names",
        "pass xa.Experiment",
        "int is no data set or folder",
        "int is no run",
    ):
        assert part in done.stdout


def test_measurements_and_metrics_are_checked_before_any_is_measured(their_nets, photos, tmp_path):
    experiment = Experiment(str(photos), None, ("own_names",), ("cam",), ("all",), 2)
    run = pipeline.compare(experiment, tmp_path / "run", draw=False).run
    with pytest.raises(DataError, match="no photograph of .* has a subject"):
        pipeline.measure_all(run, ["faithfulness", "edits"])
    assert not (run.root / "faithfulness.parquet").exists()
    with pytest.raises(DataError, match="no fixations and no masks"):
        pipeline.judge(run, "nss")
    with pytest.raises(PluginError, match="no report 'leaderbord'"):
        draw_reports(run.root, "leaderbord")
    assert np.isfinite(run.read(PREDICTIONS)["prediction"]).all()


# -- entry points of packages that are gone ----------------------------------------------------------------------------


def test_a_package_that_is_gone_ends_no_command(their_nets, tmp_path, photos, monkeypatch, command):
    info = tmp_path / "site" / "gone-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gone\nVersion: 1\n")
    kinds = "".join(f"{kind} = gone_models.zoo\n" for kind in ("models", "methods", "metrics", "datasets", "reports"))
    (info / "entry_points.txt").write_text(f"[xaesthetic]\n{kinds}")
    monkeypatch.syspath_prepend(tmp_path / "site")
    status, out, said = command("list")
    assert (status, "own_names" in out, "Traceback" in said) == (0, True, False)
    for kind in ("models", "methods", "metrics", "datasets", "reports"):
        assert (
            said.count(f"xaesthetic: the package 'gone_models.zoo', which an entry point names for {kind}, cannot be") == 1
        )
    for arguments in (("predict", photos, "--model", "own_names"), ("--help",)):
        assert command(*arguments)[0] == 0
