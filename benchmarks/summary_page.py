"""docs/benchmarks.md and benchmarks.svg, from what summary.py measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from xaesthetic.figures.style import STYLE

MARKS = {"xaesthetic": "o", "captum": "s", "torchcam": "^", "torchcam, 1 pass": "v", "pytorch-grad-cam": "D"}
PRICES = {"core": 0.05, "gpu": 2.5}
"""Dollars an hour, an assumption to be replaced by one's own."""
GPU = {"peak": 300e12, "share": 0.3}
"""Operations a second of a large accelerator in 16 bits, and what share of them a network reaches: assumptions too."""
DISK = 0.02
"""Dollars a gigabyte and month: an assumption."""


def write_page(kept: Mapping[str, Any], file: Path) -> None:
    """Write the page: one table of tools, then what the project's own models, runs and disks take."""
    parts = [head(kept["machine"])]
    for name, make in SECTIONS.items():
        if name in kept:
            parts.append(make(kept))
    file.write_text("\n\n".join(parts) + "\n")


def head(machine: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in machine["versions"].items())
    return (
        "# What it costs\n\n"
        "Made by `make benchmarks`: every figure here was measured by it, on one thread of a processor that others use too.\n"
        f"{machine['processor']}, {machine['cores']} cores; {versions}.\n"
        "Costs are seconds of the process (user and system) in plain forward passes of the same network on the same\n"
        f"photographs: 1 is the network alone. Batches of {machine['batch']}, {machine['size']} x {machine['size']}.\n\n"
        "![costs by attributes, photographs and workers](benchmarks.svg)"
    )


def table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def of_peers(kept: Mapping[str, Any]) -> str:
    counts = sorted({int(count) for row in kept["peers"] for count in row["cost"]})
    rows, said = [], ""
    ours: Mapping[str, float] = {}
    for row in kept["peers"]:
        ours = row["cost"] if row["tool"] == "xaesthetic" else ours
        cells = []
        for count in counts:
            cost = row["cost"].get(str(count))
            ahead = "" if cost is None or row["tool"] == "xaesthetic" else f" ({cost / ours[str(count)]:.1f} x)"
            cells.append("" if cost is None else f"{cost:.2f}{ahead}")
        lines = kept["machine"]["lines"]["ours" if row["tool"] == "xaesthetic" else row["tool"]]
        rows.append(["" if row["case"] == said else row["case"], row["tool"], row["agrees"], *cells, str(lines)])
        said = row["case"]
    memory = kept.get("memory", {})
    beyond = "; ".join(f"{'xaesthetic' if name == 'ours' else name} {value:.0f} MB" for name, value in memory.items())
    return (
        "## Beside captum, torchcam and pytorch-grad-cam\n\n"
        "`agrees`: the largest difference between the maps, after the peer's own normalisation, as a share of the largest\n"
        "number. In brackets: how many times as long as this project a peer takes. `lines` are those of a user's code. A peer\n"
        "is called once for each output; `torchcam, 1 pass` keeps the graph between its calls.\n\n"
        + table(["network, layer, method", "tool", "agrees", *(f"{count} maps" for count in counts), "lines"], rows)
        + f"\n\nPeak memory beyond a plain forward's, Grad-CAM of nine outputs at ResNet50's last layer: {beyond}."
    )


def of_models(kept: Mapping[str, Any]) -> str:
    methods = list(dict.fromkeys(name for row in kept["models"].values() for name in row if name != "forward"))
    rows = [
        [f"`{name}`", f"{row['forward'] * 1000:.0f} ms", *(f"{row[one]:.2f}" if one in row else "" for one in methods)]
        for name, row in kept["models"].items()
    ]
    return (
        "## Maps of all attributes of this project's models\n\n"
        "`cam.refits` are the maps of a head's refits too, several for each attribute.\n\n"
        + table(["model", "plain forward", *methods], rows)
    )


def of_photographs(kept: Mapping[str, Any]) -> str:
    rows = [
        [f"{int(count):,}", f"{row['seconds']:.0f}", f"{row['core_seconds']:.0f}", f"{row['megabytes']:.0f}"]
        for count, row in kept["photographs"].items()
    ]
    return (
        "## With the number of photographs\n\n"
        "`xaesthetic explain` by `multigap_lite0` (`cam`, all attributes) on JPEGs of 512 x 384, two threads that decode;\n"
        "the start of Python and torch is part of it.\n\n"
        + table(["photographs", "seconds", "core-seconds", "peak MB"], rows)
    )


def of_workers(kept: Mapping[str, Any]) -> str:
    rows = [[name, f"{row['seconds']:.0f}", f"{row['core_seconds']:.0f}"] for name, row in kept["workers"].items()]
    return (
        "## With workers\n\nThe same, a few hundred photographs; core-seconds are the command's own (Ray's workers have\n"
        "their own processes).\n\n" + table(["engine, workers", "seconds", "core-seconds"], rows)
    )


def of_store(kept: Mapping[str, Any]) -> str:
    sizes = kept["store"]["bytes"]
    rows = [[f"`{name}`", f"{size:,.0f}", f"{size / 1000:,.1f} GB"] for name, size in sizes.items()]
    page = "## On the disk\n\n" + table(["file or array", "bytes a photograph", "a million"], rows)
    return page + "\n\n" + on_paper(kept) if {"models", "photographs"} <= set(kept) else page


