"""The command: what it prints, what it refuses, and that the same line goes on with the same study."""

import os
import re
import signal
import ssl
import subprocess
import sys

import httpx2
import numpy as np
import pytest
from support.annotating import HEIGHT, WIDTH, Annotator

MAIN = "from xaesthetic.cli import main; main()"


@pytest.fixture
def photographs(tmp_path, write_photo):
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
        write_photo(tmp_path / "in" / f"{number}.png", pixels)
    return tmp_path / "in"


class Served:
    """The command in a process of its own, until it is interrupted."""

    def __init__(self, folder, *arguments):
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAIN, "annotate", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environment | {"COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whoever started the tests may ignore it
        )

    def __enter__(self):
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if "Ctrl-C ends" in line:
                break
        self.links = dict(line.split(": ", 1) for line in self.lines if "#" in line)
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.said = self.process.communicate(timeout=20)[1]
        self.status = self.process.returncode


@pytest.mark.slow
def test_the_same_command_goes_on_with_the_same_study(tmp_path, photographs):
    line = (photographs, "--attr", "light", "--annotators", 2, "--people", 3, "--port", 0)
    with Served(tmp_path, *line) as first:
        origin = first.links["a01"].partition("/#")[0]
        with httpx2.Client() as http:
            person = Annotator(http, first.links["a01"], origin)
            consent = person.get("/api/session").json()["consent"]
            person.post("/api/consent", {"version": consent["version"], "age": True, "share": False})
            assert person.task()["kind"] == "practice"
    assert list(first.links) == ["administrator", "a01", "a02", "a03"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/admin#[\w-]{43}", first.links["administrator"])
    assert (first.status, first.said.splitlines()[-1]) == (
        130,
        "xaesthetic: stopped; the same command goes on where it was.",
    )
    assert "2 annotators of a photograph; of fewer than 5, agreement says little" in first.said
    assert (tmp_path / "study" / "keys.csv").exists()
    with Served(tmp_path, *line) as second:
        assert list(second.links) == ["administrator", "a02", "a03"]  # a01's was used
    with Served(tmp_path, *line, "--seed", 1) as other:
        pass
    assert (other.status, other.lines) == (2, [])
    assert "differs in seed" in other.said


@pytest.mark.slow
def test_with_a_certificate_it_speaks_tls(tmp_path, photographs):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    options = [
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-days",
        "1",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    try:
        subprocess.run(["openssl", "req", "-x509", *options, "-keyout", key, "-out", cert], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    line = (photographs, "--attr", "light", "--people", 5, "--host", "localhost", "--port", 0)
    with Served(tmp_path, *line, "--tls-cert", cert, "--tls-key", key) as served:
        origin = served.links["a01"].partition("/#")[0]
        assert origin.startswith("https://localhost:")
        with httpx2.Client(verify=ssl.create_default_context(cafile=cert)) as http:
            person = Annotator(http, served.links["a01"], origin)
            assert person.cookie[0].startswith("__Host-")
            answer = person.get("/api/session")
            assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["in", "--attr", "light", "--host", "0.0.0.0"], "others could read what annotators send"),
        (["in", "--attr", "light", "--people", "2"], "fewer than the 5 annotators"),
        (["in", "--attr", "overall"], "is asked of every photograph anyway"),
        (["in", "--attr", "light", "--order", "any"], "neither 'rate_first' nor 'mark_first'"),
        (["in", "--attr", "light", "--tls-cert", "x.pem"], "a certificate and its key go together"),
        (["in", "--attr", "light", "--tls-cert", "x.pem", "--tls-key", "y.pem"], "x.pem --tls-key y.pem: cannot be used"),
        (["in", "--attr", "light", "--behind-proxy", "http://a"], "https://NAME was wanted"),
        (["in", "--attr", "light", "--database", "mysql://a/b"], "postgresql://USER@HOST/NAME was wanted"),
        (["in", "--attr", "light", "--consent", "gone.txt"], "gone.txt: cannot be read"),
        (["in", "--attr", "lihgt"], "did you mean 'light'?"),
        (["in"], "a new study needs photographs (or --data) and --attr"),
        (["--study", "nothing"], "a new study needs photographs (or --data) and --attr"),
    ],
    ids=["host", "people", "overall", "order", "tls", "pem", "proxy", "database", "consent", "slip", "attr", "study"],
)
def test_what_cannot_be_is_refused_in_one_line_and_leaves_nothing(command, photographs, tmp_path, options, said):
    status, _, errors = command("annotate", *options, "--port", 0)
    assert status == 2
    assert said in " ".join(errors.replace("│", " ").split())
    assert not (tmp_path / "study" / "study.json").exists()
