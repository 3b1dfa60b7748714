"""Every example runs, is short, and prints what matters."""

import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch
EXAMPLES = Path(__file__).parents[1] / "examples"
SAYS = {
    "own_torch_model": ["'3', the last layer with a grid", "memorability: output"],
    "vit": ["'blocks.1.norm1' in it", "cam is not defined"],
    "huggingface_output": ["('stem',) {'technical quality': "],
    "own_method": ["(3, 2, 8, 8)", "full gradients"],
    "own_metric": ["own map: 1.00", "noise: 0.", "nan"],
}


@pytest.mark.parametrize("name", SAYS)
def test_example_prints_what_matters(name, capsys):
    runpy.run_path(str(EXAMPLES / f"{name}.py"))
    printed = capsys.readouterr().out
    assert [text for text in SAYS[name] if text not in printed] == []


def test_every_example_is_run_and_short():
    files = sorted(EXAMPLES.glob("*.py"))
    assert {file.stem for file in files} == set(SAYS)
    assert [file.name for file in files if len(file.read_text().splitlines()) >= 30] == []


@pytest.mark.parametrize("name", ["beauty", "memorability"])
def test_the_first_example_adds_up(name):
    held = runpy.run_path(str(EXAMPLES / "own_torch_model.py"))
    bias = held["model"].bias[held["model"].attributes.index(name)].item()
    assert held["shown"].maps[name].mean() + bias == pytest.approx(held["shown"].raw[name], abs=2e-3)
