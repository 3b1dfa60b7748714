import subprocess
import sys
from importlib import metadata
from importlib.util import find_spec

import pytest
from support.third_party import third_party  # noqa: F401  # a fixture

from xaesthetic.core import plugins
from xaesthetic.core.errors import PluginError, XaestheticWarning

WITH_TORCH = {"models", "methods", "converters", "servers"}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.torch] if kind in WITH_TORCH else []) for kind in plugins.KINDS]
)
def test_every_plugin_can_be_loaded_and_says_what_it_is(kind):
    names = plugins.names(kind)
    assert names == tuple(sorted(names))
    assert names
    for name in names:
        assert plugins.load(kind, name).__name__ == name
        assert plugins.summary(kind, name).endswith(".")


def test_names_imports_no_plugin():
    code = (
        "import sys; from xaesthetic.core import plugins\n"
        "for kind in plugins.KINDS:\n"
        "    for name in plugins.names(kind): plugins.summary(kind, name); plugins.check(kind, name)\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules, 'heavy'\n"
        "heavy = ('xaesthetic_baselines.', 'xaesthetic_reports', 'xaesthetic.methods.')\n"
        "assert not [m for m in sys.modules if m.startswith(heavy)]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_third_party_adds_a_model(third_party):
    text = 'def helper():\n    """No."""\n\n\ndef their_net():\n    """Theirs.\n\n    And more.\n    """\n    return 7\n'
    before = plugins.names("models")
    third_party({"their_net": text, "_helper": "", ".#their_net": "an editor's lock"})
    assert set(plugins.names("models")) == {*before, "their_net"}
    assert plugins.load("models", "their_net")() == 7
    assert plugins.summary("models", "their_net") == "Theirs."


def test_entry_points_are_scanned_once(third_party, monkeypatch):
    scans, scan = [], metadata.entry_points
    monkeypatch.setattr(metadata, "entry_points", lambda **chosen: scans.append(chosen) or scan(**chosen))
    third_party({"their_net": "def their_net(): return 7"})  # on a path that nothing has been looked up on
    for _ in range(1000):
        assert plugins.load("models", "their_net")() == 7
    for kind in plugins.KINDS:
        plugins.names(kind)
        plugins.packages()
    assert len(scans) == 1
    third_party({"other_net": ""}, package="another_package")
    assert {"their_net", "other_net"} < set(plugins.names("models"))
    assert len(scans) == 2


def test_packages_are_those_of_all_kinds(third_party):
    before = plugins.packages()
    assert {"xaesthetic.metrics", "xaesthetic_baselines", "xaesthetic_baselines.servers"} < set(before)
    third_party({}, kind="servers")
    assert plugins.packages() == tuple(sorted([*before, "their_package"]))


def test_another_plugin_never_takes_the_place_of_ours(third_party):
    third_party({"sample": "", "theirs": "def theirs(): return 7"}, package="a_package", kind="datasets")
    said = r"two datasets are called 'sample': xaesthetic\.data\.datasets\.sample and a_package\.sample; .*sample is used"
    with pytest.warns(XaestheticWarning, match=said) as warned:
        names = plugins.names("datasets")
    assert len(warned) == 1
    assert names == plugins.names("datasets")  # said once
    assert {"sample", "theirs"} < set(names)
    assert plugins.load("datasets", "sample").__module__ == "xaesthetic.data.datasets.sample"


def test_of_two_of_one_name_none_can_be_chosen(third_party):
    third_party({"their_net": "def their_net(): return 7"})
    third_party({"their_net": "def their_net(): return 8", "other_net": ""}, package="another_package")
    said = r"two models are called 'their_net': another_package\.their_net and their_package\.their_net; none can be chosen"
    with pytest.warns(XaestheticWarning, match=said):
        assert "their_net" not in plugins.names("models")
    assert "other_net" in plugins.names("models")
    with pytest.raises(PluginError, match=said):
        plugins.load("models", "their_net")


def test_a_file_without_its_function(third_party):
    third_party({"empty_one": "", "a_number": "a_number = 3", "needs_more": "import not_installed_anywhere"}, package="odd")
    with pytest.raises(PluginError, match="holds no function 'empty_one'"):
        plugins.load("models", "empty_one")
    with pytest.raises(PluginError, match="is no function"):
        plugins.load("models", "a_number")
    with pytest.raises(PluginError, match="not_installed_anywhere"):
        plugins.load("models", "needs_more")


def entry_point(third_party, tmp_path, value):
    """The entry point of a package that is not as it should be."""
    third_party({}, package="theirs")
    (tmp_path / "theirs-1.0.dist-info" / "entry_points.txt").write_text(f"[xaesthetic]\nmodels = {value}\n")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("gone_models.zoo", "cannot be imported .*No module named 'gone_models'"),
        ("gone_models", "is not installed or is no package"),
        ("theirs.zoo", "cannot be imported .*(ZeroDivisionError|division)"),
        ("exits.zoo", "cannot be imported .*SystemExit: 3"),
        ("typo.zoo", "cannot be imported .*SyntaxError"),
        ("one_file", "is not installed or is no package"),
        ("..", "cannot be imported"),
        ("a_folder", "cannot be read"),
    ],
)
def test_a_broken_entry_point_is_a_warning_and_ends_nothing(third_party, tmp_path, monkeypatch, value, reason):
    for name, text in {"theirs": "1 / 0", "exits": "import sys; sys.exit(3)", "typo": "def ("}.items():
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "__init__.py").write_text(text)
    (tmp_path / "theirs").rename(tmp_path / "kept")
    (tmp_path / "one_file.py").write_text("")
    entry_point(third_party, tmp_path, value)
    (tmp_path / "theirs" / "__init__.py").write_text("1 / 0")
    if value == "a_folder":  # that vanishes between two looks
        spec = type("Spec", (), {"submodule_search_locations": [str(tmp_path / "nowhere")]})
        monkeypatch.setattr(plugins, "find_spec", lambda name: spec if name == value else find_spec(name))
    with pytest.warns(XaestheticWarning, match=rf"^the package '{value}', .* for models, {reason}.*; left out") as warned:
        names = plugins.names("models")
    assert len(warned) == 1
    assert names == plugins.names("models")  # said once
    assert "lite0_ft" in names
    assert "\n" not in str(warned[0].message)