def on_paper(kept: Mapping[str, Any]) -> str:
    """The arithmetic for a million and a billion photographs."""
    counts = sorted(kept["photographs"], key=int)
    few, many = counts[-2], counts[-1]
    spent = kept["photographs"]
    share = (spent[many]["core_seconds"] - spent[few]["core_seconds"]) / (int(many) - int(few))
    lite = share - kept["models"]["multigap_lite0"]["forward"] * kept["models"]["multigap_lite0"]["cam"]
    rows = []
    for name, row in kept["models"].items():
        if name not in kept["store"]["operations"]:
            continue
        cpu = lite + row["forward"] * row["cam"]
        work = kept["store"]["operations"][name] * row["cam"]
        gpu = work / (GPU["peak"] * GPU["share"])
        arrays = [
            size for file, size in kept["store"]["bytes"].items() if file.endswith(f"/{name.replace('=', '-')}/cam.zarr")
        ]
        disk = sum(arrays) + sum(size for file, size in kept["store"]["bytes"].items() if file.endswith(".parquet"))
        for count in (10**6, 10**9):
            hours, on_gpu, feeding = (value * count / 3600 for value in (cpu, gpu, lite))
            rows.append(
                [
                    f"`{name}`",
                    f"10^{len(str(count)) - 1}",
                    f"{hours:,.0f} core-hours, {hours * PRICES['core']:,.2f}",
                    f"{on_gpu:,.3f} GPU-hours + {feeding:,.0f} core-hours, {on_gpu * PRICES['gpu'] + feeding * PRICES['core']:,.2f}",
                    f"{disk * count / 1e9:,.1f} GB, {disk * count / 1e9 * DISK:,.2f}",
                ]
            )
    return (
        "## A million and a billion, on paper\n\n"
        f"Measured: a photograph of 512 x 384 takes {share:.3f} core-seconds with `multigap_lite0` and `cam` (the difference\n"
        f"between {int(many):,} and {int(few):,} photographs); without the network and its maps {lite:.3f} (decode, checksum,\n"
        "squash, store). CPU: (that + forward x cost of `cam`) x photographs / 3600. GPU: operations of a forward (counted by\n"
        f"torch) x cost of `cam` / ({GPU['peak'] / 1e12:.0f} x 10^12 a second x {GPU['share']:.0%} of it reached), and the rest\n"
        "on CPUs as before; nothing was run on a GPU. Disk: tables and `cam`. Prices are assumptions, to be replaced by your\n"
        f"own: {PRICES['core']} a core-hour, {PRICES['gpu']} a GPU-hour, {DISK} a gigabyte and month, in dollars.\n\n"
        + table(["model", "photographs", "on CPUs, $", "on GPUs, $", "disk, $ a month"], rows)
    )


SECTIONS = {"peers": of_peers, "models": of_models, "photographs": of_photographs, "workers": of_workers, "store": of_store}


def draw(kept: Mapping[str, Any], file: Path) -> None:
    """Draw costs by outputs, by photographs and by workers side by side: those that were measured."""
    panels = {name: panel for name, panel in PANELS.items() if name in kept}
    if not panels:
        return
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 2.6), layout="constrained")
        for (name, panel), axes in zip(panels.items(), figure.subplots(1, len(panels), squeeze=False)[0], strict=True):
            panel(axes, kept[name])
            for axis in (axes.xaxis, axes.yaxis):
                if axis.get_scale() == "log":
                    axis.set_major_formatter("{x:,.0f}")
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=150)


def panel_of_outputs(axes: Axes, costs: Mapping[str, Mapping[str, float]]) -> None:
    for name, found in costs.items():
        axes.plot([int(count) for count in found], list(found.values()), marker=MARKS[name], ms=4, lw=1, label=name)
    axes.set(xscale="log", yscale="log", xlabel="outputs", ylabel="plain forward passes", ylim=(0.6, 3000))
    axes.set_title("Grad-CAM at ResNet50's last layer", fontsize=7)
    axes.legend(frameon=False, fontsize=6)


def panel_of_photographs(axes: Axes, spent: Mapping[str, Mapping[str, float]]) -> None:
    counts = [int(count) for count in spent]
    for name, label, mark, line in (("seconds", "seconds", "o", "-"), ("megabytes", "peak memory, MB", "s", "--")):
        axes.plot(counts, [row[name] for row in spent.values()], marker=mark, ms=4, lw=1, ls=line, label=label)
    axes.set(xscale="log", yscale="log", xlabel="photographs", ylim=(5, 20_000))
    axes.set_title("explain by multigap_lite0", fontsize=7)
    axes.legend(frameon=False, fontsize=6)


def panel_of_workers(axes: Axes, spent: Mapping[str, Mapping[str, float]]) -> None:
    axes.bar([name.replace(" ", "\n") for name in spent], [row["seconds"] for row in spent.values()], color="0.6")
    axes.set(ylabel="seconds", xlabel="engine and workers")
    axes.set_title("the same, by workers", fontsize=7)


PANELS = {"attributes": panel_of_outputs, "photographs": panel_of_photographs, "workers": panel_of_workers}
