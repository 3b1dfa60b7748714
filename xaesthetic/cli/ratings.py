"""What the command prints of ratings: tables with their ranges, and a mark at those outside."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, SupportsFloat

from xaesthetic.cli import screen
from xaesthetic.core.attributes import ATTRIBUTES, OUTSIDE
from xaesthetic.core.free import NOTE
from xaesthetic.core.para import LICENCE

if TYPE_CHECKING:
    import pandas as pd

    from xaesthetic.core.attributes import Attribute
    from xaesthetic.core.described import Described
    from xaesthetic.run.store import Run
    from xaesthetic.stages.predict import Ratings


def print_picks(run: "Run") -> None:
    """Print the highest and lowest photographs of each attribute with every model's rating, and how models were trained."""
    from xaesthetic.run.schemas import PREDICTIONS
    from xaesthetic.stages.pick import pick_records

    picks, described = pick_records(run), run.described()
    shown = {image for pick in picks for image in (*pick.highest, *pick.lowest)}
    predictions = run.rows(PREDICTIONS, shown).set_index(["attribute", "image"])
    for pick in picks:
        rated = predictions.loc[pick.attribute].pivot_table(
            index="image", columns="model", values="prediction", sort=False, dropna=False
        )
        items = [described.of_model(str(model), pick.attribute) for model in rated.columns]
        rows = [
            [end, image, *_texts(items, rated.loc[image].to_numpy())]
            for end, ids in (("highest", pick.highest), ("lowest", pick.lowest))
            for image in ids
        ]
        screen.print_table(["", _name(described.any(pick.attribute)), *map(str, rated.columns)], rows)
        _say_ranges([str(model) for model in rated.columns], items, [row[1:] for row in rows])
        if pick.short:
            wanted = 2 * (run.experiment.pick or 0)
            screen.say(f"Only {len(rows)} to show, fewer than the {wanted} asked for.")
    _say_target_and_training(run)


def print_shown(run: "Run") -> None:
    """Print a table for each photograph: a row an attribute, a column a model."""
    from xaesthetic.run.schemas import PREDICTIONS

    described, table = run.described(), run.read(PREDICTIONS)
    shown: list[list[str]] = []
    for image, rated in table.groupby("image", sort=False):
        wide = rated.pivot_table(index="attribute", columns="model", values="prediction", sort=False, dropna=False)
        models = list(map(str, wide.columns))
        rows = []
        for name, values in zip(map(str, wide.index), wide.to_numpy(), strict=True):
            items = [described.of_model(model, name) for model in models]
            rows.append([_name(described.any(name)), *_texts(items, values)])
        screen.print_table([str(image), *models], rows)
        shown += rows
    _say_ranges_of_models(described, table, shown)
    _say_target_and_training(run)


def _say_target_and_training(run: "Run") -> None:
    from xaesthetic.run.question import target_words
    from xaesthetic.run.seen import seen_caption

    if said := target_words(run.experiment):
        screen.say(f"Maps show {said}.")
    for key, trained in run.trained().items():
        screen.say(f"{key}: {trained}")
    for line in (*_undetermined(run), *seen_caption(run)):
        screen.say(line)
    _say_of_licences(run.trained().values())


def _undetermined(run: "Run") -> Iterator[str]:
    """Give a line for every model and method with maps that do not show what their attribute depends on."""
    from xaesthetic.evaluation.stability import STABILITY

    if not run.has(STABILITY):
        return
    table = run.read(STABILITY)
    table = table[table["split_half"].notna() & ~table["determined"]]  # maps that are the same everywhere have no r
    for (model, method, against), rows in table.groupby(["model", "method", "against"], sort=False):
        names = ", ".join(f"{row['attribute']} {row['split_half']:z.2f}" for _, row in rows.iterrows())
        yield (
            f"{model}, {method}: {against} disagree about some maps, so these do not show what the attribute depends on "
            f"(split-half r): {names}"
        )


def _say_of_licences(trained: Iterable[str]) -> None:
    """Say how weights that are for research alone can be kept away, where there are some."""
    if any(LICENCE in text for text in trained):
        screen.say(NOTE)


def _texts(items: "Sequence[Attribute]", values: Iterable[SupportsFloat]) -> list[str]:
    """Ratings as they are shown; nothing where one is not known."""
    return ["" if value != value else item.text(value) for item, value in zip(items, values, strict=True)]


def _name(item: "Attribute") -> str:
    """An attribute's name, and its title where one is declared that says more."""
    plain = item.name.replace("_", " ")
    same = item in ATTRIBUTES or item.title.replace("_", " ").casefold() == plain.casefold()
    return plain if same else f"{plain}, {item.title}"


def _say_ranges_of_models(described: "Described", table: "pd.DataFrame", rows: Sequence[Sequence[str]]) -> None:
    """Print the ranges that are declared: by their attributes, behind the models' names where there are several."""
    places = list(dict.fromkeys(zip(map(str, table["model"]), map(str, table["attribute"]), strict=True)))
    several = len({model for model, _ in places}) > 1
    shown = [(model, name.replace("_", " ")) for model, name in places]
    _say_ranges(
        [f"{model} {name}" if several else name for model, name in shown],
        [described.of_model(*place) for place in places],
        rows,
    )


def print_ratings(ratings: "Ratings") -> None:
    """Print a table for each model: a row a photograph, a column an attribute."""
    from xaesthetic.run.seen import seen_lines

    for model, rated in ratings.table.groupby("model", sort=False):
        wide = rated.pivot_table(index="image", columns="attribute", values="prediction", sort=False, dropna=False)
        items = [ratings.described.of_model(str(model), str(name)) for name in wide.columns]
        names = [str(name).replace("_", " ") for name in wide.columns]
        rows = [[str(image), *_texts(items, row)] for image, row in zip(wide.index, wide.to_numpy(), strict=True)]
        screen.print_table([str(model), *names], rows)
        _say_ranges(names, items, rows)
        titled = [text for name, text in zip(names, map(_name, items), strict=True) if text != name]
        if titled:
            screen.say(f"titles: {'; '.join(titled)}")
        screen.say(f"{model}: {ratings.trained[str(model)]}")
    for line in seen_lines(ratings.seen):
        screen.say(line)
    _say_of_licences(ratings.trained.values())


def _say_ranges(names: Sequence[str], items: "Sequence[Attribute]", rows: Sequence[Sequence[str]]) -> None:
    """Print the ranges that are declared, and what marks a rating outside of its own."""
    by_range: dict[str, list[str]] = {}
    for name, item in zip(names, items, strict=True):
        if item.about:
            by_range.setdefault(item.about, []).append(name)
    if by_range:
        screen.say("range: " + "; ".join(f"{about} ({', '.join(names)})" for about, names in by_range.items()))
    if any(cell.endswith(OUTSIDE) for row in rows for cell in row[1:]):
        screen.say(f"{OUTSIDE} outside of the range")
