"""What each measurement says of one map, in a few words: the parts that a finding is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xaesthetic.core.statistics import exact_share
from xaesthetic.evaluation.completeness import COMPLETENESS
from xaesthetic.evaluation.edit_controls import EDIT_VERDICTS
from xaesthetic.evaluation.edited_versions import WORDS, Versions
from xaesthetic.evaluation.leaderboard import LEADERBOARD, leading_metrics
from xaesthetic.evaluation.specificity import SAME, SPECIFICITY
from xaesthetic.evaluation.stability import STABILITY
from xaesthetic.evaluation.summaries import EDIT_RESPONSE
from xaesthetic.run.schemas import PREDICTIONS

_ALIKE = 0.5
FITTED = "an edit it was trained on"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was measured of a map."""

    text: str
    table: str
    """The name of the table that it stands in."""
    fails: bool = False
    """Whether the map is not to be relied on for this alone."""
    checks: bool = True
    """Whether it is a check that a map can pass or fail."""


def share_words(count: int, size: int) -> str:
    """Return a share with its exact interval.

    Examples
    --------
    >>> share_words(5, 5)
    '5 of 5 photographs (95 %: 48 to 100 %)'
    """
    _, low, high = exact_share(count, size)
    return f"{count} of {size} photographs (95 %: {100 * low:.0f} to {100 * high:.0f} %)"


def between_words(low: float, high: float, digits: int = 2) -> str:
    """Return an interval, where there is one: `, 95 %: 0.78 to 0.90`."""
    return "" if np.isnan(low) or np.isnan(high) else f", 95 %: {low:z.{digits}f} to {high:z.{digits}f}"


def trained_words(edit: str, attribute: str, fitted: frozenset[str], trained: str) -> str:
    """Say whether a model was trained on an edit of this kind; empty where it was trained on none, as far as is known.

    Parameters
    ----------
    edit
        Its name.
    attribute
        Of the map.
    fitted
        The kinds that the model names as fitted on (`Source.fitted_edits`).
    trained
        How it was trained, in words: all that older runs say.

    Examples
    --------
    >>> trained_words("drain", "color", frozenset({"color: drain"}), "trained on ratings and on edits")
    'an edit it was trained on'
    """
    if fitted:
        return FITTED if f"{attribute}: {edit}" in fitted else "an edit it was not trained on"
    return "a model trained on edits" if _on_edits(trained) else ""


def _on_edits(trained: str) -> bool:
    return "on edits" in trained


def versions_part(item: Versions, trained: str) -> Part:
    """What the ratings of edited versions say.

    Half of them on the wrong side is a rating that does not follow: a failure where the edit is of this attribute, or the
    model was trained on it; not where it is of one that the attribute is only related to.
    """
    end, moves = ("highest", "rises") if item.sign > 0 else ("lowest", "falls")
    edit, note = WORDS.get(item.edit, item.edit.replace("_", " ")), f", {trained}" * bool(trained)
    share = f"{share_words(item.right, item.photographs)}{note}"
    concerns = item.same or trained == FITTED
    if 2 * item.right <= item.photographs and concerns:
        text = f"the rating does not follow the edit: with {edit} it {moves} in only {share}"
        return Part(text, PREDICTIONS.name, fails=True)
    if 2 * item.foremost <= item.photographs:
        return Part(f"the rating {moves} with {edit} in {share}", PREDICTIONS.name, checks=concerns)
    share = f"{share_words(item.foremost, item.photographs)}{note}"
    return Part(f"{end} on {edit} of {item.versions} versions in {share}", PREDICTIONS.name, checks=concerns)


def verdict_parts(rows: pd.DataFrame, notes: Mapping[str, str], shares: bool) -> Iterator[Part]:
    """What edits beside their controls say of a rating.

    Parameters
    ----------
    rows
        Of the edits' verdicts, of one model and attribute.
    notes
        By edit, whether the model was trained on it.
    shares
        Whether the share that moved the right way is still to be said.
    """
    for row in rows.to_dict("records"):
        size = int(row["photographs"])
        share = share_words(round(float(row["right"]) * size), size)
        note = f", {notes[str(row['edit'])]}" * bool(notes[str(row["edit"])])
        edit = WORDS.get(str(row["edit"]), str(row["edit"]))
        if row["right_low"] <= 0.5:
            text = f"the rating does not clearly follow the edit: it moves the right way with {edit} in {share}{note}"
            yield Part(text, EDIT_VERDICTS.name, fails=True)
            continue
        if shares:
            yield Part(f"its rating moves the right way with {edit} in {share}{note}", EDIT_VERDICTS.name)
        if row["as_much"]:
            controls = str(row["as_much"]).replace("_", " ")
            yield Part(f"the rating moves as much with what is not about the attribute ({controls})", EDIT_VERDICTS.name)
        elif row["others"] >= 1:
            yield Part(f"another rating moves {row['others']:.1f} times as much", EDIT_VERDICTS.name)


