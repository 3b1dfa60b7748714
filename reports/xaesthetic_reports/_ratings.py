"""Whose ratings a figure shows: people's where the data set has them, else a model's, and it says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.described import Described
from xaesthetic.core.types import Record
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run, model_key


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings of a run's photographs, no edited versions among them."""

    table: pd.DataFrame
    """A row a photograph, a column an attribute."""
    whose: str
    """In words, for a caption."""
    described: Mapping[str, Attribute]
    """By name what is known of the attributes."""
    models: tuple[str, ...] = ()
    """Whose ratings they are; none where they are people's."""

    def attribute(self, name: str) -> Attribute:
        """Return what is known of an attribute."""
        return self.described[name]


def ratings_of_people(records: Sequence[Record], data: str, described: Described) -> Ratings | None:
    """People's ratings of photographs; None where nobody rated one."""
    rated = {record.id: dict(record.ratings) for record in records if record.edit is None}
    if not any(rated.values()):
        return None
    people = pd.DataFrame.from_dict(rated, orient="index")
    known = {str(name): described.of_people(str(name)) for name in people.columns}
    return Ratings(people.astype(float), f"people's ratings in {data}", known)


def ratings_of(run: Run) -> Ratings:
    """People's ratings, or where there are none at all those of the first model that rates each attribute."""
    described = run.described()
    records = [record for record in run.photographs() if record.edit is None]
    if (people := ratings_of_people(records, run.experiment.data, described)) is not None:
        return people
    rated = {record.id for record in records}
    predictions = run.read(PREDICTIONS)
    predictions = predictions[predictions["image"].isin(rated)]
    columns: dict[str, pd.Series] = {}
    models: list[str] = []
    known: dict[str, Attribute] = {}
    for key in map(model_key, run.experiment.models):
        value = predictions[predictions["model"] == key].pivot_table(index="image", columns="attribute", values="prediction")
        fresh = [name for name in value.columns if name not in columns]
        columns |= {str(name): value[name] for name in fresh}
        known |= {str(name): described.of_model(key, str(name)) for name in fresh}
        models += [key] if fresh else []
    trained = run.trained()
    said = "; ".join(f"{key}, {trained[key]}" for key in models)
    whose = f"ratings by a model, not by people ({said}), of {run.experiment.data}"
    return Ratings(pd.DataFrame(columns).astype(float), whose, known, tuple(models))
