"""Everything that can be downloaded, in one place: address, sha256 where it is known, size, licence, citation."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path

from xaesthetic.core.errors import DataError, unknown


@dataclass(frozen=True, slots=True)
class Unpack:
    """What of an archive is kept, and where it goes."""

    folder: str
    """Below the download's own folder; written whole or not at all."""
    keep: tuple[str, ...] = ("",)
    """Beginnings of the names that are kept, after `strip`."""
    strip: int = 0
    """How many leading folders of every name are dropped."""


@dataclass(frozen=True, slots=True)
class File:
    """One file to be downloaded."""

    name: str
    """Below the download's own folder."""
    url: str
    """`https://…`; a Google Drive address of a file, or of a folder."""
    sha256: str | None = None
    """All 64 digits, or as many of the first as are known; None where the first download's is recorded instead."""
    size: int | None = None
    """In bytes, about, for the reader."""
    unpack: Unpack | None = None
    """Of an archive, which is deleted once it is unpacked."""


@dataclass(frozen=True, slots=True)
class Download:
    """What is fetched under one name."""

    files: tuple[File, ...]
    licence: str
    citation: str
    sources: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    """Where there is a choice (`--from`): further files by its name; the first is the default."""


def cache_folder() -> Path:
    """The folder of all downloads: the environment variable XAESTHETIC_CACHE, else the user's cache."""
    chosen = os.environ.get("XAESTHETIC_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    return user_cache_path("xaesthetic")


def cached(name: str) -> Path:
    """The folder of one download, or of weights that were converted; it need not be there yet."""
    return cache_folder() / name


def find_download(name: str) -> Download:
    """The entry of this name.

    Raises
    ------
    DataError
        If there is none.
    """
    if name not in DOWNLOADS:
        raise DataError(unknown("download", name, DOWNLOADS, label="There are"))
    return DOWNLOADS[name]


def _drive(identity: str, key: str = "") -> str:
    """Where Drive gives a file to everybody; those shared before September 2021 want their resource key too."""
    address = f"https://drive.usercontent.google.com/download?export=download&confirm=t&id={identity}"
    return f"{address}&resourcekey={key}" if key else address


_MALU = "https://raw.githubusercontent.com/gautamMalu/Aesthetic_attributes_maps/f2462c92d414f9457a3babd32171b071e4703515"
_MALU_LFS = (
    "https://media.githubusercontent.com/media/gautamMalu/Aesthetic_attributes_maps/f2462c92d414f9457a3babd32171b071e4703515"
)
_MALU_PAPER = "Malu, Bapi & Indurkhya, Learning Photography Aesthetics with Deep CNNs, MAICS 2017"
_KONG = "https://raw.githubusercontent.com/aimerykong/deepImageAestheticsAnalysis/03e60572c5628a782e6c6a9c5d229ea0079211d9"
_KONG_PAPER = (
    "Kong, Shen, Lin, Mech & Fowlkes, Photo Aesthetics Ranking Network with Attributes and Content Adaptation, ECCV 2016"
)
_OSIE = (
    "https://codeload.github.com/NUS-VIP/predicting-human-gaze-beyond-pixels/zip/4a467890fcb40a2fec04cdded552760942bac7a4"
)

DOWNLOADS: Mapping[str, Download] = {
    "aadb": Download(
        files=(
            File(
                "imgListTrainRegression_.csv",
                f"{_MALU}/imgListTrainRegression_.csv",
                "07307500e98dda012ec6baa49b9b4abe8152d4189d692d1461d1ee7758da0104",
                762_387,
            ),
            File(
                "imgListValidationRegression_.csv",
                f"{_MALU}/imgListValidationRegression_.csv",
                "eb9a9001762efe7fb353ce26445332577c9e1e890f0746e2a10db07a34db4659",
                45_115,
            ),
            File(
                "imgListTestNewRegression_.csv",
                f"{_MALU}/imgListTestNewRegression_.csv",
                "63c355e8dac4e90d11c3401d146bc27982245d4b4d5572b4019924ab82ef7d5b",
                90_288,
            ),
        ),
        sources={
            "drive": (
                File(
                    "train.zip", _drive("1Viswtzb77vqqaaICAQz9iuZ8OEYCu6-_"), None, 2_190_000_000, Unpack("originals_train")
                ),
                File("test.zip", _drive("115qnIQ-9pl5Vt06RyFue3b6DabakATmJ"), None, 222_000_000, Unpack("originals_test")),
            ),
            "warp256": (
                File(
                    "warp256.zip",
                    _drive("0BxeylfSgpk1MU2RsVXo3bEJWM2c", "0-ld4H3VhRKKiSUOklGnF1Uw"),
                    None,
                    138_000_000,
                    Unpack("warp256"),
                ),
            ),
            "flickr": (),
            "labels": (),
        },
        licence="labels MIT; photographs belong to their makers on Flickr: for research use only",
        citation=_KONG_PAPER,
    ),
    "malu": Download(
        files=(
            File(
                "weights-improvement__016-0.022715.hdf5",
                f"{_MALU_LFS}/weights-improvement__016-0.022715.hdf5",
                "5201b5eddf3204589a6cb80ebe725d4ffb1678752fec260e1f76a20ff41f1f25",
                190_477_304,
            ),
            File(
                "weights.pkl",
                f"{_MALU}/weights.pkl",
                "dc63cc435afa328c763b49693c5108e5380221a5f1f7f2f245734693b2bf26e8",
                725_752,
            ),
        ),
        licence="MIT; trained on AADB, whose photographs are for research use",
        citation=_MALU_PAPER,
    ),
    "resnet50": Download(
        files=(
            File(
                "resnet50-0676ba61.pth",
                "https://download.pytorch.org/models/resnet50-0676ba61.pth",
                "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
                102_530_333,
            ),
        ),
        licence="BSD-3 (torchvision); trained on ImageNet, for research use",
        citation="He, Zhang, Ren & Sun, Deep Residual Learning, CVPR 2016; the weights IMAGENET1K_V1 of torchvision",
    ),
    "kong": Download(
        files=(
            File(
                "mean_AADB_regression_warp256.binaryproto",
                f"{_KONG}/demoRatingImages/mean_AADB_regression_warp256.binaryproto",
            ),
            File(
                "model",
                "https://drive.google.com/drive/folders/0BxeylfSgpk1MOVduWGxyVlJFUHM?resourcekey=0-qecf-sZVexPbF6XLU4Gq_g",
                unpack=Unpack("model", keep=("model.caffemodel", "model.prototxt", "model.zip")),
            ),
        ),
        licence="no licence was published; code and model for non-commercial research use, as the authors ask",
        citation=_KONG_PAPER,
    ),
    "osie": Download(
        files=(
            File(
                "osie.zip",
                _OSIE,
                None,
                None,
                Unpack("data", keep=("stimuli/", "eye/fixations.mat", "attrs.mat"), strip=2),
            ),
        ),
        licence="MIT",
        citation="Xu, Jiang, Wang, Kankanhalli & Zhao, Predicting human gaze beyond pixels, Journal of Vision 2014",
    ),
}
"""By name. For a Drive folder, `keep` holds endings of the names wanted, and the folder goes into `unpack.folder`."""