def response_parts(rows: pd.DataFrame, notes: Mapping[str, str]) -> Iterator[Part]:
    """Whether a map changes where the picture was changed; of edits of the whole photograph nothing can be said."""
    known = rows[rows["auc"].notna()].to_dict("records")
    for row in known:
        edit, note = str(row["edit"]), notes[str(row["edit"])]
        which = f"{WORDS.get(edit, edit).removeprefix('the ')}: " * (len(known) > 1)
        measured = f"{which}AUC {row['auc']:.2f}{between_words(row['auc_low'], row['auc_high'])}{f'; {note}' * bool(note)}"
        if row["auc"] <= 0.5:
            text = f"the map does not change where the picture was changed ({measured})"
            yield Part(text, EDIT_RESPONSE.name, fails=True)
        elif row["auc_low"] <= 0.5:
            text = f"the map does not clearly change more where the picture was changed ({measured})"
            yield Part(text, EDIT_RESPONSE.name)
        else:
            yield Part(f"the map changes where the picture was changed ({measured})", EDIT_RESPONSE.name)


def specificity_parts(rows: pd.DataFrame) -> Iterator[Part]:
    """Whether the maps of a model by a method are the same under every attribute's name."""
    for row in rows[rows["between"].notna()].to_dict("records"):
        null = "" if np.isnan(row["null"]) else f"; {row['null']:.2f} with permuted ratings"
        measured = f"(r = {row['between']:z.2f}{between_words(row['low'], row['high'])}{null})"
        if row["warns"]:
            yield Part(f"the map looks like the other attributes' maps {measured}", SPECIFICITY.name, fails=True)
        elif row["between"] >= _ALIKE:
            yield Part(f"the map is like the other attributes' maps in part {measured}", SPECIFICITY.name)
        else:
            yield Part(f"the map differs from the other attributes' maps {measured}", SPECIFICITY.name)
        if row["with_energy"] >= SAME:
            text = f"it is much like the activation energy, which asks no attribute (r = {row['with_energy']:.2f})"
            yield Part(text, SPECIFICITY.name)


def stability_parts(rows: pd.DataFrame) -> Iterator[Part]:
    """Whether refits, or other weights, draw the same map."""
    for row in rows[rows["split_half"].notna()].to_dict("records"):
        measured = f"(r = {row['split_half']:z.2f}{between_words(row['low'], row['high'])})"
        if not row["determined"]:
            yield Part(f"{row['against']} disagree about the map {measured}", STABILITY.name, fails=True)
        else:
            alike = "the same map" if row["split_half"] >= SAME else "much the same map"
            yield Part(f"{row['against']} give {alike} {measured}", STABILITY.name)


def people_part(rows: pd.DataFrame) -> tuple[Part | None, float]:
    """What people's fixations or marks say of a map, by the first of the leading metrics; and its normalised score."""
    known = rows[rows["over_centre"].notna()]
    if not len(known):
        return None, float("nan")
    metric = leading_metrics(known)[0]
    row = known[known["metric"] == metric].iloc[0]
    ends = between_words(row["over_centre_low"], row["over_centre_high"])
    measured = f"({metric}, difference {row['over_centre']:+.2f}{ends})"
    said = {
        "beats the centre blob": f"agrees with people more than a blob in the middle does {measured}",
        "worse than the centre blob": f"agrees with people less than a blob in the middle does {measured}",
    }
    text = said.get(str(row["verdict"]), f"against people it is not told from a blob in the middle {measured}")
    return Part(text, LEADERBOARD.name, checks=False), float(row["normalised"])


def completeness_parts(rows: pd.DataFrame) -> Iterator[Part]:
    """Whether a map keeps its promise to add up."""
    for row in rows[rows["off"].notna()].to_dict("records"):
        if str(row["verdict"]).startswith("adds up"):
            yield Part("it adds up to the raw output", COMPLETENESS.name, checks=False)
        else:
            yield Part(f"it {row['verdict']}", COMPLETENESS.name, checks=False)
