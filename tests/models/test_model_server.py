"""Starting and stopping model servers, as a user does."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.caffe_server import CACHE, wait
from support.kong_files import WIDTHS
from typer.testing import CliRunner
from xaesthetic_baselines import _kong, _kong_torch
from xaesthetic_baselines.converters import kong as converter

import xaesthetic as xa
from xaesthetic.cli import app
from xaesthetic.core.errors import ServerError
from xaesthetic.models.serving import engine, environment, manage
from xaesthetic.models.serving.manage import StartOptions, server_status, start_server, stop_server
from xaesthetic.models.serving.served import is_running, read_serving

NAMES = ("initModel.prototxt", "initModel.caffemodel", "mean_AADB_regression_warp256.binaryproto")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    stop_server("kong")


@pytest.fixture
def fetched(cache, small_kong):
    """The published files where they are fetched to, and Caffe's environment as it would have been made."""
    (cache / "kong" / "model").mkdir(parents=True)
    for name in NAMES:
        shutil.copy(small_kong[0] / name, cache / "kong" / "model" / name)
    (cache / "model-servers").mkdir()
    (cache / "model-servers" / "caffe-venv").symlink_to(CACHE / "model-servers" / "caffe-venv")
    return cache


@pytest.fixture
def command():
    def run(*arguments):
        done = CliRunner().invoke(app, ["model-server", *map(str, arguments)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def test_start_status_stop(fetched, command, tmp_path):
    assert command("status")[:2][0] == 0
    assert "not started" in command("status")[1]
    status, out, _ = command("start", "kong", "--runtime", "venv")
    assert status == 0
    assert out.startswith("kong (venv): ready at unix:")
    serving = read_serving("kong")
    assert command("start", "kong", "--runtime", "venv")[0] == 0  # it is left alone
    assert read_serving("kong") == serving
    model = xa.load_model("kong_alexnet", ["light"])
    before = json.loads(command("status", "--json")[1])["kong"]["photographs"]
    xa.explain(_photo(tmp_path), model, ["light"], method="grad_cam")
    told = json.loads(command("status", "--json")[1])["kong"]
    assert told["ready"]
    assert told["photographs"] == before + 1
    with pytest.raises(ServerError, match=r"runs already \(venv, .*model-server stop kong"):
        start_server("kong", StartOptions("torch"))
    assert command("stop", "kong")[1] == "kong: stopped\n"
    wait(lambda: not is_running(serving.process))
    assert not Path(serving.folder).exists()
    assert command("stop", "kong")[1] == "kong: none was started\n"


def _photo(folder):
    from PIL import Image

    Image.linear_gradient("L").convert("RGB").save(folder / "photo.png")
    return folder / "photo.png"


def test_a_run_goes_on_after_the_server_was_killed(fetched, tmp_path):
    """Killed in the middle of a request: one line; started again, the run ends as it would have."""
    start_server("kong", StartOptions("venv"))
    serving = read_serving("kong")
    asked = [str(Path(sys.executable).with_name("xaesthetic")), "compare", "--attr", "light", "--model", "kong_alexnet"]
    asked += ["--method", "grad_cam", "--batch", "1", "--out", str(tmp_path / "run")]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert "photographs: 60 of 60" in run.stderr.readline()  # the ratings come next
        os.kill(int(serving.process), signal.SIGSTOP)
        wait(lambda: _settled(tmp_path / "run"))
        os.kill(int(serving.process), signal.SIGKILL)
        _, said = run.communicate(timeout=120)
    assert run.returncode == 2
    (line,) = (line for line in said.splitlines() if line.startswith("xaesthetic:"))
    assert "the model server 'kong'" in line
    assert "does not answer" in line
    assert not server_status("kong").ready
    start_server("kong", StartOptions("venv"))
    done = subprocess.run(asked, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "report" / "attribute_grid_light.png").stat().st_size > 0


def _settled(folder):
    """Whether a run makes no more pieces: it waits for an answer."""
    pieces = len(list(folder.rglob("*.npz")))
    time.sleep(1.5)
    return pieces == len(list(folder.rglob("*.npz")))


def test_the_runtime_torch_needs_no_server(fetched, command, monkeypatch):
    plan = _kong.layers(WIDTHS)
    monkeypatch.setattr(converter, "layers", lambda: plan)
    monkeypatch.setattr(_kong_torch, "layers", lambda: plan)
    status, out, _ = command("start", "kong", "--runtime", "torch")
    assert (status, out) == (0, f"kong (torch): converted into {fetched / 'kong_alexnet_torch'}\n")
    assert xa.load_model("kong_alexnet").source.files.keys() == {"kong_alexnet_torch.safetensors"}
    assert command("status")[0] == 0


def test_two_starts_at_once_leave_one_server(fetched):
    """In two processes, as two terminals do; both say where the one is."""
    asked = [
        sys.executable,
        "-c",
        "from xaesthetic.cli import main; main()",
        "model-server",
        "start",
        "kong",
        "--runtime",
        "venv",
    ]
    both = [subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0][0] == said[1][0]
    assert sum("waiting until it has finished" in error for _, error in said) <= 1
    serving = read_serving("kong")
    running = [file for file in Path("/proc").glob("[0-9]*/cmdline") if str(fetched).encode() in _bytes(file)]
    assert [file.parent.name for file in running] == [serving.process]


def _bytes(file):
    try:
        return file.read_bytes()
    except OSError:
        return b""


def test_a_tcp_address(fetched):
    serving = start_server("kong", StartOptions("venv", tcp=True))
    assert serving.address.startswith("tcp:127.0.0.1:")
    assert server_status("kong").ready


# -- what is missing is said in one line -------------------------------------------------------------------------------


def one_line(error):
    assert "\n" not in str(error.value)
    return str(error.value)


def test_no_files(cache):
    with pytest.raises(xa.XaestheticError, match="data fetch kong"):
        start_server("kong")


def test_no_such_runtime_or_server(fetched):
    with pytest.raises(ServerError, match="no runtime 'conteiner'. Did you mean 'container'"):
        start_server("kong", StartOptions("conteiner"))
    with pytest.raises(xa.XaestheticError, match="no server 'king'. Did you mean 'kong'"):
        start_server("king")


def test_no_engine(fetched, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match="neither docker nor podman is installed; .*--runtime venv") as error:
        start_server("kong")
    one_line(error)
    _program(tmp_path / "docker", "echo Cannot connect to the daemon; exit 1")
    with pytest.raises(
        ServerError, match=r"docker does not work \(Cannot connect to the daemon\); start or install"
    ) as error:
        start_server("kong")
    one_line(error)


def _program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_an_image_that_cannot_be_built(fetched, monkeypatch, tmp_path):
    _program(tmp_path / "docker", 'case "$1" in info) ;; build) echo step 1; echo no network; exit 1 ;; *) exit 1 ;; esac')
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match=r"the image cannot be built .*--image FILE\): step 1 / no network") as error:
        start_server("kong")
    one_line(error)
    assert read_serving("kong") is None


def test_a_container_is_given_no_rights(fetched, monkeypatch, tmp_path):
    """What the engine is asked for; whether that works is tested where there is one."""
    log = tmp_path / "asked"
    _program(
        tmp_path / "docker",
        f'echo "$@" >> {log}; case "$1" in run) echo id ;; inspect) echo false ;; logs) echo it fell ;; esac',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ServerError, match="the model server 'kong' has ended: it fell"):
        start_server("kong")
    (run,) = (line for line in log.read_text().splitlines() if line.startswith("run "))
    for option in ("--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"):
        assert option in run
    assert run.count(",readonly") == 2
    assert "rm --force" in log.read_text()
    assert read_serving("kong") is None


def test_no_python_for_the_environment(cache, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(ServerError, match=r"no Python 3.9 is there.*--python"):
        environment.find_python(None)
    with pytest.raises(ServerError, match=r"no Python 3.9 is there"):
        environment.find_python(Path(sys.executable))


def test_a_model_that_caffe_cannot_read(fetched):
    (fetched / "kong" / "model" / "initModel.caffemodel").write_bytes(b"garbage")
    with pytest.raises(ServerError, match="the model server 'kong' has ended: ") as error:
        start_server("kong", StartOptions("venv"))
    one_line(error)
    assert read_serving("kong") is None


def test_a_process_of_another_is_not_stopped(fetched, tmp_path):
    with subprocess.Popen(["/bin/sleep", "60"]) as other:
        manage.processes.stop(str(other.pid), "xaesthetic-kong")
        assert other.poll() is None
        other.kill()


# -- in a container, where an engine works -----------------------------------------------------------------------------


@pytest.mark.slow
def test_in_a_container(fetched, small_kong, command):
    """XAESTHETIC_TEST_BUILD holds options for `docker build`, for machines that cannot reach the default base."""
    try:
        found = engine.find_engine()
    except ServerError as error:
        pytest.skip(str(error))
    options = os.environ.get("XAESTHETIC_TEST_BUILD", "").split()
    if not engine.has_image(found):
        if not options:
            pytest.skip(f"{engine.image_name()} is not built; XAESTHETIC_TEST_BUILD says how to")
        engine.build_image(found, options)
    probe = [found.path, "run", "--rm", "--network=none", "--entrypoint=true", engine.image_name()]
    if subprocess.run(probe, capture_output=True).returncode:
        pytest.skip(f"{found.path} runs no containers here")
    assert command("start", "kong")[0] == 0
    serving = read_serving("kong")
    client = serving.client()
    wanted = small_kong[1]
    found_arrays = client.infer({"imgLow": wanted["7/imgLow"]}, ["conv5", "fc11_score", "grad:fc11_score:conv5"])
    for name, array in found_arrays.items():
        assert abs(array - wanted[f"7/{name}"]).max() <= 1e-5 * abs(wanted[f"7/{name}"]).max()
    client.close()
    assert command("stop", "kong")[0] == 0
    assert not engine.container_runs(serving.engine, serving.process)
