"""Descriptions of a network: which are Kong's, written in another way, and which are another network."""

import re

import pytest
from support.kong_files import BRANCHES, WIDTHS, prototxt
from xaesthetic_baselines import _kong
from xaesthetic_baselines._caffe_net import computed
from xaesthetic_baselines._prototxt import read_prototxt
from xaesthetic_baselines.converters import kong as converter

from xaesthetic.core.errors import DataError

TEXT = prototxt(WIDTHS)
CONV1 = "num_output: 8 kernel_size: 11"
POOL = "pool: MAX kernel_size: 3"
LRN = "local_size: 5 alpha: 0.0001"
INPUT = "input_dim: 1 input_dim: 3 input_dim: 227 input_dim: 227"
TRAINING = """
layer {{ name: "data" type: "Data" top: "imgLow" top: "label" include {{ phase: {} }} data_param {{ source: "x" }} }}
"""


@pytest.fixture
def examine(tmp_path):
    """Whether a description is Kong's network; raises where it is not."""

    def examine(text, encoding="utf-8"):
        path = tmp_path / "net.prototxt"
        path.write_bytes(text.encode(encoding))
        converter._validate(computed(read_prototxt(path), path), _kong.layers(WIDTHS), path)

    return examine


def replaced(old, new, text=TEXT, count=1):
    assert old in text
    return text.replace(old, new, count)


def relu(settings):
    return replaced('name: "relu_conv1" type: "ReLU"', f'name: "relu_conv1" type: "ReLU" {settings}')


def inner(settings):
    return replaced("inner_product_param { ", f"inner_product_param {{ {settings} ")


SAME = {
    "as it is": TEXT,
    "the older format": prototxt(WIDTHS, old=True),
    "kernel_h and kernel_w": replaced("kernel_size: 11", "kernel_h: 11 kernel_w: 11"),
    "a size for each axis": replaced("kernel_size: 11", "kernel_size: 11 kernel_size: 11"),
    "a list": replaced("kernel_size: 11", "kernel_size: [11, 11]"),
    "pool by kernel_h": replaced(POOL, "pool: MAX kernel_h: 3 kernel_w: 3"),
    "pad of 0": replaced(POOL, f"{POOL} pad: 0 round_mode: CEIL global_pooling: false engine: CAFFE"),
    "pool as a number": replaced(POOL, "pool: 0 kernel_size: 3"),
    "defaults of a convolution": replaced(CONV1, f"{CONV1} dilation: 1 bias_term: true axis: 1 engine: CUDNN"),
    "fillers": replaced(CONV1, f'{CONV1} weight_filler {{ type: "gaussian" std: 0.01 }} bias_filler {{ type: "constant" }}'),
    "defaults of an inner product": inner('transpose: false axis: 1 bias_term: true weight_filler { type: "xavier" }'),
    "defaults of a rectifier": relu("relu_param { negative_slope: 0 engine: DEFAULT }"),
    "defaults of a normalisation": replaced(LRN, f"{LRN} k: 1 norm_region: ACROSS_CHANNELS"),
    "alpha written otherwise": replaced("alpha: 0.0001", "alpha: 1e-4f"),
    "axis of concat": replaced('top: "Concat9"', 'top: "Concat9" concat_param { axis: 1 }'),
    "rates of learning": replaced('top: "conv1"', 'top: "conv1" param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 }'),
    "names of weights": replaced('top: "conv1"', 'top: "conv1" param { name: "w" } param { name: "b" }'),
    "single quotes": TEXT.replace('"', "'"),
    "colons before messages": TEXT.replace(" {", ": {"),
    "angle brackets": TEXT.replace("_param {", "_param <").replace("} }", "> }"),
    "commas, semicolons, comments": TEXT.replace("stride: 4", "stride: 4, # a comment }\n;"),
    "text in parts": replaced('name: "conv1"', "name: \"con\" 'v1'"),
    "a byte-order mark": "\ufeff" + TEXT,
    "Windows lines": TEXT.replace("\n", "\r\n"),
    "input_shape": replaced(INPUT, "input_shape { dim: 10 dim: 3 dim: 227 dim: 227 }"),
    "an input layer": replaced(
        f'input: "imgLow"\n{INPUT}',
        'layer { name: "i" type: "Input" top: "imgLow" input_param { shape: { dim: [1, 3, 227, 227] } } }',
    ),
    "unused Silence": f'{TEXT}layer {{ name: "s" type: "Silence" bottom: "fc8new" }}',
    "unused Sigmoid": f'{TEXT}layer {{ name: "s" type: "Sigmoid" bottom: "fc11_score" top: "sigmoid" }}',
    "unused and unknown settings": f'{TEXT}layer {{ name: "s" type: "ReLU" bottom: "conv5" top: "z" odd_param {{ a: 1 }} }}',
    "a layer for training": f'{TEXT}layer {{ name: "l" type: "Loss" bottom: "label" top: "l" include {{ phase: TRAIN }} }}',
    "a layer for use": replaced('name: "relu_fc7"', 'name: "relu_fc7" include { phase: TEST }'),
    "no layer for use": replaced('name: "drop_fc7"', 'name: "drop_fc7" exclude { phase: TEST }'),
    "without dropout": re.sub(r".*Dropout.*\n", "", TEXT),
    "branches in another order": "\n".join(
        [line for line in TEXT.splitlines() if "fc9_" not in line]
        + [line for line in TEXT.splitlines() if "fc9_" in line][::-1]
    ),
    "a split": replaced(
        'layer { name: "fc8new" type: "InnerProduct" bottom: "fc7"',
        'layer { name: "s" type: "Split" bottom: "fc7" top: "a" top: "b" }\n'
        'layer { name: "fc8new" type: "InnerProduct" bottom: "a"',
    ),
    "force_backward": f"force_backward: true\n{TEXT}",
}


