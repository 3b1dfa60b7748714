"""The command that plans a study of annotations."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import screen
from xaesthetic.cli.lists import split_commas

if TYPE_CHECKING:
    from xaesthetic.evaluation.plan_file import Source
    from xaesthetic.evaluation.planning import Proposal, Wanted
    from xaesthetic.evaluation.power import Test
    from xaesthetic.evaluation.variance_components import Components

EPILOG = (
    "\b\nExamples:\n  xaesthetic annotations plan pilot.csv --attr light --metric cc --difference 0.05 --out plan.json\n"
    "  xaesthetic annotations plan --components 0.01,0.002,0.004,0.01 --attr light --metric cc --difference 0.05\n"
    "  xaesthetic annotations plan pilot.csv --attr light --metric cc --difference 0.05 --width 0.1 --photographs 50"
)
PRECISION_EPILOG = (
    "\b\nExample:\n  xaesthetic annotations precision pilot/agreement/by_person.csv --column dice --width 0.1 "
    "--photographs 50"
)
_TESTS: Mapping[str, "Test"] = {"both": "photographs and people", "photographs": "photographs"}


def plan(
    attributes: Annotated[
        list[str],
        typer.Option(
            "--attr", "--attribute", metavar="NAME", help="An attribute to be tested. Repeats.", callback=split_commas
        ),
    ],
    metric: Annotated[str, typer.Option(metavar="NAME", help="The primary metric, of which models differ.")],
    difference: Annotated[float, typer.Option(help="The smallest difference of two models that matters.")],
    pilot: Annotated[
        Path | None,
        typer.Argument(help="A pilot's table: photograph, annotator, difference; attribute, sign where there are several."),
    ] = None,
    components: Annotated[
        str,
        typer.Option(metavar="A,B,C,D", help="In place of a pilot: variances of photograph, person, interaction, residual."),
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Where the plan is written. Default: it is only shown.")] = None,
    power: Annotated[float, typer.Option(help="How probable it is to be that the difference is shown.")] = 0.8,
    level: Annotated[float, typer.Option(help="Of the test; divided by the number of attributes.")] = 0.05,
    test: Annotated[str, typer.Option(help="What is drawn by chance: 'both' photographs and people, or 'photographs'.")] = (
        "both"
    ),
    per: Annotated[int, typer.Option(help="People for a photograph and attribute.")] = 5,
    people: Annotated[int | None, typer.Option(help="Which of the proposals is written. Default: the shortest.")] = None,
    seconds: Annotated[float, typer.Option(help="That a task takes.")] = 60.0,
    sitting: Annotated[float, typer.Option(help="Minutes of a sitting at most.")] = 30.0,
    repeats: Annotated[float, typer.Option(help="The share of tasks that come again.")] = 0.1,
    catches: Annotated[float, typer.Option(help="The share of catch trials.")] = 0.1,
    catch_dice: Annotated[float, typer.Option(help="Dice with which a catch trial is passed; half must be.")] = 0.3,
    self_dice: Annotated[float, typer.Option(help="Dice with oneself on repeats, at least.")] = 0.1,
    least_seconds: Annotated[float, typer.Option(help="That the median task takes, at least.")] = 3.0,
    width: Annotated[
        float | None, typer.Option(help="Say too how many people make the difference's 95 % interval so narrow.")
    ] = None,
    photographs: Annotated[int, typer.Option(help="With --width: how many photographs there are.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Of the simulations.")] = 0,
    times: Annotated[int, typer.Option(min=1, help="Simulated studies for every size that is tried.")] = 1000,
) -> None:
    """Plan a study from a pilot: people, photographs, attributes and minutes, and a plan that nobody changes afterwards."""
    from xaesthetic.annotate.study import Exclusions
    from xaesthetic.evaluation.plan_file import Plan, Primary, components_by_name, write_plan
    from xaesthetic.evaluation.planning import Wanted, people_for_width, propose

    _validate(attributes, metric, test)
    variances, source = _variances(pilot, components)
    chosen = _TESTS[test]
    costs = (per, seconds, repeats, catches, sitting)
    wanted = Wanted(difference, len(attributes), power, level, chosen, *costs)
    exclusions = Exclusions(catch_dice, self_dice, least_seconds)
    _say_components(variances)
    proposals = propose(variances, wanted, seed, times)
    _print(proposals, wanted)
    if width is not None:
        needed = people_for_width(variances, wanted, width, photographs, seed)
        screen.say(
            f"A 95 % interval {width:g} wide, of one attribute: {needed.people} people on {photographs} photographs, {per} "
            "for each."
        )
    if out is None:
        return
    made = Plan(
        made=_today(),
        primary=Primary(metric, chosen, level),
        attributes=tuple(attributes),
        wanted=wanted,
        exclusions=exclusions,
        design=_chosen(proposals, people),
        components=components_by_name(variances),
        source=source,
        seed=seed,
        times=times,
    )
    write_plan(out, made)
    screen.say(f"{out}: {made.design.people} people, {made.design.photographs} photographs; sha256 {made.sha256}")


def precision(
    pilot: Annotated[Path, typer.Argument(help="A pilot's table: photograph, annotator, and a column of values.")],
    width: Annotated[float, typer.Option(help="Of the mean's 95 % interval, from its low to its high end.")],
    column: Annotated[
        str, typer.Option(metavar="NAME", help="Which column: that of agreement/by_person.csv, say.")
    ] = "dice",
    photographs: Annotated[int, typer.Option(help="How many there are.")] = 50,
    per: Annotated[int, typer.Option(help="People for a photograph and attribute.")] = 5,
    seconds: Annotated[float, typer.Option(help="That a task takes.")] = 60.0,
    sitting: Annotated[float, typer.Option(help="Minutes of a sitting at most.")] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the simulations.")] = 0,
) -> None:
    """Say how many people make an interval of a mean (of agreement, say) so narrow, from a pilot."""
    from xaesthetic.evaluation.pilot import read_pilot
    from xaesthetic.evaluation.planning import Wanted, people_for_width

    read = read_pilot(pilot, column)
    wanted = Wanted(1.0, per=per, seconds=seconds, sitting=sitting)
    needed = people_for_width(read.components, wanted, width, photographs, seed)
    _say_components(read.components, column)
    screen.say(
        f"A 95 % interval {width:g} wide: {needed.people} people on {photographs} photographs, {per} for each; of one "
        f"attribute {needed.tasks} tasks each, {needed.minutes:.0f} minutes in {needed.sittings} sittings (expected width "
        f"{needed.width:.3g})."
    )


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def _validate(attributes: list[str], metric: str, test: str) -> None:
    from xaesthetic.core import plugins
    from xaesthetic.core.errors import unknown

    if metric not in plugins.names("metrics"):
        raise typer.BadParameter(unknown("metric", metric, plugins.names("metrics")), param_hint="--metric")
    if test not in _TESTS:
        raise typer.BadParameter(unknown("test", test, _TESTS, label="There are"), param_hint="--test")
    twice = [name for name in attributes if attributes.count(name) > 1]
    if twice:
        raise typer.BadParameter(f"{twice[0]!r} comes twice; name each one once.", param_hint="--attr")


def _variances(pilot: Path | None, components: str) -> "tuple[Components, Source]":
    from xaesthetic.evaluation.pilot import read_pilot
    from xaesthetic.evaluation.plan_file import Source
    from xaesthetic.evaluation.variance_components import Components

    if (pilot is None) == (not components):
        raise typer.BadParameter("pass either a pilot's table or --components.", param_hint="PILOT")
    if pilot is not None:
        read = read_pilot(pilot)
        return read.components, Source(pilot.name, read.sha256, read.differences, read.photographs, read.people)
    try:
        numbers = [float(part) for part in components.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 4 or not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise typer.BadParameter(
            f"{components!r}: four variances from 0 were wanted, such as 0.01,0.002,0.004,0.01.", param_hint="--components"
        )
    return Components(*numbers), Source()


def _chosen(proposals: "tuple[Proposal, ...]", people: int | None) -> "Proposal":
    if people is None:
        return proposals[0]
    known = {item.people: item for item in proposals}
    if people not in known:
        raise typer.BadParameter(
            f"no proposal has {people} people; there are {', '.join(map(str, sorted(known)))}.", param_hint="--people"
        )
    return known[people]


def _say_components(variances: "Components", column: str = "differences") -> None:
    interaction = "in the residual" if math.isnan(variances.interaction) else f"{variances.interaction:.3g}"
    screen.say(
        f"variances of {column}: photograph {variances.photograph:.3g}, person {variances.person:.3g}, interaction "
        f"{interaction}, residual {variances.residual:.3g}"
    )


def _print(proposals: "tuple[Proposal, ...]", wanted: "Wanted") -> None:
    head = ["people", "photographs", "tasks each", "minutes each", "sittings", "hours in all", "power [95 %]", "interval"]
    rows = [
        [
            *(str(item.people), str(item.photographs), str(item.tasks), f"{item.minutes:.0f}", str(item.sittings)),
            *(f"{item.hours:.1f}", f"{item.power:.2f} [{item.power_low:.2f}, {item.power_high:.2f}]", f"{item.width:.3g}"),
        ]
        for item in proposals
    ]
    screen.print_table(head, rows)
    screen.say(
        f"for a difference of {wanted.difference:g} in one of {wanted.attributes} attributes, level {wanted.level:g} "
        f"divided by their number, by {wanted.test}; interval: the expected width of the difference's 95 %."
    )
