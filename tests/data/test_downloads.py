"""Downloads that packages of plug-ins declare."""

import subprocess
import sys

import pytest
from support.plugin_package import environment
from support.third_party import third_party  # noqa: F401  # a fixture

from xaesthetic.core.errors import PluginError
from xaesthetic.data.datasets import _downloads
from xaesthetic.data.fetch.registry import download_names, find_download

THEIRS = """
from xaesthetic.data.fetch.registry import Download, File

DOWNLOADS = {"their_data": Download((File("a.zip", "https://example.org/a.zip", size=7_000_000),), "CC0", "Them 2020")}
"""
LISTED = ["xaesthetic", "data", "list"]
CODE = """
import sys
from xaesthetic.cli import main
sys.argv = sys.argv[1:]
try:
    main()
finally:
    print("HEAVY", *sorted({"torch", "captum", "timm", "xaesthetic_baselines._resnet50"} & set(sys.modules)))
"""


def listed(folder):
    """Run `data list` in a process of its own: its lines, and which heavy modules it has imported."""
    done = subprocess.run([sys.executable, "-c", CODE, *LISTED], env=environment(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return lines[:-1], lines[-1].split()[1:]


def test_the_downloads_of_this_repository():
    assert download_names() == ("aadb", "kong", "malu", "nima", "osie", "para", "resnet50")
    assert find_download("aadb") is _downloads.DOWNLOADS["aadb"]
    assert set(_downloads.DOWNLOADS) == {"aadb", "osie", "para"}


@pytest.mark.slow  # starts a process
@pytest.mark.parametrize("kind", ["models", "servers"])
def test_a_third_party_declares_a_download_that_the_command_lists_without_torch(third_party, kind):
    folder = third_party({"_downloads": THEIRS, "their_net": "import torch"}, package=f"party_of_{kind}", kind=kind)
    assert download_names() == ("aadb", "kong", "malu", "osie", "para", "resnet50", "their_data")
    assert find_download("their_data").citation == "Them 2020"
    lines, heavy = listed(folder)
    assert [line.split() for line in lines if "their_data" in line] == [["their_data", "7", "MB", "CC0"]]
    assert heavy == []


@pytest.mark.slow
def test_to_fetch_imports_no_torch(tmp_path):
    lines = [*LISTED[:2], "fetch", "nothing_of_this_name"]
    done = subprocess.run([sys.executable, "-c", CODE, *lines], env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("xaesthetic: no download 'nothing_of_this_name'. There are: aadb, kong"), done.stderr
    assert done.stdout == "HEAVY\n"


def test_two_of_one_name_are_refused(third_party):
    third_party({"_downloads": THEIRS.replace("their_data", "malu")}, package="party_with_malu")
    with pytest.raises(
        PluginError, match=r"'malu': in party_with_malu\._downloads and xaesthetic_baselines\._downloads; rename"
    ):
        download_names()
    with pytest.raises(PluginError, match="two downloads are called 'malu'"):
        find_download("aadb")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "import not_installed_anywhere",
            r"party\._downloads cannot be imported \(.*not_installed_anywhere",
        ),
        ("", r"party\._downloads holds no DOWNLOADS"),
        ("DOWNLOADS = {'a': 'https://example.org'}", r"party\._downloads holds no DOWNLOADS"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_refused(third_party, text, said):
    third_party({"_downloads": text}, package="party")
    with pytest.raises(PluginError, match=said):
        download_names()


def test_an_entry_point_to_nowhere_hides_no_download(tmp_path, third_party):
    third_party({}, package="gone_party")
    (tmp_path / "gone_party" / "__init__.py").unlink()
    (tmp_path / "gone_party").rmdir()
    assert "osie" in download_names()
