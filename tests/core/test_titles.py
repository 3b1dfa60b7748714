"""Names of models and methods in words, which plug-ins declare and are not imported for."""

import subprocess
import sys

import pytest

from xaesthetic.core import plugins
from xaesthetic.core.titles import Titles, declared_title


@pytest.mark.parametrize("kind", ["models", "methods"])
def test_every_plug_in_of_ours_has_a_title_of_its_own(kind):
    titles = {name: declared_title(kind, name) for name in plugins.names(kind)}
    ours = {name: title for name, title in titles.items() if title}
    assert len(ours) >= {"models": 12, "methods": 26}[kind]
    assert len(set(ours.values())) == len(ours)
    assert max(map(len, ours.values())) <= 32


def test_keys_of_weights_and_baselines_say_both():
    titles = Titles({"multigap_lite0": "Ours", "rise": "RISE!", "cam-like": "x"})
    assert titles.model("multigap_lite0-my_heads") == "Ours, my_heads"
    assert titles.model("lite0_ft-w") == "Lite0-FT, w"
    assert titles.model("timm-resnet18-random") == "timm-resnet18-random"
    assert titles.method("rise@mean") == "RISE!, mean"
    assert titles.method("occlusion@blur") == "occlusion, blur"
    assert titles.place("multigap_lite0", "cam") == "Ours, CAM"
    assert Titles({"rise@mean": "R"}).method("rise@mean") == "R"


def test_titles_are_read_without_importing_a_plug_in():
    code = (
        "import sys\nfrom xaesthetic.core.titles import Titles\n"
        "assert Titles().method('grad_cam') == 'Grad-CAM'\nassert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
