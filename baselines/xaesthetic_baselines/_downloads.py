"""What `xaesthetic data fetch` gets for the models, converters and servers here; torch is not needed to know it."""

from collections.abc import Mapping

from xaesthetic.data.fetch.registry import Download, File, Unpack

_MALU = "https://raw.githubusercontent.com/gautamMalu/Aesthetic_attributes_maps/f2462c92d414f9457a3babd32171b071e4703515"
_MALU_LFS = (
    "https://media.githubusercontent.com/media/gautamMalu/Aesthetic_attributes_maps/f2462c92d414f9457a3babd32171b071e4703515"
)
_KONG = "https://raw.githubusercontent.com/aimerykong/deepImageAestheticsAnalysis/03e60572c5628a782e6c6a9c5d229ea0079211d9"
_IDEALO = "https://raw.githubusercontent.com/idealo/image-quality-assessment/master/models/MobileNet"

DOWNLOADS: Mapping[str, Download] = {
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
        citation="Malu, Bapi & Indurkhya, Learning Photography Aesthetics with Deep CNNs, MAICS 2017",
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
        citation=(
            "Kong, Shen, Lin, Mech & Fowlkes, Photo Aesthetics Ranking Network with Attributes and Content Adaptation, "
            "ECCV 2016"
        ),
    ),
    "nima": Download(
        files=(
            File(
                "weights_mobilenet_aesthetic_0.07.hdf5",
                f"{_IDEALO}/weights_mobilenet_aesthetic_0.07.hdf5",
                "e563ad91b3d47410e45f7238f07ab8f6abd1bd0c4b18a4b0af9c681a21a91cb2",
                13_174_216,
            ),
        ),
        licence="Apache-2.0, Copyright 2018 idealo internet GmbH; trained on AVA's ratings",
        citation=(
            "Talebi & Milanfar, NIMA: Neural Image Assessment, TIP 2018; weights: Lennan, Nguyen & Tran, github "
            "idealo/image-quality-assessment"
        ),
    ),
}
