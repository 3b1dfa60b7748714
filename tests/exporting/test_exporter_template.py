"""What `xaesthetic new exporter` writes is an exporter as it stands."""

import json
import sys

import numpy as np
import pytest
from support.hand_run import hand_run

from xaesthetic.core import plugins


@pytest.fixture
def written(command, tmp_path, monkeypatch):
    """The package, installed as far as Python can tell."""
    status, said, errors = command("new", "exporter", "my_tool")
    assert status == 0, errors
    assert said.splitlines()[0] == "my_tool/pyproject.toml"
    folder = tmp_path / "my_tool"
    meta = folder / "my_tool-0.1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: my_tool\nVersion: 0.1.0\n")
    lines = (folder / "pyproject.toml").read_text().splitlines()
    [entry] = [line for line in lines if line.startswith("exporters = ")]
    (meta / "entry_points.txt").write_text(f"[xaesthetic]\n{entry.replace(chr(34), '')}\n")
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in sys.modules if name.startswith("my_tool_exporters")]:
        del sys.modules[name]


def test_it_exports_as_it_stands(written, command, tmp_path):
    assert "my_tool" in plugins.names("exporters")
    run = hand_run(tmp_path / "mine", 2, scored=False)
    status, _, errors = command("export", "mine", "--to", "my_tool", "--out", "out", "--method", "cam", "--model", "two")
    assert status == 0, errors
    first, second = (json.loads(line) for line in (tmp_path / "out" / "photographs.jsonl").read_text().splitlines())
    assert (first["id"], first["credit"]) == ("p000", "CC0 <i>")
    assert second["ratings"] == [["two", "light", pytest.approx(0.5)]]
    [[model, method, name, values]] = second["maps"]
    np.testing.assert_allclose(values, run.maps(model, method).map("p001", name))
    assert (tmp_path / "out" / "000001-p001.jpg").is_file()


@pytest.mark.parametrize("name", ["my-tool", "_tool", "1tool", "mein_gerät"])
def test_a_name_that_is_no_function_is_refused(command, tmp_path, name):
    status, _, errors = command("new", "exporter", name)
    assert status == 2
    assert "is no name for an exporter" in errors
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["class", "None", "json", "jpeg", "photographs", "choose", "Path"])
def test_a_name_that_means_something_else_there_is_refused(command, tmp_path, name):
    status, _, errors = command("new", "exporter", name)
    assert status == 2
    assert f"choose another name, '{name}_tool'" in errors
    assert not (tmp_path / name).exists()
    assert command("new", "exporter", f"{name}_tool")[0] == 0
    [file] = (tmp_path / f"{name}_tool").glob(f"*_exporters/{name}_tool.py")
    compile(file.read_text(), file, "exec")


def test_what_is_there_is_kept(command, tmp_path):
    (tmp_path / "my_tool").mkdir()
    status, _, errors = command("new", "exporter", "my_tool")
    assert (status, "is there already" in errors) == (2, True)
