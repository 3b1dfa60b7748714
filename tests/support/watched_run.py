"""A finished run of photographs in which people were watched."""

import numpy as np
import pytest

import xaesthetic as xa
from support.plugin_package import plugged  # noqa: F401
from xaesthetic.evaluation.score import score_run


@pytest.fixture
def watched(tmp_path, photo, write_photo, monkeypatch):
    """Six photographs with four viewers each, who look at a place of their own in each."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    lines = ["image,subject,x,y"]
    for number in range(6):
        write_photo(tmp_path / "p" / f"{number}.png", np.roll(photo, 9 * number, axis=1))
        place = random.uniform((10, 10), (70, 50))
        for viewer in range(4):
            lines += [f"{number}.png,v{viewer},{x:.1f},{y:.1f}" for x, y in random.normal(place, 4, (5, 2)).clip(0, 59)]
    lines.append("0.png,v0,500,3")
    (tmp_path / "p" / "f.csv").write_text("\n".join(lines))
    return tmp_path / "p" / "f.csv"


@pytest.fixture
def run(plugged, watched, tmp_path):
    asked = xa.Experiment(
        "fixations", str(watched), ("tiny_net",), ("cam", "activation_energy"), ("light", "vivid_color"), None, batch=4
    )
    done = xa.compare(asked, tmp_path / "run", draw=False).run
    score_run(done)
    return done
