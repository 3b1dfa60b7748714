import math
import os

import pytest
from support.model_folders import INPUTS, TOML, model_folder  # noqa: F401

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError, ModelError, XaestheticError
from xaesthetic.models.folder import Inputs, ModelFile, Origin, Output, read_folder, write_folder


def test_a_folder_says_what_its_outputs_are(model_folder):
    outputs = '["beauty", { name = "noise", title = "Noise", range = [0, 5], direction = "lower", link = "sigmoid" }]'
    folder = read_folder(
        model_folder(f'architecture = "timm:resnet18"\noutputs = {outputs}\nlink = "tanh"\nlayers = "layer4"')
    )
    assert folder.outputs == (Attribute("beauty"), Attribute("noise", "Noise", 0, 5, False))
    assert folder.links == ("tanh", "sigmoid")
    assert folder.layers == ("layer4",)


def test_an_open_end_of_a_range_is_nan(model_folder):
    (beauty,) = read_folder(model_folder('architecture = "a:b"\noutputs = [{ name = "beauty", range = [0, nan] }]')).outputs
    assert (beauty.low, math.isnan(beauty.high), beauty.range) == (0, True, "from 0")


def test_what_is_written_is_read(tmp_path):
    spec = ModelFile(
        "timm:resnet18",
        "model.safetensors",
        "multigap",
        ["a", "b"],
        outputs=[Output("技術", 'with "quotes" and \\', [0.0, 1e30], "lower", "tanh"), Output("x")],
        inputs=Inputs([3, 4], [0.1, 0.2, 0.3], bgr=True),
        source=Origin("Müller\t1", "MIT", "on \x01 things"),
        partial=True,
    )
    write_folder(tmp_path, spec)
    assert read_folder(tmp_path).spec == spec


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("", "object missing required field `architecture`"),
        ("architecture = 3", r"\$\.architecture: expected `str`, got `int`"),
        ('architecture = "resnet18"', r"\$\.architecture: is 'resnet18'; 'timm:NAME'"),
        ('architecture = "a:b"\nwieghts = "x"', "unknown field `wieghts`"),
        ('architecture = "a:b"\n[inputs]\nsiz = 3', r"\$\.inputs: object contains unknown field `siz`"),
        ('architecture = "a:b"\n[source]\nlicense = "MIT"', r"\$\.source: object contains unknown field `license`"),
        ('architecture = "a:b"\noutputs = [{ title = "x" }]', r"\$\.outputs\[0\]: object missing required field `name`"),
        ('architecture = "a:b"\noutputs = ["a", "a"]', r"\$\.outputs: 'a' comes twice"),
        ('architecture = "a:b"\noutputs = [{ name = "a", range = [1, 0] }]', r"\$\.outputs: 'a': its range is 1 to 0"),
        ('architecture = "a:b"\noutputs = [{ name = "a", range = [0, inf] }]', "its highest rating is inf"),
        ('architecture = "a:b"\noutputs = [{ name = "a", direction = "up" }]', r"direction: invalid enum value 'up'"),
        ('architecture = "a:b"\ninputs.size = 0', r"\$\.inputs\.size"),
        ('architecture = "a:b"\ninputs.size = 100000', r"\$\.inputs\.size"),
        ('architecture = "a:b"\ninputs.size = [1, 2, 3]', r"\$\.inputs\.size"),
        ('architecture = "a:b"\ninputs.mean = [1, 2]', r"\$\.inputs\.mean"),
        ('architecture = "a:b"\narchitecture = "c:d"', "is not TOML"),
        ('architecture = "a:b', "is not TOML"),
        ("a = " + "[" * 3000, "is nested too deeply"),
        (f"a = {'9' * 5000}", "is not TOML"),
        ("#" * (1 << 20) + "#", r"at most 1,048,576 are read"),
    ],
)
def test_each_mistake_is_said_in_one_line_with_its_place(model_folder, toml, message):
    with pytest.raises(XaestheticError, match=message) as caught:
        read_folder(model_folder(toml))
    assert "model.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused(model_folder):
    folder = model_folder()
    (folder / "model.toml").write_bytes(b'architecture = "\xff"')
    with pytest.raises(DataError, match=r"model\.toml, line 1: byte 0xff is not UTF-8"):
        read_folder(folder)


OUTSIDE = [
    "../secret",
    "/etc/passwd",
    "a/../../secret",
    "..\\secret",
    "C:secret",
    "\\\\host\\secret",
    " x",
    "x\n",
    "x\0",
    ".",
    "",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_that_lead_out_of_the_folder_are_refused(model_folder, tmp_path, name):
    (tmp_path / "secret").write_text("x")
    folder = read_folder(model_folder())
    with pytest.raises(ModelError, match="is no file of the folder|is not there, or no file") as caught:
        folder.file(name)
    assert "\n" not in str(caught.value)


def test_links_out_of_the_folder_are_refused(model_folder, tmp_path):
    root = model_folder()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/m.safetensors").write_text("x")
    (root / "m.safetensors").symlink_to("../secret/m.safetensors")
    (root / "below").symlink_to(tmp_path / "secret")
    (root / "circle").symlink_to("circle")
    (root / "inside").symlink_to("network.py")
    folder = read_folder(root)
    for name in ("m.safetensors", "below/m.safetensors"):
        with pytest.raises(ModelError, match="is a link out of the folder"):
            folder.file(name)
    with pytest.raises(ModelError, match="cannot be reached|is not there"):
        folder.file("circle")
    assert folder.file("inside").read_bytes() == (root / "network.py").read_bytes()


def test_a_model_toml_that_is_a_link_out_or_a_pipe_is_refused(model_folder, tmp_path):
    root = model_folder()
    (root / "model.toml").rename(tmp_path / "elsewhere.toml")
    with pytest.raises(ModelError, match=r"'model\.toml' is not there"):
        read_folder(root)
    (root / "model.toml").symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(ModelError, match="is a link out of the folder"):
        read_folder(root)
    (root / "model.toml").unlink()
    os.mkfifo(root / "model.toml")
    with pytest.raises(ModelError, match=r"'model\.toml' is not there, or no file"):
        read_folder(root)


def test_the_folder_itself_may_be_a_link(model_folder, tmp_path):
    (tmp_path / "alias").symlink_to(model_folder())
    assert read_folder(tmp_path / "alias").code == "network.py"


def test_the_files_that_an_experiment_depends_on(model_folder):
    root = model_folder(TOML + "", **{"m.pt": b"x"})
    assert list(read_folder(root).files()) == ["model.toml", "network.py"]
    (root / "model.toml").write_text(f'weights = "m.pt"\n{TOML}')
    assert list(read_folder(root).files()) == ["model.toml", "m.pt", "network.py"]
    (root / "model.toml").write_text('architecture = "m.pt"\noutputs = ["a"]\n' + INPUTS)
    assert list(read_folder(root).files()) == ["model.toml", "m.pt"]
