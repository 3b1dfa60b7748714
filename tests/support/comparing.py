"""Comparisons of small photographs by a tiny network, as fixtures."""

from dataclasses import replace

import pytest

from support.plugin_package import contents, make_photos
from xaesthetic import pipeline
from xaesthetic.core.types import Experiment


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "photos", 7)


@pytest.fixture
def experiment(photos):
    return Experiment(str(photos), None, ("tiny_net",), ("cam", "grad_cam"), ("light",), pick=2, batch=3)


@pytest.fixture
def compare(tmp_path, experiment):
    """Compare, with some fields changed, into the folder `out`; no reports, because they are not what is tested here."""

    def compare(out="out", draw=False, reports=(), **changes):
        return pipeline.compare(replace(experiment, **changes), tmp_path / out, draw=draw, reports=reports)

    return compare


@pytest.fixture
def refused(compare, tmp_path):
    """The error's text; makes sure that nothing was written."""

    def refused(error, **changes):
        with pytest.raises(error) as raised:
            compare(**changes)
        assert not (tmp_path / "out").exists()
        return str(raised.value)

    return refused


def unfinished(folder):
    return [name for name in contents(folder) if name.endswith(".tmp")]
