"""ES modules made into one script: what is understood runs as the modules do, and everything else is an error."""

import re

import pytest
from support.report_page import SCRIPTS, file, run  # noqa: F401
from xaesthetic_reports._bundle import bundle

from xaesthetic.core.errors import DataError

FILES = {
    "entry.js": """// A comment with import { nothing } from "./nowhere.js";
import { count, total } from "./left.js";
import { double } from "./right.js";

const hidden = "entry";
export const result = [count(), total, double(3), hidden];
""",
    "left.js": """import { log } from "./log.js";

log.push("left");
const hidden = 1; // each module has one
export const total = hidden + 1;
/** A comment
 * // with another in it. */
export function count() {
  return hidden; // after code, a comment stays
}
""",
    "right.js": """import { log } from "./log.js";

const hidden = 2;
log.push("right");
export const double = (value) => hidden * value;
""",
    "log.js": "export const log = [];\nglobalThis.log = log;\n",
}


@pytest.fixture
def write(tmp_path):
    def files(texts):
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        return tmp_path / "entry.js"

    return files


def test_a_script_runs_as_its_modules_do(write, run_module):
    entry = write(FILES)
    see = "module => [module.result, globalThis.log]"
    assert run_module(entry, see) == [[1, 2, 6, "entry"], ["left", "right"]]
    entry.with_name("all.js").write_text(bundle(entry) + "\nexport const { result } = $entry;\n")
    assert run_module(entry.with_name("all.js"), see) == [[1, 2, 6, "entry"], ["left", "right"]]


def test_each_module_is_a_scope_that_stands_once_after_what_it_imports(write):
    script = bundle(write(FILES))
    assert re.findall(r"^const \$?\w+", script, re.MULTILINE).count("const $log") == 1
    assert re.findall(r"^const (\$\w+) = \(\(\) => \{$", script, re.MULTILINE) == ["$log", "$left", "$right", "$entry"]
    assert "A comment" not in script
    assert "after code, a comment stays" in script


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('import other from "./other.js";', "a form of import or export"),
        ('import * as other from "./other.js";', "a form of import or export"),
        ('import { a as b } from "./other.js";', "a form of import or export"),
        ('import { a } from "https://example.org/other.js";', "a form of import or export"),
        ('  import { a } from "./other.js";', "a form of import or export"),
        ('import "./other.js";', "a form of import or export"),
        ("export default 1;", "a form of import or export"),
        ("export let a = 1;", "a form of import or export"),
        ("export { a };", "a form of import or export"),
        ('export * from "./other.js";', "a form of import or export"),
        ('const a = await fetch("x");', "outside the lines of a function"),
        ('  return import("./other.js");', "an import while the page runs"),
        ("const $a = 1;", "begins with `\\$`"),
        ("const a = `begun", "over several lines"),
        ('const a = "</SCRIPT>";', "ends a script"),
        ('const a = "<!--";', "ends a script"),
    ],
)
def test_what_is_not_understood_is_an_error(write, line, said):
    with pytest.raises(DataError, match=rf"entry\.js, line 3: .* is .*{said}"):
        bundle(write({"entry.js": f"\n// a comment\n{line}\n", "other.js": "export const a = 1;\n"}))


def test_modules_that_are_not_there_or_lack_a_name(write):
    entry = write({"entry.js": 'import { a, b } from "./other.js";\n'})
    with pytest.raises(DataError, match=r"other\.js: no such file, but entry imports it"):
        bundle(entry)
    write({"other.js": "export const a = 1;\n"})
    with pytest.raises(DataError, match=r"entry\.js, line 1: other\.js exports no b"):
        bundle(entry)


def test_modules_import_in_no_circle(write):
    entry = write(
        {
            name: f'import {{ a }} from "./{other}.js";\nexport const a = 1;\n'
            for name, other in (("entry.js", "left"), ("left.js", "right"), ("right.js", "entry"))
        }
    )
    with pytest.raises(DataError, match=r"entry\.js: a circle of imports \(entry → left → right → entry\)"):
        bundle(entry)


def test_the_page_runs_as_real_modules_too(chromium, file):
    text = re.sub(
        r'<script type="module">.*</script>',
        '<script type="module" src="page.js"></script>',
        file.read_text(),
        flags=re.DOTALL,
    )
    context = chromium.new_context(bypass_csp=True)
    try:
        page = context.new_page()
        said = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route(
            "http://modules.test/*.js", lambda route: route.fulfill(path=SCRIPTS / route.request.url.rpartition("/")[2])
        )
        page.route("http://modules.test/", lambda route: route.fulfill(body=text, content_type="text/html"))
        page.goto("http://modules.test/")
        page.wait_for_selector("html[data-ready=yes]")
        assert page.locator("#grid tbody tr").count() == 3
        assert said == []
    finally:
        context.close()


@pytest.mark.parametrize("name", ["arithmetic.js", "state.js"])
def test_numbers_and_state_touch_no_document(name):
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", (SCRIPTS / name).read_text(), flags=re.DOTALL)
    assert not re.search(r"\b(document|window|canvas|Image|ImageData)\b", code)


def test_only_one_module_keeps_anything():
    """No other has a variable or a collection outside its functions."""
    keeps = re.compile(r"^(?:export )?(?:(?:let|var)\b|const .*\bnew ).*", re.MULTILINE)
    assert [line for file in sorted(SCRIPTS.glob("*.js")) for line in keeps.findall(file.read_text())] == []
