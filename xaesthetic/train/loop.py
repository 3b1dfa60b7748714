"""The loop: steps, epochs, and what is kept between them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from xaesthetic.core.errors import DataError
from xaesthetic.core.progress import Track
from xaesthetic.train.checkpoint import Checkpoint, History, State
from xaesthetic.train.curve import draw_curve, write_log
from xaesthetic.train.group import Group
from xaesthetic.train.network import Inputs, Network, squared_errors, weighted
from xaesthetic.train.recipe import Recipe
from xaesthetic.train.results import rank_correlations
from xaesthetic.train.samples import Labels, Rows, Samples, chunks

_SAVE_EVERY = 50  # steps
_DRAW_EVERY = 60.0  # seconds: a figure takes as long as many epochs of a small network


@dataclass(frozen=True, slots=True)
class Training:
    """Everything that the loop needs."""

    recipe: Recipe
    samples: Samples
    inputs: Inputs
    network: Network
    run: torch.nn.Module
    """The network, or the same wrapped for several processes."""
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    team: Group
    checkpoint: Checkpoint
    out: Path
    """Gets the log after every epoch, and its figure from time to time and after the last."""

    def mixed(self) -> torch.autocast:
        """Where automatic mixed precision is on, if it is."""
        wanted = self.recipe.precision
        on = self.team.device.partition(":")[0]
        enabled = wanted == "mixed" or (wanted == "auto" and on == "cuda")
        return torch.autocast(on, torch.float16 if on == "cuda" else torch.bfloat16, enabled=enabled)


def loop(training: Training, track: Track) -> State:
    """Train all epochs that are left and keep the best.

    Every `_SAVE_EVERY` steps and after every epoch the state is saved; a process killed between goes back to that.
    """
    state, drawn = _restored(training), time.monotonic()
    while state.epoch < training.recipe.epochs:
        _epoch(training, state, track)
        row = {"epoch": state.epoch + 1.0, **_judged(training, state)}
        state.history.append(row)
        better = _is_best(state.history, training.recipe, state.best)
        state.best = state.epoch if better else state.best
        if training.team.first:
            if better:
                training.checkpoint.save_best(training.network.state_dict())
            write_log(state.history, training.out)
            if state.epoch + 1 == training.recipe.epochs or time.monotonic() - drawn >= _DRAW_EVERY:
                draw_curve(state.history, training.recipe, training.out, state.best)
                drawn = time.monotonic()
        state.epoch, state.step = state.epoch + 1, 0
        state.errors, state.counts = torch.zeros_like(state.errors), torch.zeros_like(state.counts)
        _save(training, state)
    return state


def _restored(training: Training) -> State:
    count = len(training.recipe.attributes)
    state = State(torch.zeros(count), torch.zeros(count, dtype=torch.int64))
    kept = training.checkpoint.load("cpu")
    if kept is None:
        return state
    try:
        for name in ("network", "optimizer", "scaler"):
            getattr(training, name).load_state_dict(kept[name])
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:  # what torch raises of other shapes
        folder = training.checkpoint.folder
        raise DataError(f"{folder}: its checkpoint is of another network; delete it to train from the start.") from error
    for item in fields(State):
        setattr(state, item.name, kept[item.name])
    if not training.team.first:  # the sums are those of all processes; the first one carries them on
        state.errors, state.counts = torch.zeros_like(state.errors), torch.zeros_like(state.counts)
    return state


def _save(training: Training, state: State) -> None:
    """Keep the state; the sums become those of all processes."""
    errors, counts = training.team.total(state.errors), training.team.total(state.counts)
    first = training.team.first
    state.errors, state.counts = (item if first else torch.zeros_like(item) for item in (errors, counts))
    if first:
        parts = {name: getattr(training, name).state_dict() for name in ("network", "optimizer", "scaler")}
        training.checkpoint.save(state, parts)
    training.team.wait()


def _epoch(training: Training, state: State, track: Track) -> None:
    """The steps of an epoch that are left; the last one may be smaller."""
    recipe, team = training.recipe, training.team
    random = np.random.default_rng([recipe.seed, state.epoch])
    rows = random.permutation(training.samples.train)
    flipped = (random.random(len(rows)) < 0.5) & recipe.flips
    steps = [step for step in chunks(np.arange(len(rows)), recipe.batch) if len(step) >= team.size]
    left = steps[state.step :]
    training.run.train()
    for step in track(left, f"epoch {state.epoch + 1} of {recipe.epochs}", len(left)):
        mine = team.share(step[: len(step) // team.size * team.size])  # as many for every process
        _step(training, state, rows[mine], flipped[mine])
        state.step += 1
        if state.step % _SAVE_EVERY == 0:
            _save(training, state)


def _step(training: Training, state: State, rows: Rows, flipped: np.ndarray) -> None:
    labels = torch.from_numpy(training.samples.labels[rows]).to(training.team.device)
    with training.mixed():
        ratings = training.run(training.inputs(rows, flipped))
    errors, counts = squared_errors(ratings, labels)
    state.errors += errors.detach().cpu()
    state.counts += counts.cpu()
    # the mean is over the photographs of all processes, and DistributedDataParallel divides gradients by their number
    loss = weighted(errors, training.team.total(counts), training.recipe) * training.team.size
    training.optimizer.zero_grad(set_to_none=True)
    training.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
    training.scaler.step(training.optimizer)
    training.scaler.update()


def rate(training: Training, rows: Rows) -> Labels:
    """The network's ratings of some photographs, by all processes together."""
    training.run.eval()
    mine = training.team.share(rows)
    parts = [np.zeros((0, len(training.recipe.attributes)), np.float32)]
    with torch.no_grad(), training.mixed():
        for part in chunks(mine, training.recipe.batch):
            result: Tensor = training.network(training.inputs(part, np.zeros(len(part), bool)))
            parts.append(result.float().cpu().numpy())
    return training.team.gather(np.concatenate(parts), len(rows))


def _judged(training: Training, state: State) -> dict[str, float]:
    """The epoch's loss on what it was trained on, and loss and ρ on what it was not."""
    recipe, rows = training.recipe, training.samples.select
    total = training.team.total
    result, labels = rate(training, rows), training.samples.labels[rows]
    correlations = rank_correlations(result, labels, recipe.attributes)
    known = [value for value in correlations.values() if not np.isnan(value)]
    errors, counts = squared_errors(torch.from_numpy(result), torch.from_numpy(labels))
    return {
        "train_loss": float(weighted(total(state.errors), total(state.counts), recipe)),
        "select_loss": float(weighted(errors, counts, recipe)),
        "rho": float(np.mean(known)) if known else float("nan"),
        **{f"rho_{attribute}": value for attribute, value in correlations.items()},
    }


def _is_best(history: History, recipe: Recipe, best: int) -> bool:
    """Whether the last epoch beats the one kept; an epoch that cannot be judged does not."""
    name, sign = ("select_loss", -1.0) if recipe.select == "loss" else ("rho", 1.0)
    values: Sequence[float] = [sign * row[name] for row in history]
    return not np.isnan(values[-1]) and (best < 0 or values[-1] > values[best])
