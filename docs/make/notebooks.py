"""Notebooks: sources in Python (jupytext's percent format), executed, as Markdown with pictures and as .ipynb.

    python docs/make/notebooks.py SOURCES OUT

A notebook that was executed and has not changed since is taken from OUT: `rm -r build/notebooks` executes all again.
"""

import hashlib
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import jupytext
import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter
from traitlets.config import Config

SECONDS = 900
"""After which a cell is taken for stuck."""


def executed(sources: Path, out: Path) -> dict[str, Path]:
    """Execute all notebooks in a folder.

    Returns
    -------
    dict
        Of the pages, their pictures and the notebooks: the path in the site's folder, and the file.

    """
    made: dict[str, Path] = {}
    for source in sorted(sources.glob("*.py")):
        folder = out / hashlib.sha256(source.read_bytes()).hexdigest()[:16]
        if not (folder / f"{source.stem}.md").exists():
            execute(source, folder)
        made |= {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*")) if file.is_file()}
    return made


def execute(source: Path, folder: Path) -> None:
    """Execute one notebook, and write page, pictures and .ipynb; the page last."""
    notebook = jupytext.read(source)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([item for item in sys.path if item])}
    with TemporaryDirectory() as work:
        sockets = {"transport": "ipc", "ip": f"{work}/.kernel"}  # files of this user, no open port
        client = NotebookClient(notebook, timeout=SECONDS, config=Config({"ConnectionFileMixin": sockets}))
        client.resources = {"metadata": {"path": work}}
        client.execute(env=environment)
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):  # warnings are this machine's affair
        cell["outputs"] = [item for item in cell.get("outputs", ()) if item.get("name") != "stderr"]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{source.stem}.ipynb")
    text, resources = MarkdownExporter().from_notebook_node(notebook, {"output_files_dir": f"{source.stem}_files"})
    for name, data in resources["outputs"].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    text += f"\n\nThis notebook: [{source.stem}.ipynb]({source.stem}.ipynb), executed when the site was built.\n"
    (folder / f"{source.stem}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    print(*executed(Path(sys.argv[1]), Path(sys.argv[2])), sep="\n")
