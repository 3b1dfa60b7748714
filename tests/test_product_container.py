"""The container of the product, docker/product: built where an engine works, and run without a network.

XAESTHETIC_TEST_PRODUCT holds options for `build` (a base, an index); without it an image that is there is run, and none is
built.
"""

import os
import re
import shlex
import shutil
import subprocess

import pytest
from skimage import data
from support.documents import PAGES
from support.places import ROOT

FILE = ROOT / "docker" / "product" / "Dockerfile"
IMAGE = "xaesthetic"


def test_what_is_copied_is_in_the_context():
    copied = {word for line in re.findall(r"^COPY (.*)$", FILE.read_text(), re.MULTILINE) for word in line.split()[:-1]}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == kept
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_readme_has_the_commands_of_the_file():
    commands = [line[2:].strip() for line in FILE.read_text().splitlines() if line.startswith("#   docker ")]
    readme = " ".join(PAGES[0].read_text(encoding="utf-8").split())
    assert len(commands) == 2
    assert [command for command in commands if f"`{command}`" not in readme] == []


def test_it_runs_as_nobody_in_particular():
    text = FILE.read_text()
    assert re.search(r"^USER person$", text, re.MULTILINE)
    assert "HOME=/tmp" in text
    assert not re.search(r"https?://|/root|/home/\w+/", text)


@pytest.fixture(scope="module")
def engine():
    """An engine that works, and the image."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True, timeout=60).returncode == 0:
            break
    else:
        pytest.skip("neither docker nor podman works here: the product's container is not tested")
    options = os.environ.get("XAESTHETIC_TEST_PRODUCT")
    if options is not None:
        command = [name, "build", *shlex.split(options), "--file", str(FILE), "--tag", IMAGE, str(ROOT)]
        subprocess.run(command, check=True, timeout=3600)
    elif subprocess.run([name, "image", "inspect", IMAGE], capture_output=True).returncode:
        pytest.skip(f"the image {IMAGE} is not built; XAESTHETIC_TEST_PRODUCT says how to")
    if subprocess.run([name, "run", "--rm", "--network=none", IMAGE, "-h"], capture_output=True).returncode in (125, 126):
        pytest.skip(f"{name} starts no container here: the product's is not tested")
    return name


@pytest.mark.slow
def test_a_photograph_is_shown_without_a_network(engine, tmp_path):
    from PIL import Image

    Image.fromarray(data.coffee()).save(tmp_path / "photo.jpg")
    user = ["--user", f"{os.getuid()}:{os.getgid()}"]
    command = [engine, "run", "--rm", "--network=none", *user, f"--volume={tmp_path}:/work", IMAGE]
    subprocess.run([*command, "photo.jpg", "--out", "shown"], check=True, timeout=600)
    assert list((tmp_path / "shown" / "report").glob("*.html"))
    assert list((tmp_path / "shown" / "report").rglob("*.png"))
    refused = subprocess.run([*command, "no.jpg"], capture_output=True, text=True, timeout=600)
    assert refused.returncode == 2
    assert "no.jpg" in refused.stderr
