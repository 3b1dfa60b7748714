"""What `xaesthetic data fetch` gets for the data sets here."""

from collections.abc import Mapping

from xaesthetic.data.fetch.registry import Download, File, Unpack

_LISTS = "https://raw.githubusercontent.com/gautamMalu/Aesthetic_attributes_maps/f2462c92d414f9457a3babd32171b071e4703515"
_OSIE = (
    "https://codeload.github.com/NUS-VIP/predicting-human-gaze-beyond-pixels/zip/4a467890fcb40a2fec04cdded552760942bac7a4"
)


def _drive(identity: str, key: str = "") -> str:
    """Where Drive gives a file to everybody; those shared before September 2021 want their resource key too."""
    address = f"https://drive.usercontent.google.com/download?export=download&confirm=t&id={identity}"
    return f"{address}&resourcekey={key}" if key else address


DOWNLOADS: Mapping[str, Download] = {
    "aadb": Download(
        files=(
            File(
                "imgListTrainRegression_.csv",
                f"{_LISTS}/imgListTrainRegression_.csv",
                "07307500e98dda012ec6baa49b9b4abe8152d4189d692d1461d1ee7758da0104",
                762_387,
            ),
            File(
                "imgListValidationRegression_.csv",
                f"{_LISTS}/imgListValidationRegression_.csv",
                "eb9a9001762efe7fb353ce26445332577c9e1e890f0746e2a10db07a34db4659",
                45_115,
            ),
            File(
                "imgListTestNewRegression_.csv",
                f"{_LISTS}/imgListTestNewRegression_.csv",
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
        citation=(
            "Kong, Shen, Lin, Mech & Fowlkes, Photo Aesthetics Ranking Network with Attributes and Content Adaptation, "
            "ECCV 2016"
        ),
    ),
    "para": Download(
        files=(),
        licence="for research and learning only; no commercial use of the data or of results or outputs based on them",
        citation=(
            "Yang, Xu, Li, Qie, Li, Zhang & Guo, Personalized Image Aesthetics Assessment with Rich Attributes, CVPR 2022"
        ),
        by_hand=(
            "its authors give it to whoever accepts their terms: https://cv-datasets.institutecv.com/#/data-sets (PARA). "
            "Unpack it, then name its folder, which holds imgs/ and annotation/, with --root"
        ),
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
