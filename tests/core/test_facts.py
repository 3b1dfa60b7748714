"""What plug-ins declare about themselves."""

import ast
import subprocess
import sys

import pytest
from support.third_party import third_party  # noqa: F401  # a fixture

from xaesthetic.core import facts, plugins
from xaesthetic.core.errors import PluginError
from xaesthetic.data.fetch.registry import download_names

EVERY = [(kind, name) for kind in plugins.KINDS for name in plugins.names(kind)]


def test_every_kind_has_a_class_and_a_decorator():
    assert set(facts.CLASSES) == set(plugins.KINDS) == {*facts.DEFAULTS, "metrics"}
    for kind in facts.DEFAULTS:
        function = getattr(facts, kind[:-1])()(lambda: 7)
        assert function() == 7
        assert function.facts == facts.DEFAULTS[kind]


WITH_TORCH = {"models", "methods", "converters", "servers"}


@pytest.mark.parametrize(
    ("kind", "name"), [pytest.param(*each, marks=[pytest.mark.torch] if each[0] in WITH_TORCH else []) for each in EVERY]
)
def test_every_plugin_has_facts_of_its_kind(kind, name):
    declared = plugins.facts(kind, name)
    assert type(declared) is facts.CLASSES[kind]
    assert set(getattr(declared, "downloads", ())) <= set(download_names())


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_every_plugin_here_declares_them(kind, name):
    module, file = plugins._files(kind)[name]
    (function,) = (node for node in ast.parse(file.read_text()).body if getattr(node, "name", "") == name)
    assert kind[:-1] in [ast.unparse(node).partition("(")[0] for node in function.decorator_list], module


def test_the_declaration_is_kept_as_it_is_written():
    @facts.metric(higher=False, low=0.0, high=2.0, needs="mask", negative="cut")
    def one():
        """One."""

    @facts.method(adds_up="sum", gradients="input", passes=50, needs_head=True)
    def two():
        """Two."""

    @facts.report(on_request=True, last=True, inputs=sorted, summaries=["ranks"])
    def three():
        """Three."""

    @facts.dataset(downloads=["a"])
    def four():
        """Four."""

    assert one.facts == facts.MetricFacts(higher=False, low=0.0, high=2.0, needs="mask", negative="cut")
    assert two.facts == facts.MethodFacts(adds_up="sum", gradients="input", passes=50, needs_head=True)
    assert three.facts == facts.ReportFacts(on_request=True, last=True, inputs=sorted, summaries=("ranks",))
    assert four.facts == facts.DatasetFacts(downloads=("a",))
    assert (one.__name__, one.__doc__) == ("one", "One.")


def test_a_plugin_that_declares_nothing_has_the_defaults(third_party):
    for kind in facts.DEFAULTS:
        third_party({f"plain_{kind}": f"def plain_{kind}(): pass"}, package=f"their_{kind}", kind=kind)
        assert plugins.facts(kind, f"plain_{kind}") is facts.DEFAULTS[kind]


def test_a_metric_that_declares_nothing_is_refused_by_name(third_party):
    third_party({"plain": "def plain(): pass"}, package="their_metrics", kind="metrics")
    wanted = (
        r"^their_metrics\.plain\.plain declares no facts, but MetricFacts were wanted; "
        r"write @metric\(higher=…, low=…, high=…, needs=…, negative=…\) of xaesthetic\.core\.facts above it\.$"
    )
    with pytest.raises(PluginError, match=wanted):
        plugins.facts("metrics", "plain")


def test_the_facts_of_another_kind_are_refused(third_party):
    text = "from xaesthetic.core.facts import report\n\n@report()\ndef odd(): pass\n"
    third_party({"odd": text}, package="their_methods", kind="methods")
    with pytest.raises(PluginError, match=r"declares ReportFacts as its facts, but MethodFacts were wanted; write @method"):
        plugins.facts("methods", "odd")


def test_declaring_imports_neither_torch_nor_numpy():
    code = "import sys, xaesthetic.core.facts; sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
