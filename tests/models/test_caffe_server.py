"""The server against plain pycaffe: the same numbers to the last bit, in any order of requests."""

import json
import random
import signal
import subprocess

import numpy as np
import pytest
from support.caffe_server import TOKEN, running, wait
from support.kong_files import BRANCHES, WIDTHS, prototxt

from xaesthetic.core.errors import ServerError
from xaesthetic.models.serving.engine import context

OUTPUTS = [*(f"fc9_{branch}" for branch in BRANCHES), "fc11_score"]
GRADIENTS = [f"grad:{output}:conv5{end}" for output in OUTPUTS for end in ("", ":pre")]


def ask(server, wanted, rows, names):
    found = server.infer({"imgLow": wanted[f"{rows}/imgLow"]}, names)
    for name in names:
        np.testing.assert_array_equal(found[name], wanted[f"{rows}/{name}"], err_msg=name)


@pytest.mark.parametrize("rows", [1, 7])
def test_one_request_brings_outputs_activations_and_gradients(server, small_kong, rows):
    before = server.statistics()
    ask(server, small_kong[1], rows, ["conv5", *OUTPUTS, *GRADIENTS, "grad:fc9_Light:imgLow", "grad:fc11_score:imgLow"])
    after = server.statistics()
    assert after["execution_count"] - before["execution_count"] == 1
    assert after["inference_count"] - before["inference_count"] == rows


def test_requests_leave_no_trace(server, small_kong):
    order = random.Random(0)
    for _ in range(25):
        names = order.sample([*OUTPUTS, *GRADIENTS, "conv5", "grad:fc9_Light:imgLow"], order.randint(1, 4))
        ask(server, small_kong[1], order.choice((1, 7)), names)


def test_before_and_after_the_rectifier_are_not_the_same(small_kong):
    wanted = small_kong[1]
    before, after = (wanted[f"7/grad:fc11_score:conv5{end}"] for end in (":pre", ""))
    np.testing.assert_array_equal(before, np.where(wanted["7/conv5"] > 0, after, 0))
    assert (before != after).any()
    assert (after != 0).any()


def test_the_network_goes_on_from_any_blob(server, small_kong):
    wanted = small_kong[1]
    for rows in (7, 1):
        found = server.infer({"conv5": wanted[f"{rows}/conv5"]}, ["fc9_DoF", "fc11_score", "grad:fc11_score:conv5", "conv5"])
        for name, array in found.items():
            np.testing.assert_array_equal(array, wanted[f"{rows}/{name}"])
    light = server.infer({"fc8_Light": wanted["7/fc8_Light"]}, ["fc9_Light"])
    np.testing.assert_array_equal(light["fc9_Light"], wanted["7/fc9_Light"])


def test_a_gradient_is_pulled_back_through_the_network(server, small_kong):
    """The chain rule: the output's gradient at conv5, pulled back to the photographs, is its gradient there."""
    wanted = small_kong[1]
    given = {"imgLow": wanted["7/imgLow"], "diff:conv5": wanted["7/grad:fc9_Light:conv5"]}
    found = server.infer(given, ["grad:conv5:imgLow"])["grad:conv5:imgLow"]
    np.testing.assert_allclose(found, wanted["7/grad:fc9_Light:imgLow"], rtol=0, atol=1e-6 * np.abs(found).max())


def test_gradients_summed_over_the_grid(server, small_kong):
    wanted = small_kong[1]
    names = ["fc11_score:conv5", "fc9_Light:conv5:pre"]
    found = server.infer({"imgLow": wanted["7/imgLow"]}, [f"gradsum:{name}" for name in names])
    for name in names:
        whole = wanted[f"7/grad:{name}"].sum((2, 3), dtype=np.float64)
        np.testing.assert_allclose(found[f"gradsum:{name}"], whole, rtol=0, atol=1e-6 * np.abs(whole).max())


def test_gradients_that_follow_from_the_definition(server, small_kong):
    x = small_kong[1]["7/imgLow"]
    names = ["grad:conv5:conv5", "grad:fc9_Light:fc8_DoF", "grad:fc9_Light:fc9_Light", "grad:conv5:conv5:pre", "conv5"]
    found = server.infer({"imgLow": x}, names)
    assert (found["grad:conv5:conv5"] == 1).all()
    assert (found["grad:fc9_Light:fc9_Light"] == 1).all()
    assert (found["grad:fc9_Light:fc8_DoF"] == 0).all()
    np.testing.assert_array_equal(found["grad:conv5:conv5:pre"], found["conv5"] > 0)


@pytest.mark.parametrize(
    ("given", "outputs", "said"),
    [
        ({"imgLow": (65, 3, 227, 227)}, ["conv5"], "a batch of 65; 1 to 64"),
        ({"imgLow": (0, 3, 227, 227)}, ["conv5"], "a batch of 0"),
        ({"imgLow": (1, 3, 227, 228)}, ["conv5"], r"\[1, 3, 227, 228\]; \[1, 3, 227, 227\] was wanted"),
        ({"fc7": (1, 18)}, ["conv5"], "'conv5' does not follow from fc7 alone"),
        ({"fc8_Light": (1, 6)}, ["fc11_score"], "'fc11_score' does not follow from fc8_Light alone"),
        ({"conv5": (1, 8, 13, 13)}, ["grad:fc9_Light:conv4"], "lies before conv5"),
        ({"conv5": (1, 8, 13, 13)}, ["grad:fc9_Light:conv5:pre"], "lies before conv5"),
        ({"conv5": (1, 8, 13, 13), "imgLow": (1, 3, 227, 227)}, ["fc9_Light"], "the inputs are imgLow"),
        ({"conv5": (1, 8, 13, 13), "diff:fc9_Light": (2, 1)}, ["grad:fc9_Light:conv5"], r"'diff:fc9_Light' is \[2, 1\]"),
        ({"imgLow": (1, 3, 227, 227), "diff:conv5": (1, 8, 13, 13)}, ["fc9_Light"], "no gradient of 'conv5' is asked for"),
    ],
)
def test_what_cannot_be_computed_is_refused(server, given, outputs, said):
    arrays = {name: np.zeros(shape, np.float32) for name, shape in given.items()}
    with pytest.raises(ServerError, match=rf"refused \(400\): .*{said}"):
        server.infer(arrays, outputs)