def test_a_misspelling_suggests_the_nearest():
    with pytest.raises(PluginError, match="no method 'grad_cm'. Did you mean 'grad_cam'.* Installed: ablation_cam"):
        plugins.check("methods", "grad_cm")
    with pytest.raises(PluginError, match="no data set 'sampel'. Did you mean 'sample'"):
        plugins.load("datasets", "sampel")
    with pytest.raises(PluginError, match="no kind of plug-in 'model'. Did you mean 'models'"):
        plugins.names("model")


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("gradcam", "no method 'gradcam': it is called 'grad_cam' here"),
        ("guided_grad_cam", "guided backpropagation.* use 'grad_cam', or 'integrated_gradients'"),
        ("deeplift", "it is called 'deep_lift' here"),
    ],
)
def test_unsupported_methods_say_what_to_use(name, instead):
    with pytest.raises(PluginError, match=instead):
        plugins.check("methods", name)


@pytest.mark.parametrize(
    "text", ["def broken(:", "broken = missing", "import sys; sys.no_such_thing", "1 / 0", "raise SystemExit(3)"]
)
def test_a_file_that_cannot_be_imported(third_party, text):
    third_party({"broken": text}, package="their_broken")
    with pytest.raises(PluginError, match=r"their_broken\.broken cannot be imported \(.+\)"):
        plugins.load("models", "broken")


def test_a_summary_is_of_an_installed_file_in_python(third_party):
    third_party({"broken": "def broken(:"}, package="their_typo")
    with pytest.raises(PluginError, match=r"their_typo\.broken cannot be read .*broken\.py"):
        plugins.summary("models", "broken")
    with pytest.raises(PluginError, match="no method 'grad_cm'. Did you mean 'grad_cam'"):
        plugins.summary("methods", "grad_cm")
