"""What `mkdocs build` does besides: files of the checkout, executed notebooks, and a search that works from file://.

Pages link to files beside docs/ as on the repository's page (`../CONTRIBUTING.md`, `../examples/vit.py`). In the site a
Markdown file of that kind is a page, any other lies under source/.
"""

import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parent))
import notebooks

ROOT = Path(__file__).parents[2]
PAGES = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
OUTSIDE = re.compile(r"(\]\()\.\./([\w./-]+)")
SHIM = "https://unpkg.com/iframe-worker/shim"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add pages that lie beside docs/, what pages link to there, and the notebooks with their outputs."""
    for name, page in PAGES.items():
        files.append(File.generated(config, page, content=as_page((ROOT / name).read_text(encoding="utf-8"))))
    pages = [file for file in files.documentation_pages() if "/" not in file.src_uri]
    linked = {name for file in pages for _, name in OUTSIDE.findall(file.content_string)}
    for name in sorted(linked - {*PAGES}):
        files.append(File.generated(config, f"source/{name}", abs_src_path=str(ROOT / name)))
    for path, made in notebooks.executed(ROOT / "docs" / "notebooks", ROOT / "build" / "notebooks").items():
        files.append(File.generated(config, f"notebooks/{path}", abs_src_path=str(made)))
    return files


def as_page(text: str) -> str:
    """Links of a file at the top level, as seen from docs/; those to other files there lie under source/."""
    text = re.sub(r"\]\(docs/", "](", text)
    return re.sub(r"\]\((?!https?://|#|[a-z-]+\.md|mailto:)([\w./-]+)\)", r"](../\1)", text)


def on_page_markdown(markdown: str, page: Page, **_) -> str:
    """Follow links out of docs/ to where their files are in the site, and those to sources of notebooks to their pages."""
    if "/" in page.file.src_uri:
        return markdown
    markdown = re.sub(r"(\]\(notebooks/\w+)\.py\)", r"\1.md)", markdown)
    return OUTSIDE.sub(lambda link: f"{link[1]}{PAGES.get(link[2], 'source/' + link[2])}", markdown)


def on_post_page(output: str, page: Page, **_) -> str:
    """Have the search's worker come from the site itself."""
    depth = "../" * page.url.count("/")
    return output.replace(SHIM, f"{depth}assets/iframe-worker.js")


def on_post_build(config: MkDocsConfig) -> None:
    """Do the same for the page of missing pages, which is no page of ours, and leave out maps of sources."""
    site = Path(config.site_dir)
    for file in (site / "404.html",):
        file.write_text(file.read_text(encoding="utf-8").replace(SHIM, "assets/iframe-worker.js"), encoding="utf-8")
    for file in site.rglob("*.map"):
        file.unlink()