def test_numbers_that_are_not_finite_are_refused(server):
    x = np.full((1, 3, 227, 227), np.nan, np.float32)
    with pytest.raises(ServerError, match="not finite"):
        server.infer({"imgLow": x}, ["conv5"])


def test_metadata(server):
    told = server.metadata()
    assert [each["shape"] for each in told["inputs"]] == [[-1, 3, 227, 227]]
    shapes = {each["name"]: each["shape"] for each in told["outputs"]}
    assert shapes["conv5"] == [-1, WIDTHS["conv5"], 13, 13]
    assert shapes["fc9_Light"] == [-1, 1]
    assert set(told["parameters"]["sha256"]) == {"prototxt", "caffemodel"}
    assert not [name for name in shapes if "split" in name]


def test_without_the_token_nothing_is_told(server):
    server_without = type(server)("kong", server.address, "wrong")
    with pytest.raises(ServerError, match=r"refused \(401\): .*token was wanted"):
        server_without.metadata()


# -- the unmodified client of another project --------------------------------------------------------------------------


def test_tritons_client_drives_it(caffe_python, small_kong, tmp_path):
    http = pytest.importorskip("tritonclient.http")
    kong, wanted = small_kong

    def headers():  # its client writes into what it is given
        return {"Authorization": f"Bearer {TOKEN}"}

    with running(caffe_python, tmp_path, kong, tcp=True) as (_, ours):
        client = http.InferenceServerClient(ours.address.removeprefix("tcp:"))
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("kong", headers=headers())
        assert "binary_tensor_data" in client.get_server_metadata(headers=headers())["extensions"]
        assert client.get_model_metadata("kong", headers=headers())["platform"] == "caffe"
        for binary in (True, False):
            tensor = http.InferInput("imgLow", [1, 3, 227, 227], "FP32")
            tensor.set_data_from_numpy(wanted["1/imgLow"], binary_data=binary)
            names = ["fc11_score", "conv5", "grad:fc9_Light:conv5"]
            asked = [http.InferRequestedOutput(name, binary_data=binary) for name in names]
            result = client.infer("kong", [tensor], outputs=asked, headers=headers(), request_id="seven", model_version="1")
            assert result.get_response()["id"] == "seven"
            for name in names:
                np.testing.assert_array_equal(result.as_numpy(name), wanted[f"1/{name}"])
        whole = client.infer("kong", [tensor], headers=headers())  # all of the network's outputs
        np.testing.assert_array_equal(whole.as_numpy("fc9_DoF"), wanted["1/fc9_DoF"])
        assert client.get_inference_statistics("kong", headers=headers())["model_stats"][0]["inference_count"] == 3
        with pytest.raises(http.InferenceServerException, match="no blob 'nothing'"):
            client.infer("kong", [tensor], outputs=[http.InferRequestedOutput("nothing")], headers=headers())
        client.close()


# -- its life ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked(caffe_python, small_kong, tmp_path, number):
    with running(caffe_python, tmp_path, small_kong[0]) as (process, client):
        assert client.is_ready()
        process.send_signal(number)
        assert process.wait(20) == 0
        assert not (tmp_path / "socket").exists()


def test_its_own_check_says_whether_it_is_ready(caffe_python, small_kong, tmp_path):
    def check(address):
        return subprocess.run([caffe_python, context() / "server.py", "--check", "--listen", address]).returncode

    with running(caffe_python, tmp_path, small_kong[0]) as (_, client):
        assert check(client.address) == 0
    assert check(client.address) == 1


def test_the_socket_is_the_owners_alone(caffe_python, small_kong, tmp_path):
    with running(caffe_python, tmp_path, small_kong[0]):
        assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o600


def test_every_format_of_prototxt_is_made_to_go_backward(caffe_python, small_kong, tmp_path):
    """Caffe's older format, and one that says that it shall not."""
    kong, wanted = small_kong
    for number, text in enumerate((prototxt(WIDTHS, old=True), "force_backward: false\n" + prototxt(WIDTHS))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "initModel.prototxt").write_text(text)
        (folder / "initModel.caffemodel").symlink_to(kong / "initModel.caffemodel")
        with running(caffe_python, folder, folder) as (_, client):
            ask(client, wanted, 1, ["fc11_score", "grad:fc11_score:conv5"])


def test_a_full_batch_fits(server):
    x = np.zeros((64, 3, 227, 227), np.float32)
    found = server.infer({"imgLow": x}, ["fc11_score"])["fc11_score"]
    np.testing.assert_allclose(found, np.repeat(found[:1], 64, axis=0), rtol=1e-5)


@pytest.mark.slow
def test_a_network_of_the_published_size(caffe_python, full_kong, tmp_path):
    kong, wanted = full_kong
    with running(caffe_python, tmp_path, kong) as (_, client):
        ask(client, wanted, 2, ["conv5", *OUTPUTS, *GRADIENTS])
        assert json.loads(json.dumps(client.statistics()))["backward_count"] == 12
        wait(client.is_ready)
