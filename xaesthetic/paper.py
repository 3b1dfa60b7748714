"""What Malu, Bapi & Indurkhya, "Learning Photography Aesthetics with Deep CNNs", MAICS 2017, print in their tables."""

from collections.abc import Mapping

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
