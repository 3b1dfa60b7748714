"""What Malu, Bapi & Indurkhya, "Learning Photography Aesthetics with Deep CNNs", MAICS 2017, print in their tables."""

from collections.abc import Mapping
from dataclasses import dataclass

TABLE_1: Mapping[str, Mapping[str, float]] = {
    "ResNet50-FT": {
        "balancing_elements": 0.184, "content": 0.572, "color_harmony": 0.452, "depth_of_field": 0.450, "light": 0.379,
        "object_emphasis": 0.658, "rule_of_thirds": 0.175, "vivid_color": 0.661, "overall": 0.665,
    },
    "Kong et al.": {
        "balancing_elements": 0.220, "content": 0.508, "color_harmony": 0.471, "depth_of_field": 0.479, "light": 0.443,
        "object_emphasis": 0.602, "rule_of_thirds": 0.225, "vivid_color": 0.648, "overall": 0.654,
    },
    "multi-GAP": {
        "balancing_elements": 0.186, "content": 0.584, "color_harmony": 0.475, "depth_of_field": 0.495, "light": 0.399,
        "object_emphasis": 0.666, "rule_of_thirds": 0.178, "vivid_color": 0.681, "overall": 0.689,
    },
}  # fmt: skip
"""Spearman's ρ on the 1,000 test photographs of AADB, by model and attribute. Kong et al.'s final model has overall .678."""

TABLE_2: Mapping[int, tuple[int, float]] = {0: (195, 0.6738), 100: (65, 0.7013), 200: (42, 0.7112)}
"""Raters who rated more photographs than that: how many, and the mean of their ρ with the mean score."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A figure or table of the paper."""

    number: str
    """`8`, or `table 1`; a name where it is none of the paper's."""
    title: str
    report: str
    """Which report draws it."""
    attributes: tuple[str, ...] = ()
    """Of what; of all where empty."""
    needs: str = ""
    """What it cannot be drawn without."""


def _grid(number: str, name: str) -> Exhibit:
    needs = f"photographs rated for {name.replace('_', ' ')} by a model of the run; choose one that has it with --model."
    return Exhibit(
        number, f"{name.replace('_', ' ')}: highest and lowest, and every model's maps", "attribute_grid", (name,), needs
    )


EXHIBITS: tuple[Exhibit, ...] = (
    Exhibit("1", "highest and lowest rated photographs of each attribute", "samples"),
    Exhibit("2", "high, middle and low overall score", "score_samples"),
    Exhibit("3", "the approach: blocks, their maps, and their sum", "approach"),
    Exhibit("4", "how ratings are distributed", "label_distributions"),
    Exhibit("5", "the rating form", "rating_form"),
    _grid("6", "object_emphasis"),
    _grid("7", "content"),
    _grid("8", "depth_of_field"),
    _grid("9", "vivid_color"),
    _grid("10", "light"),
    _grid("11", "color_harmony"),
    Exhibit("table 1", "Spearman's correlation with people, by attribute and model", "table_1"),
    Exhibit("table 2", "how well single raters agree with the mean", "table_2"),
)
"""In its order."""
