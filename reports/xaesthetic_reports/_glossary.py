"""What the page's words mean: of methods and metrics in their plug-ins' own words, so that none is written twice."""

from collections.abc import Iterable, Mapping
from typing import Any

from xaesthetic.core import plugins
from xaesthetic.core.errors import PluginError
from xaesthetic.core.sides import split

WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "attribute",
        "attribute",
        "One thing about a photograph that models and people rate, depth of field for example.",
    ),
    (
        "map",
        "map",
        "Which places of a photograph raise or lower the raw output of one attribute, and by how much. It is about "
        "the model's arithmetic, not about the photograph.",
    ),
    (
        "raw-output",
        "raw output",
        "The number that a model computes for an attribute before it is brought to the scale of its ratings. Maps are"
        " parts of it.",
    ),
    (
        "rating",
        "rating",
        "A number for one photograph and attribute: a model's, or the mean of what people said.",
    ),
    (
        "highest-and-lowest",
        "highest, lowest",
        "The photographs that the first model rates so among all of this run. It says how they were rated, by whom; "
        "nothing about the photographs or who took them.",
    ),
    (
        "check",
        "check",
        "Something that a map can fail: refits that disagree, maps of other attributes that look the same, ratings or"
        " maps that do not follow an edit. A map that passes has not failed yet; it is not shown to be right.",
    ),
    (
        "edit",
        "edit",
        "A controlled change of a photograph that is to raise or lower one attribute, a blurred background for "
        "example. Where the model was trained on such edits, that it follows them is no surprise.",
    ),
    (
        "control",
        "control",
        "A change that is not about the attribute, such as noise or a blur of everything. A rating that moves as much"
        " with it is not about the attribute alone.",
    ),
    (
        "specificity",
        "specificity, r between attributes",
        "How alike one photograph's maps for two attributes are (Pearson's r, 1 is the same picture). Maps that are "
        "alike say little about any of the attributes.",
    ),
    (
        "permuted",
        "with permuted ratings",
        "How alike such maps are where the model was fitted to ratings dealt out at random: a value at or above it "
        "tells nothing.",
    ),
    (
        "split-half",
        "split-half r",
        "The model's last layer was fitted again to disjoint halves of its photographs. How alike the maps of two "
        "such refits are (Pearson's r); under .5 they disagree.",
    ),
    (
        "stable-sign",
        "stable sign",
        "A place that nine in ten refits have on the same side of their map's mean.",
    ),
    (
        "edit-auc",
        "AUC of an edit",
        "The chance that a place inside the edited region changes more in the map than one outside: 1 always, .5 as "
        "often as by chance.",
    ),
    (
        "completeness",
        "adds up",
        "The map's mean or sum is the raw output, but for a constant: nothing is left out of it.",
    ),
    (
        "blob",
        "blob, centre",
        "A spot in the middle of the frame that knows nothing of the photograph. People often look at the middle, so "
        "a map must do more than this.",
    ),
    (
        "people-ceiling",
        "people against each other",
        "How well the others' fixations or marks match one person's: more than that cannot be expected of a map.",
    ),
    (
        "normalised",
        "normalised",
        "A score on a scale where 0 is the blob and 1 is people against each other.",
    ),
    (
        "floor",
        "floor",
        "A map that asks no attribute, or no photograph: what every other one must be told from.",
    ),
    (
        "interval",
        "95 %",
        "An interval made so that 95 of 100 such hold the value that many more photographs would give. Of shares in "
        "sentences it is exact (Clopper and Pearson), of shares in tables Wilson's, of means a bootstrap-t.",
    ),
    (
        "seen",
        "seen in training",
        "A photograph that the model was fitted on or chosen by; it is in no summary.",
    ),
)
"""Anchor, term, meaning."""


def glossary(shown: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the terms of a page with their meanings: general ones, then its attributes, methods and metrics.

    Parameters
    ----------
    shown
        The page's values.
    """
    general = [{"id": f"term-{anchor}", "term": term, "meaning": meaning} for anchor, term, meaning in WORDS]
    methods = dict.fromkeys(column["method"] for column in shown["columns"])
    metrics = dict.fromkeys(split(row["metric"])[0] for row in shown["leaderboard"])
    return [*general, *_attributes(shown), *_plugins("methods", methods), *_plugins("metrics", metrics)]


def _plugins(kind: str, names: Iterable[str]) -> list[dict[str, str]]:
    known = []
    for name in names:
        try:
            meaning = plugins.summary(kind, name)
        except PluginError:  # the run is from elsewhere
            meaning = f"A plug-in that is not installed where this page was made (one of the {kind})."
        known.append({"id": f"term-{kind}-{name}", "term": name, "meaning": meaning})
    return known


def _attributes(shown: Mapping[str, Any]) -> list[dict[str, str]]:
    """What was asked of people about an attribute, and its range, where that is declared."""
    known = []
    for place, item in enumerate(shown["attributes"]):  # names are free: they may hold what no anchor may
        ranges = dict.fromkeys(entry["about"] for entry in item["ranges"].values())
        said = [item["question"], f"Rated {'; '.join(ranges)}." if ranges else ""]
        if item["name"] and any(said):
            meaning = " ".join(filter(None, said))
            known.append({"id": f"term-attribute-{place}", "name": item["name"], "term": item["title"], "meaning": meaning})
    return known
