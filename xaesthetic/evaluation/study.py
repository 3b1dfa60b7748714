"""All that agreement says of a study, with everybody and without those whom the rules exclude."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from xaesthetic.annotate.study import Exclusions
from xaesthetic.core.statistics import Estimate
from xaesthetic.core.types import Mask
from xaesthetic.evaluation.region_floors import measure_floors
from xaesthetic.evaluation.study_agreement import RegionAgreement, measure_regions
from xaesthetic.evaluation.study_marks import Marking
from xaesthetic.evaluation.study_people import measure_people, overall_drift
from xaesthetic.evaluation.study_ratings import measure_ratings


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Agreement of a set of annotators."""

    agreement: RegionAgreement
    ratings: pd.DataFrame
    """The columns of `RATINGS`."""
    floors: pd.DataFrame
    """The columns of `FLOORS`."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by their names."""
        regions = self.agreement
        return {
            "regions": regions.regions,
            "by_person": regions.by_person,
            "summary": regions.summary,
            "ratings": self.ratings,
            "floors": self.floors,
        }


@dataclass(frozen=True, slots=True, eq=False)
class StudyAgreement:
    """Agreement in a study."""

    people: pd.DataFrame
    """The columns of `PEOPLE`: every annotator, and whether the rules exclude them."""
    drift: Estimate
    """Of agreement in 100 tasks, the mean over people."""
    everybody: Results
    kept: Results
    """Without those excluded; the same as `everybody` where nobody is."""

    @property
    def excluded(self) -> tuple[str, ...]:
        """The annotators whom the rules exclude."""
        return tuple(self.people.loc[self.people["excluded"].astype(bool), "annotator"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name; those of the people kept begin with `kept_`."""
        kept = {f"kept_{name}": table for name, table in self.kept.tables().items()}
        return {"people": self.people, **self.everybody.tables(), **kept}


def measure_study(
    marks: Sequence[Marking],
    rules: Exclusions,
    subjects: Mapping[int, Mask] | None = None,
    seed: int = 0,
) -> StudyAgreement:
    """Measure agreement in a study, with and without those whom its rules exclude.

    Parameters
    ----------
    marks
        All of the study.
    rules
        Of study.json, fixed before it began.
    subjects
        The subject's region by the photograph's number, where it is known.
    seed
        Of rolled regions and resamples.

    Raises
    ------
    DataError
        If regions of one photograph have several sizes.
    """
    everybody = _measure(marks, subjects, seed)
    people = measure_people(marks, everybody.agreement.by_person, rules)
    excluded = set(people.loc[people["excluded"].astype(bool), "annotator"])
    kept = _measure([mark for mark in marks if mark.annotator not in excluded], subjects, seed) if excluded else everybody
    return StudyAgreement(people, overall_drift(people, seed), everybody, kept)


def _measure(marks: Sequence[Marking], subjects: Mapping[int, Mask] | None, seed: int) -> Results:
    return Results(measure_regions(marks, seed), measure_ratings(marks), measure_floors(marks, subjects, seed))
