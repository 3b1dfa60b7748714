"""What `xa.explain` takes and gives: any photograph, one sentence for anything else, and a value that shows itself."""

import io
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib.figure
import numpy as np
import pytest
from PIL import Image
from support import nets

import xaesthetic as xa
from xaesthetic.core.errors import DataError
from xaesthetic.core.html import html_table
from xaesthetic.core.types import Experiment
from xaesthetic.figures import style
from xaesthetic.run.store import Run
from xaesthetic.stages.predict import Ratings


@pytest.fixture
def shown(photo):
    return xa.explain(photo, nets.linear_net(), ["light", "depth_of_field"])


def content(photo, kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(photo).save(file, kind)
    return file.getvalue()


def test_the_bytes_of_a_file_are_the_photograph(photo):
    model = nets.linear_net()
    wanted = xa.explain(photo, model)
    assert xa.explain(content(photo), model).raw == wanted.raw
    assert xa.explain(content(photo, "BMP"), model).raw == wanted.raw
    with pytest.raises(DataError, match="the bytes: cannot be read"):
        xa.explain(content(photo)[: len(content(photo)) // 2], model)
    with pytest.raises(DataError, match="the bytes: not an image"):
        xa.explain(b"{}", model)


@pytest.mark.parametrize("address", ["https://a.b/c.jpg", "data:image/png;base64,AA", "file:///c.jpg", b"http://a.b/c.jpg"])
def test_an_address_is_refused(address):
    with pytest.raises(DataError, match="address; download the photograph first, and pass the file"):
        xa.explain(address, nets.linear_net())


@pytest.mark.parametrize(
    ("spoil", "advice"),
    [
        (lambda photo: photo / 255, r"\(array \* 255\)\.clip"),
        (lambda photo: photo.astype(np.float32), r"\(array\)\.clip"),
        (lambda photo: photo.transpose(2, 0, 1), r"array\.transpose\(1, 2, 0\)"),
        (lambda photo: photo[None], r"photographs\[0\]"),
        (lambda photo: photo[..., 0], r"PIL\.Image\.fromarray\(array\)"),
        (lambda photo: np.dstack([photo, photo[..., :1]]), r"PIL\.Image\.fromarray\(array\)"),
    ],
)
def test_an_array_that_is_none_says_how_it_becomes_one(spoil, advice, photo):
    with pytest.raises(DataError, match=rf"pass a file, a PIL image, or \(h, w, 3\) uint8.*{advice}"):
        xa.explain(spoil(photo), nets.linear_net())


def test_the_method_fits_the_model_where_none_is_named(photo):
    assert xa.explain(photo, nets.linear_net()).method == "cam"
    assert xa.explain(photo, nets.curved_net()).method == "grad_cam"
    assert xa.explain(photo, nets.partial_net(), "light").method == "cam"
    assert xa.explain(photo, nets.partial_net()).method == "grad_cam"


def test_names_and_titles_of_attributes(shown):
    for values in (shown.maps, shown.ratings, shown.raw):
        assert values["Depth of Field"] is values["depth_of_field"]
        for name, why in (("ligth", r"Did you mean 'light'\?"), ("content", "it has light, depth_of_field"), (None, "None")):
            with pytest.raises(DataError, match=why):
                values[name]
    with pytest.raises(DataError, match=r"no attribute 'ligth'.*Did you mean 'light'\?"):
        shown.overlay("ligth")


def test_an_overlay_is_the_photograph_under_the_maps_colors(shown, photo):
    image = shown.overlay("Light")
    assert image.size == photo.shape[1::-1]
    wanted = style.overlay(photo, style.normalise(shown.maps["light"]))
    np.testing.assert_array_equal(np.asarray(image), wanted)
    highest = np.unravel_index(shown.maps["light"].argmax(), photo.shape[:2])
    assert np.asarray(image)[highest][1] > np.asarray(image)[highest][2]  # the upper end is yellow


@pytest.mark.parametrize("ending", ["png", "pdf", "svg", "jpg", "PNG"])
def test_it_is_saved_whole_or_not_at_all(ending, shown, tmp_path):
    file = tmp_path / f"a.{ending}"
    assert shown.save(str(file)) == file
    first = file.read_bytes()
    shown.save(file)
    assert file.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    if ending.lower() in ("png", "jpg"):
        with Image.open(file) as image:
            assert image.width > 900


def test_what_cannot_be_saved_is_said(shown, tmp_path):
    (tmp_path / "file").touch()
    for path, why in ((tmp_path / "a.webq", "ends in none of .png"), (tmp_path / "file" / "a.png", "cannot be written")):
        with pytest.raises(DataError, match=why):
            shown.save(path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_there_stays_where_saving_fails(shown, tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"before")
    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        shown.save(tmp_path / "a.png")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.png", b"before")]


def test_its_figure_has_every_attribute(shown):
    texts = {text.get_text() for text in shown.figure().findobj(matplotlib.text.Text)}
    light = f"{shown.ratings['light']:z.2f}" + "!" * (abs(shown.ratings["light"]) > 1)
    assert {"photograph", "Light, -1 to 1", "Depth of Field, -1 to 1", light} <= texts
    (sheet,) = shown.figure().axes
    assert len(sheet.images) == 3 + 1  # the photograph, two maps, the color bar


def test_its_text_says_what_it_is(shown):
    said = repr(shown)
    assert said.startswith("<Explanation of a photograph of 80 x 60 by the model, cam: light ")
    assert f"depth_of_field {shown.ratings['depth_of_field']:.3f}" in said
    assert "(-1 to 1)" in said
    assert len(said) < 220


class Parsed(HTMLParser):
    """The tags and texts of a piece of HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


def test_in_a_notebook_all_text_is_escaped_and_small(shown, tmp_path, photo):
    from dataclasses import replace

    strange = replace(shown, trained="<script>alert(1)</script>", model="<b>")
    page = Parsed(strange._repr_html_())
    assert not {"script", "b"} & set(page.tags)
    assert "img" in page.tags
    assert any("<script>" in text for text in page.texts)
    assert {"Light", f"{shown.ratings['light']:.3f}!", "-1 to 1"} <= set(page.texts)
    assert len(shown._repr_html_()) < 150_000


def test_a_run_in_a_notebook(tmp_path):
    question = Experiment("<i>", None, ("<b>",), ("cam",), ("light",), None)
    page = Parsed(Run(tmp_path, question)._repr_html_())
    assert {"<i>", "<b>", "nothing is computed yet"} <= set(page.texts)
    assert not {"i", "b"} & set(page.tags)


def test_ratings_in_a_notebook():
    import pandas as pd

    rows = [(f"{n}<b>.jpg", "net", name, 0.25 * n, 0.0) for n in range(30) for name in ("light", "<i>")]
    table = pd.DataFrame(rows, columns=["image", "model", "attribute", "prediction", "raw"])
    page = Parsed(Ratings(table, {"net": "<u>"}, {"x": "gone"})._repr_html_())
    assert {"0<b>.jpg", "net Light (-1 to 1)", "net <i>", "0.25", "and 10 more"} <= set(page.texts)
    assert page.tags.count("tr") == 21
    assert not {"b", "i", "u"} & set(page.tags)
    assert html_table(["<a>"], []).count("<a>") == 0


WRONG = """
import numpy as np, torch, xaesthetic as xa
photo = np.zeros((40, 40, 3), np.uint8)
for arguments in (
    (None, "lite0_ft"), ("", "lite0_ft"), (5, "lite0_ft"), ([photo], "lite0_ft"), (torch.zeros(3, 9, 9), "lite0_ft"),
    (photo, None), (photo, torch.nn.Linear(2, 2)), (photo, "lite0_tf"), (photo, "lite0_ft", 5), (photo, "lite0_ft", []),
    (photo, "lite0_ft", ["lihgt"]), (photo, "lite0_ft", "light", 5), (photo, "lite0_ft", "light", "cma"),
    (photo, "lite0_ft", "light", "cam", "half"), (photo, "lite0_ft", "light", "cam", None), (photo, ["lite0_ft"]),
):
    try:
        xa.explain(*arguments)
    except xa.XaestheticError as error:
        print(" ".join(str(error).split("\\n")))
shown = xa.explain(photo, "lite0_ft", "light")
for use in (lambda: shown.save(None), lambda: shown.save(5), lambda: shown.overlay(5), lambda: xa.compare(5, models=["a"])):
    try:
        use()
    except xa.XaestheticError as error:
        print(error)
"""


@pytest.mark.slow
def test_everything_wrong_is_one_sentence():
    """In a process of its own: here the types of arguments are checked before the function is called."""
    done = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True)
    assert done.stderr == ""
    said = done.stdout.splitlines()
    assert len(said) == 20
    for part in (
        "Linear is a network of torch",
        "xa.wrap(",
        "Did you mean 'lite0_ft'",
        "Did you mean 'light'",
        "no precision",
    ):
        assert part in done.stdout


def test_a_picture_says_how_models_were_trained():
    from xaesthetic.figures.overlays import Overlay, overlay_figure

    pixels = np.zeros((40, 60, 3), np.uint8)
    figure = overlay_figure(
        pixels, [Overlay("a, cam", "0.1", np.eye(4, dtype=np.float32))], "Light", "a: trained on nothing"
    )
    assert "a: trained on nothing" in [text.get_text() for text in figure.texts]
