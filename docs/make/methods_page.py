"""The page of methods, docs/methods.md, from the plug-ins' own words and facts.

python docs/make/methods_page.py [--write]

A test holds that the page is what this prints.
"""

import inspect
import re
import sys
from pathlib import Path

from xaesthetic.core import plugins
from xaesthetic.core.facts import MethodFacts

PAGE = Path(__file__).parents[1] / "methods.md"
ADDS_UP = {"": "no", "mean": "its mean, with the bias", "sum": "its sum, with the baseline's output or the bias"}
HEAD = """# Methods

Made by `python docs/make/methods_page.py --write` from what the plug-ins say of themselves; `xaesthetic list methods` prints their
summaries, cost, promises and what is known against them.

*f* are the activations of the layers that are explained, *y* the raw output, *w* weights, *x* the photograph. A map is signed and
un-normalised; colours and rectifying belong to display and metrics. *Passes* is the cost in forward passes for **all** attributes
together, the shared one included; *full* and *sums* say which gradients a method reads from that pass.

| method | what it shows | passes | gradients | signed | adds up to the output |
|---|---|---|---|---|---|
"""
WHICH = """
## Which one

- **A head of global averages and one linear layer** (all embedded models): `cam`. Its mean plus the bias *is* the output. On one
  such layer `cam`, `grad_cam`, `hires_cam`, `xgrad_cam` and `layer_cam` are one map: `--method all-cam` finds that out and
  keeps one row, so that agreement of methods is not taken for evidence.
- **Any other differentiable head**: `grad_cam` says how the outputs change; `hires_cam` is right where only some cells count
  ([planted models](planted.md)).
- **No gradient, or a network behind a server**: `occlusion`, `rise`, `score_cam`.
- **Always beside it**: `activation_energy`, `eigen_cam` or `attention_rollout`, which ask no output. They are floors.
- Methods that compare with a photograph without information take two such baselines of different kinds (`occlusion@mean`,
  `occlusion@blur`), because a baseline is an edit: black is bad light, blur is depth of field, grey drains color; such pairs are
  marked.
- `malu_cam` is the published code of Malu et al. 2017: negative contributions are left out.
- `guided_grad_cam` is left out on purpose: guided backpropagation looks the same whatever the weights are (Adebayo et al.
  2018), and captum offers it for plain ReLUs only.

Which of them find a map that is known: [Planted models](planted.md). What they cost beside captum and pytorch-grad-cam:
`python benchmarks/maps.py`.

## One by one
"""


def page() -> str:
    """Write the page."""
    names = plugins.names("methods")
    return HEAD + "\n".join(map(row, names)) + "\n" + WHICH + "\n" + "\n\n".join(map(section, names)) + "\n"


def row(name: str) -> str:
    """Write a method's row of the first table."""
    facts = facts_of(name)
    cells = [f"[`{name}`](#{name})", plugins.summary("methods", name), str(facts.passes), facts.gradients]
    cells += ["yes" if facts.signed else "no", ADDS_UP[facts.adds_up]]
    return f"| {' | '.join(cells)} |"


def section(name: str) -> str:
    """Write what a method is, promises and needs, and what is known against it."""
    facts = facts_of(name)
    function = plugins.load("methods", name)
    lines = [f"### {name}", "", source(function), "", f"> {formula(function)}", ""]
    lines += [f"- **Promise.** {facts.promises or 'None.'}", f"- **Against.** {facts.against or 'Nothing is known here.'}"]
    lines += [f"- **Needs.** {need}." for need in [", ".join(needs(facts))] if need]
    return "\n".join([*lines, *(f"- **Refused.** {why}" for why in [refused(function)] if why)])


def facts_of(name: str) -> MethodFacts:
    """Return a method's facts."""
    facts = plugins.facts("methods", name)
    if not isinstance(facts, MethodFacts):
        raise TypeError(f"{name} declares {type(facts).__name__} and is no method")
    return facts


def source(function) -> str:
    """Return the first line of the method's file, which names its paper."""
    return inspect.getdoc(inspect.getmodule(function)).partition("\n\n")[0].replace("\n", " ")


def formula(function) -> str:
    """Return what the docstring says beyond its summary, before its sections; the summary where there is no more."""
    text = re.split(r"\n\n\w+\n-+\n", inspect.getdoc(function))[0]
    first, _, rest = text.partition("\n\n")
    return " ".join((rest or first).replace("*", "\\*").split())


def refused(function) -> str:
    """Return which models a method refuses, as its docstring says; commands make every pass with the gradients it reads."""
    raised = re.search(r"\nModelError\n(.*?)(\n\n|\Z)", inspect.getdoc(function), re.DOTALL)
    words = " ".join(raised[1].split()) if raised else ""
    return re.sub(r"^If the pass was made without gradients\.|, or the pass was made without gradients", "", words)


def needs(facts: MethodFacts):
    """Give what a method needs of a model, in words."""
    wants = {
        "a head of global averages and one linear layer": facts.linear,
        "layers with a grid": facts.layers,
        "the gradient at the input": facts.differentiable,
        "`features` and `head` that can be called again": facts.needs_head,
        "a baseline (`@mean`, `@blur`, …)": facts.baseline,
        f"the library {facts.requires}": bool(facts.requires),
    }
    yield from (words for words, wanted in wants.items() if wanted)


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page())