@pytest.mark.parametrize("how", SAME)
def test_the_same_network_written_in_another_way(examine, how):
    examine(SAME[how])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_with_a_mark(examine, encoding):
    examine(TEXT, encoding)


OTHER = {
    relu("relu_param { negative_slope: 0.1 }"): r"layer 'relu_conv1': relu_param\.negative_slope is 0\.1, but 0 was wanted",
    replaced(LRN, f"{LRN} k: 2"): r"layer 'norm1': lrn_param\.k is 2, but 1 was wanted",
    replaced(LRN, f"{LRN} norm_region: WITHIN_CHANNEL"): r"lrn_param\.norm_region is WITHIN_CHANNEL",
    replaced(LRN, "local_size: 5 alpha: 0.0001000004"): r"lrn 5 0\.0001000004 0\.75",
    replaced(CONV1, f"{CONV1} dilation: 2"): r"layer 'conv1': convolution_param\.dilation is not 1",
    replaced(CONV1, f"{CONV1} bias_term: false"): r"layer 'conv1': convolution_param\.bias_term is false",
    replaced(CONV1, f"{CONV1} axis: 2"): r"convolution_param\.axis is 2",
    replaced(CONV1, f"{CONV1} new_field: 1"): r"layer 'conv1': convolution_param\.new_field is not known here",
    replaced(CONV1, f"{CONV1} num_output: 9"): r"num_output must be one value, but 2 came",
    replaced(CONV1, "kernel_size: 11"): r"num_output is nowhere",
    replaced(CONV1, "num_output: 8 kernel_h: 11 kernel_w: 9"): r"kernel_size is not the same for rows and columns",
    replaced(CONV1, "num_output: 8 kernel_size: 11 kernel_size: 9"): r"is not the same for rows and columns",
    replaced(CONV1, "num_output: 8 kernel_h: 11"): r"kernel_size is nowhere",
    replaced(POOL, f"{POOL} pad: 1"): r"max 3 / 2, padding 1\(",
    replaced(POOL, f"{POOL} round_mode: FLOOR"): r"layer 'pool1': pooling_param\.round_mode is FLOOR",
    replaced(POOL, f"{POOL} global_pooling: true"): r"pooling_param\.global_pooling is true",
    replaced('top: "Concat9"', 'top: "Concat9" concat_param { axis: 2 }'): r"layer 'Concat9': concat_param\.axis is 2",
    replaced('top: "Concat9"', 'top: "Concat9" concat_param { concat_dim: 0 }'): r"concat_param\.concat_dim is 0",
    inner("transpose: true"): r"layer 'fc6': inner_product_param\.transpose is true",
    inner("bias_term: false"): r"inner_product_param\.bias_term is false",
    replaced('top: "conv1"', 'top: "conv1" quantize: true'): r"layer 'conv1': quantize is not known here",
    replaced("dropout_ratio: 0.5", "dropout_ratio: 0.5 scale_train: false"): r"dropout_param\.scale_train is not known here",
    replaced(INPUT, INPUT.replace("227", "224")): r"of the input of 3 x 224 x 224', but .*3 x 227 x 227",
    replaced(INPUT, INPUT.replace(" 3 ", " 4 ")): r"the input of 4 x 227 x 227",
    replaced(INPUT, ""): r"has 1 inputs, but sizes of 0",
    f"state {{ phase: TRAIN }}\n{TEXT}": r"state is not known here",
    TRAINING.format("TEST")
    + TEXT.replace(f'input: "imgLow"\n{INPUT}', ""): r"reads a data base: .* give the deploy prototxt",
    f'{TEXT}layer {{ name: "s" type: "Sigmoid" bottom: "fc9_Light" top: "fc9_Light" }}': r"'fc9_Light' is changed after",
    replaced(
        'name: "relu_fc7"', 'name: "relu_fc7" include { phase: TRAIN }'
    ): r"inner product .* of fc7', but .*of relu\(fc7\)",
    replaced('name: "relu_fc7"', 'name: "relu_fc7" include { stage: "a" }'): r"include of more than a phase",
    TEXT.replace('top: "conv1" ', 'top: "conv1" param { name: "w" } ').replace(
        'top: "conv2" ', 'top: "conv2" param { name: "w" } '
    ): r"two layers share the weights 'w'",
    f"{TEXT}{TEXT.splitlines()[3]}": r"makes 'conv1', which another layer makes already",
    replaced('"InnerProduct" bottom: "fc8_Content"', '"InnerProduct"'): r"layer 'fc9_Content': reads 0 blobs",
    "": r"describes no layers",
    'layer: "conv1"': r"describes no layers",
    "layer { " * 500: r"messages within more than 20 others",
    'name: "unclosed': r"character 6 fits nowhere",
    'name: "\\xZZ"': r"has an escape that nobody knows",
    "name:": r"it ends too early",
    "name: [": r"it ends too early",
}


@pytest.mark.parametrize("text", OTHER, ids=[said[:40] for said in OTHER.values()])
def test_another_network_is_refused_by_the_name_of_the_field(examine, text):
    with pytest.raises(DataError, match=OTHER[text]) as error:
        examine(text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1500


def test_branches_are_all_the_networks_own(examine):
    for branch in BRANCHES:
        with pytest.raises(DataError, match=f"'fc9_{branch}' is changed after layer"):
            examine(f'{TEXT}layer {{ name: "s" type: "ReLU" bottom: "fc9_{branch}" top: "fc9_{branch}" }}')
