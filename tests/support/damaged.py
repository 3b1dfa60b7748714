"""A finished run of small networks, and ways to damage its files."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

from support.old_run import install, write_photographs
from support.plugin_package import contents
from xaesthetic import pipeline
from xaesthetic.core.types import Experiment


@contextmanager
def in_folder(folder):
    """Plug-ins, photographs and the working directory of a run."""
    write_photographs(folder / "photographs")
    plugins, before = str(install(folder / "plugins")), Path.cwd()
    sys.path.insert(0, plugins)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path.remove(plugins)
        for name in [name for name in sys.modules if name.split(".")[0] == "old_plugins"]:
            del sys.modules[name]


def make_run(root, pick=None, **more):
    """Rate and explain six photographs by two networks, and hold the maps against people."""
    question = Experiment("six_photos", "photographs", ("calm_net", "wild_net"), ("cam",), ("all",), pick, batch=2, **more)
    run = pipeline.compare(question, root, draw=False).run
    pipeline.judge(run, ["cc", "iou"])
    return run


def kept(root):
    """Every file that has a checksum, or is one."""
    return {name: data for name, data in contents(root).items() if not name.startswith("report/")}


def restore(root, files):
    """Put a run back as it was."""
    for name in set(kept(root)) - set(files):
        (root / name).unlink()
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def harm(file, kind, chance):
    """Flip a bit, cut the end off, or remove."""
    data = bytearray(file.read_bytes())
    if kind == "flip":
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.unlink()
    if kind != "gone":
        file.write_bytes(data[: chance.randrange(len(data))] if kind == "cut" else data)
