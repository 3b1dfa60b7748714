"""The command that serves the annotation page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import completing, options, screen
from xaesthetic.cli.lists import split_commas

if TYPE_CHECKING:
    from xaesthetic.annotate.making import Choices
    from xaesthetic.annotate.opening import Opened
    from xaesthetic.annotate.server.serve import Tls
    from xaesthetic.annotate.study import Order, Study

app = typer.Typer()
_LINKS = 30  # that are printed


@app.command(
    epilog="\b\nExamples:\n  "
    "xaesthetic annotate holiday/ --attr light --attr depth_of_field --annotators 5 --study study\n  "
    "xaesthetic annotate --study study\n  "
    "xaesthetic annotate --data aadb:test --attr light --people 20 --consent consent.txt --host 0.0.0.0 "
    "--behind-proxy https://annotate.example.org"
)
def annotate(
    photographs: options.Photographs = None,
    data: Annotated[
        str | None, typer.Option(metavar="NAME|FOLDER", help="A data set's photographs.", show_default=False)
    ] = None,
    root: options.Root = None,
    attr: Annotated[
        list[str] | None,
        typer.Option(
            "--attr",
            "--attribute",
            metavar="NAME",
            help="What is asked about. Repeats, or a list with commas.",
            show_default=False,
            callback=split_commas,
            autocompletion=completing.attributes,
        ),
    ] = None,
    annotators: Annotated[int, typer.Option(min=1, help="People for every photograph and attribute.")] = 5,
    people: Annotated[
        int | None, typer.Option(min=1, help="People in all. Default: as many as --annotators.", show_default=False)
    ] = None,
    study: Annotated[Path, typer.Option(help="The study's folder; one that is there goes on.")] = Path("study"),
    database: Annotated[
        str, typer.Option(metavar="URL", help="postgresql://… Default: study.sqlite in the folder.", show_default=False)
    ] = "",
    host: Annotated[str, typer.Option(help="The address to listen to.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    order: Annotated[
        str, typer.Option(metavar="rate_first|mark_first", help="Whether ratings or regions come first.")
    ] = "rate_first",
    overall: Annotated[bool, typer.Option(help="Whether photographs are rated as a whole, from 1 to 5.")] = True,
    seed: options.Seed = 0,
    minutes: Annotated[int, typer.Option(min=1, max=240, help="Of a sitting; then a break.")] = 30,
    plan: Annotated[
        Path | None, typer.Option(help="What 'annotate plan' froze; its sha256 is kept.", show_default=False)
    ] = None,
    maps: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", help="Whose maps annotators see when the study has ended with results.", show_default=False
        ),
    ] = None,
    consent: Annotated[Path | None, typer.Option(help="The text that annotators agree to.", show_default=False)] = None,
    contact: Annotated[str, typer.Option(help="Whom annotators write to.", show_default=False)] = "",
    keys: Annotated[
        Path | None, typer.Option(help="Where pseudonyms and links are kept. Default: keys.csv in the folder.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="A certificate (PEM), for hosts beyond this machine.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    behind_proxy: Annotated[
        str, typer.Option(metavar="URL", help="https://… of a proxy that ends TLS before this server.", show_default=False)
    ] = "",
    open_page: Annotated[bool, typer.Option("--open", help="Open the administrator's page in the browser.")] = False,
) -> None:
    """Serve a page on which people mark where an attribute lives; the links to send are printed."""
    from xaesthetic.core.extras import need

    need("sqlalchemy", extra="annotate", purpose="xaesthetic annotate")
    from dataclasses import replace

    from xaesthetic.annotate.database import parse
    from xaesthetic.annotate.definitions import consent_of
    from xaesthetic.annotate.making import Choices
    from xaesthetic.annotate.opening import opened
    from xaesthetic.annotate.server.addresses import addresses, is_loopback
    from xaesthetic.annotate.server.app import application
    from xaesthetic.annotate.server.serve import listen, serve
    from xaesthetic.annotate.server.service import Measures
    from xaesthetic.core.documents import read_text
    from xaesthetic.evaluation.plan_file import read_plan
    from xaesthetic.studies import agreement, exports, models

    choices = Choices(
        attributes=(),
        consent=consent_of("" if consent is None else read_text(consent), contact),
        annotators=annotators,
        invited=people or annotators,
        seed=seed,
        order=_order(order),
        overall=overall,
        minutes=minutes,
        keys="" if keys is None else str(keys.absolute()),
    )
    if plan is not None:
        frozen = read_plan(plan)
        choices = replace(choices, plan=frozen.sha256, exclusions=frozen.exclusions)
    tls = None if tls_cert is None and tls_key is None else _tls(tls_cert, tls_key)
    addresses(host, port, tls is not None, behind_proxy)  # what cannot be served is not made either
    if database:
        parse(database)
    with listen(host, port) as listener:
        where = addresses(host, listener.getsockname()[1], tls is not None, behind_proxy)
        chosen = _study(study, photographs or [], data, root, attr or [], choices, database)
        pictures = None if maps is None else models.MapPictures(options.open_run(maps), chosen, study)
        measures = Measures(exports.export, agreement.exclusions, pictures)
        with opened(chosen, study, where, database, keys, measures) as ready:
            _print(ready)
            if behind_proxy or not is_loopback(host):
                screen.say(f"{host}: whoever reaches it sees the page; only a link that nobody has used signs in.", err=True)
            if open_page:
                _open(ready.admin)
            serve(application(ready.service), listener, tls)


def _study(
    folder: Path, photographs: list[str], data: str | None, root: Path | None, attr: list[str], choices: "Choices", url: str
) -> "Study":
    """The study that goes on, or one that is made."""
    from dataclasses import replace

    from xaesthetic.annotate.database import without_password
    from xaesthetic.annotate.definitions import attributes_of
    from xaesthetic.annotate.making import FEW, go_on, make_study
    from xaesthetic.annotate.study import FILE, read_study
    from xaesthetic.data.records import collect, collect_paths

    exists = (folder / FILE).exists()
    if exists and not (photographs or data or attr):
        return read_study(folder)
    if not attr or not (photographs or data):
        raise typer.BadParameter("a new study needs photographs (or --data) and --attr.", param_hint="--study")
    collection = collect(data, root) if data else collect_paths(photographs, short=True)
    database = without_password(url) if url else ""
    choices = replace(choices, attributes=attributes_of(attr, collection.described), database=database)
    records = [record for record in collection.records if record.edit is None]  # of the sample, say: no edited versions
    if exists:
        return go_on(folder, records, choices)
    made = make_study(folder, records, choices)
    screen.print_passed_over(collection.passed_over)
    screen.print_left_out(made.left_out)
    if choices.annotators < FEW:
        screen.say(
            f"xaesthetic: {choices.annotators} annotators of a photograph; of fewer than {FEW}, agreement says little.",
            err=True,
        )
    return made.study


def _order(text: str) -> "Order":
    orders: dict[str, Order] = {"rate_first": "rate_first", "mark_first": "mark_first"}
    if text not in orders:
        raise typer.BadParameter(f"{text!r} is neither 'rate_first' nor 'mark_first'.", param_hint="--order")
    return orders[text]


def _tls(cert: Path | None, key: Path | None) -> "Tls":
    from xaesthetic.annotate.server.serve import Tls, validate_tls

    if cert is None or key is None:
        raise typer.BadParameter("a certificate and its key go together.", param_hint="--tls-cert, --tls-key")
    tls = Tls(cert, key)
    validate_tls(tls)
    return tls


def _print(ready: "Opened") -> None:
    """Print the links; all of them stand in the key file."""
    screen.say(f"administrator: {ready.admin}")
    for name, link in list(ready.links.items())[:_LINKS]:
        screen.say(f"{name}: {link}")
    if len(ready.links) > _LINKS:
        screen.say(f"and {len(ready.links) - _LINKS} more")
    screen.say(f"Each link signs in one person, once. {ready.service.keys} has them; keep it to yourself. Ctrl-C ends.")


def _open(page: str) -> None:
    import webbrowser

    if not webbrowser.open(page):
        screen.say("no browser could be started; open the administrator's link yourself.", err=True)
