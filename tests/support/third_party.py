"""Another party's packages of plug-ins."""

import sys

import pytest


@pytest.fixture
def third_party(tmp_path, monkeypatch):
    """Make a package of plug-ins, models unless another kind is named, and put it on the path; return that path."""

    made = []

    def make(files, package="their_package", kind="models"):
        made.append(package)
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        meta = tmp_path / f"{package}-1.0.dist-info"
        meta.mkdir()
        (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (meta / "entry_points.txt").write_text(f"[xaesthetic]\n{kind} = {package}\n")
        monkeypatch.syspath_prepend(tmp_path)
        return tmp_path

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] in made]:
        del sys.modules[name]
