"""Where in a photograph an aesthetics model found its reasons, for several models side by side.

    import xaesthetic as xa
    model = xa.load_model("multigap_lite0")
    shown = xa.explain_photo("photo.jpg", model, ["depth_of_field", "light"])
    shown.ratings["light"], shown.maps["light"]
    shown  # draws itself in a notebook

Names are imported when they are used: importing the package costs nothing and imports no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xaesthetic.cli.doctor import examine as examine
    from xaesthetic.core.attributes import ATTRIBUTES as ATTRIBUTES
    from xaesthetic.core.attributes import parse as parse_attributes
    from xaesthetic.core.errors import XaestheticError as XaestheticError
    from xaesthetic.core.execution import Execution as Execution
    from xaesthetic.core.files import write_text as write_text
    from xaesthetic.core.plugins import KINDS as PLUGIN_KINDS
    from xaesthetic.core.plugins import installed_version as installed_version
    from xaesthetic.core.plugins import load as load_plugin
    from xaesthetic.core.plugins import names as plugin_names
    from xaesthetic.core.plugins import summary as plugin_summary
    from xaesthetic.core.progress import choose as choose_progress
    from xaesthetic.core.types import Experiment as Experiment
    from xaesthetic.core.types import InputSpec as InputSpec
    from xaesthetic.core.types import Record as Record
    from xaesthetic.core.types import ReportOptions as ReportOptions
    from xaesthetic.core.types import Source as Source
    from xaesthetic.data.check import DataCheck as DataCheck
    from xaesthetic.data.check import check_data as check_data
    from xaesthetic.data.fetch.download import fetch_files as fetch_files
    from xaesthetic.data.fetch.download import files_of as files_of
    from xaesthetic.data.fetch.download import place_of as place_of
    from xaesthetic.data.fetch.flickr import fetch_flickr as fetch_flickr
    from xaesthetic.data.fetch.registry import cached as cached
    from xaesthetic.data.fetch.registry import download_names as download_names
    from xaesthetic.data.fetch.registry import find_download as find_download
    from xaesthetic.data.records import find_records as find_records
    from xaesthetic.evaluation.agreement import measure_agreement as measure_agreement
    from xaesthetic.evaluation.completeness import additivity as measure_additivity
    from xaesthetic.evaluation.leaderboard import leaderboard as rank_maps
    from xaesthetic.evaluation.leaderboard import leaderboard_by_person as rank_by_person
    from xaesthetic.evaluation.leaderboard import leading_metrics as leading_metrics
    from xaesthetic.evaluation.leaderboard import verdict as leaderboard_verdict
    from xaesthetic.evaluation.leaderboard import warnings as leaderboard_warnings
    from xaesthetic.evaluation.ranking import rank_groups as rank_groups
    from xaesthetic.evaluation.score import score_by_person as score_by_person
    from xaesthetic.evaluation.score import score_run as score_run
    from xaesthetic.evaluation.specificity import specificity as measure_specificity
    from xaesthetic.models.model import AttributeModel as AttributeModel
    from xaesthetic.models.model import load_model as load_model
    from xaesthetic.models.serving.manage import StartOptions as StartOptions
    from xaesthetic.models.serving.manage import Status as Status
    from xaesthetic.models.serving.manage import server_status as server_status
    from xaesthetic.models.serving.manage import start_server as start_server
    from xaesthetic.models.serving.manage import stop_server as stop_server
    from xaesthetic.paper.drawing import Outcome as Outcome
    from xaesthetic.paper.items import PIECES as PIECES
    from xaesthetic.paper.reproduce import Reproduction as Reproduction
    from xaesthetic.paper.reproduce import paper_data as paper_data
    from xaesthetic.paper.reproduce import reproduce as reproduce_paper
    from xaesthetic.paper.tables.attribute_ranks import RankTable as RankTable
    from xaesthetic.paper.tables.attribute_ranks import attribute_ranks as attribute_ranks
    from xaesthetic.paper.tables.given import read_predictions as read_predictions
    from xaesthetic.paper.tables.layout import Layout as Layout
    from xaesthetic.paper.tables.layout import rank_layouts as rank_layouts
    from xaesthetic.paper.tables.layout import rater_layouts as rater_layouts
    from xaesthetic.paper.tables.predictions import to_csv as to_csv
    from xaesthetic.paper.tables.predictions import to_json as to_json
    from xaesthetic.paper.tables.raters import rater_agreement as rater_agreement
    from xaesthetic.paper.tables.raters import read_votes as read_votes
    from xaesthetic.paper.tables.render import to_html as to_html
    from xaesthetic.paper.tables.render import to_latex as to_latex
    from xaesthetic.pipeline import Comparison as Comparison
    from xaesthetic.pipeline import compare as compare
    from xaesthetic.pipeline import draw_reports as draw_reports
    from xaesthetic.pipeline import look_at_edits as look_at_edits
    from xaesthetic.pipeline import look_at_faithfulness as look_at_faithfulness
    from xaesthetic.pipeline import look_at_randomised as look_at_randomised
    from xaesthetic.run.store import Run as Run
    from xaesthetic.stages.photo import Explanation as Explanation
    from xaesthetic.stages.photo import explain_photo as explain_photo
    from xaesthetic.stages.pick import pick_records as pick_records
    from xaesthetic.stages.predict import Ratings as Ratings
    from xaesthetic.stages.predict import rate as rate
    from xaesthetic.train.fit import train_network as train_network
    from xaesthetic.train.recipe import read_recipe as read_recipe
    from xaesthetic.train.ridge import train_head as train_head

_WHERE = {
    "ATTRIBUTES": ("core.attributes", "ATTRIBUTES"),
    "AttributeModel": ("models.model", "AttributeModel"),
    "Comparison": ("pipeline", "Comparison"),
    "DataCheck": ("data.check", "DataCheck"),
    "Execution": ("core.execution", "Execution"),
    "Experiment": ("core.types", "Experiment"),
    "Explanation": ("stages.photo", "Explanation"),
    "InputSpec": ("core.types", "InputSpec"),
    "Layout": ("paper.tables.layout", "Layout"),
    "Outcome": ("paper.drawing", "Outcome"),
    "PIECES": ("paper.items", "PIECES"),
    "PLUGIN_KINDS": ("core.plugins", "KINDS"),
    "RankTable": ("paper.tables.attribute_ranks", "RankTable"),
    "Ratings": ("stages.predict", "Ratings"),
    "Record": ("core.types", "Record"),
    "ReportOptions": ("core.types", "ReportOptions"),
    "Reproduction": ("paper.reproduce", "Reproduction"),
    "Run": ("run.store", "Run"),
    "Source": ("core.types", "Source"),
    "StartOptions": ("models.serving.manage", "StartOptions"),
    "Status": ("models.serving.manage", "Status"),
    "XaestheticError": ("core.errors", "XaestheticError"),
    "attribute_ranks": ("paper.tables.attribute_ranks", "attribute_ranks"),
    "cached": ("data.fetch.registry", "cached"),
    "check_data": ("data.check", "check_data"),
    "choose_progress": ("core.progress", "choose"),
    "compare": ("pipeline", "compare"),
    "download_names": ("data.fetch.registry", "download_names"),
    "draw_reports": ("pipeline", "draw_reports"),
    "examine": ("cli.doctor", "examine"),
    "explain_photo": ("stages.photo", "explain_photo"),
    "fetch_files": ("data.fetch.download", "fetch_files"),
    "fetch_flickr": ("data.fetch.flickr", "fetch_flickr"),
    "files_of": ("data.fetch.download", "files_of"),
    "find_download": ("data.fetch.registry", "find_download"),
    "find_records": ("data.records", "find_records"),
    "installed_version": ("core.plugins", "installed_version"),
    "leaderboard_verdict": ("evaluation.leaderboard", "verdict"),
    "leaderboard_warnings": ("evaluation.leaderboard", "warnings"),
    "leading_metrics": ("evaluation.leaderboard", "leading_metrics"),
    "load_model": ("models.model", "load_model"),
    "load_plugin": ("core.plugins", "load"),
    "look_at_edits": ("pipeline", "look_at_edits"),
    "look_at_faithfulness": ("pipeline", "look_at_faithfulness"),
    "look_at_randomised": ("pipeline", "look_at_randomised"),
    "measure_additivity": ("evaluation.completeness", "additivity"),
    "measure_agreement": ("evaluation.agreement", "measure_agreement"),
    "measure_specificity": ("evaluation.specificity", "specificity"),
    "paper_data": ("paper.reproduce", "paper_data"),
    "parse_attributes": ("core.attributes", "parse"),
    "pick_records": ("stages.pick", "pick_records"),
    "place_of": ("data.fetch.download", "place_of"),
    "plugin_names": ("core.plugins", "names"),
    "plugin_summary": ("core.plugins", "summary"),
    "rank_by_person": ("evaluation.leaderboard", "leaderboard_by_person"),
    "rank_groups": ("evaluation.ranking", "rank_groups"),
    "rank_layouts": ("paper.tables.layout", "rank_layouts"),
    "rank_maps": ("evaluation.leaderboard", "leaderboard"),
    "rate": ("stages.predict", "rate"),
    "rater_agreement": ("paper.tables.raters", "rater_agreement"),
    "rater_layouts": ("paper.tables.layout", "rater_layouts"),
    "read_predictions": ("paper.tables.given", "read_predictions"),
    "read_recipe": ("train.recipe", "read_recipe"),
    "read_votes": ("paper.tables.raters", "read_votes"),
    "reproduce_paper": ("paper.reproduce", "reproduce"),
    "score_by_person": ("evaluation.score", "score_by_person"),
    "score_run": ("evaluation.score", "score_run"),
    "server_status": ("models.serving.manage", "server_status"),
    "start_server": ("models.serving.manage", "start_server"),
    "stop_server": ("models.serving.manage", "stop_server"),
    "to_csv": ("paper.tables.predictions", "to_csv"),
    "to_html": ("paper.tables.render", "to_html"),
    "to_json": ("paper.tables.predictions", "to_json"),
    "to_latex": ("paper.tables.render", "to_latex"),
    "train_head": ("train.ridge", "train_head"),
    "train_network": ("train.fit", "train_network"),
    "write_text": ("core.files", "write_text"),
}

__all__ = [
    "ATTRIBUTES",
    "PIECES",
    "PLUGIN_KINDS",
    "AttributeModel",
    "Comparison",
    "DataCheck",
    "Execution",
    "Experiment",
    "Explanation",
    "InputSpec",
    "Layout",
    "Outcome",
    "RankTable",
    "Ratings",
    "Record",
    "ReportOptions",
    "Reproduction",
    "Run",
    "Source",
    "StartOptions",
    "Status",
    "XaestheticError",
    "attribute_ranks",
    "cached",
    "check_data",
    "choose_progress",
    "compare",
    "download_names",
    "draw_reports",
    "examine",
    "explain_photo",
    "fetch_files",
    "fetch_flickr",
    "files_of",
    "find_download",
    "find_records",
    "installed_version",
    "leaderboard_verdict",
    "leaderboard_warnings",
    "leading_metrics",
    "load_model",
    "load_plugin",
    "look_at_edits",
    "look_at_faithfulness",
    "look_at_randomised",
    "measure_additivity",
    "measure_agreement",
    "measure_specificity",
    "paper_data",
    "parse_attributes",
    "pick_records",
    "place_of",
    "plugin_names",
    "plugin_summary",
    "rank_by_person",
    "rank_groups",
    "rank_layouts",
    "rank_maps",
    "rate",
    "rater_agreement",
    "rater_layouts",
    "read_predictions",
    "read_recipe",
    "read_votes",
    "reproduce_paper",
    "score_by_person",
    "score_run",
    "server_status",
    "start_server",
    "stop_server",
    "to_csv",
    "to_html",
    "to_json",
    "to_latex",
    "train_head",
    "train_network",
    "write_text",
]


def __getattr__(name: str) -> Any:  # whatever is asked for
    if name not in _WHERE:
        raise AttributeError(f"module 'xaesthetic' has no attribute {name!r}")
    module, attribute = _WHERE[name]
    return getattr(import_module(f"xaesthetic.{module}"), attribute)


def __dir__() -> list[str]:
    return __all__
