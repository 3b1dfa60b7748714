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
    from xaesthetic.additivity import additivity as measure_additivity
    from xaesthetic.agreement import measure_agreement as measure_agreement
    from xaesthetic.attributes import ATTRIBUTES as ATTRIBUTES
    from xaesthetic.attributes import parse as parse_attributes
    from xaesthetic.check import DataCheck as DataCheck
    from xaesthetic.check import check_data as check_data
    from xaesthetic.doctor import examine as examine
    from xaesthetic.errors import XaestheticError as XaestheticError
    from xaesthetic.fetch.download import fetch_files as fetch_files
    from xaesthetic.fetch.download import files_of as files_of
    from xaesthetic.fetch.download import place_of as place_of
    from xaesthetic.fetch.flickr import fetch_flickr as fetch_flickr
    from xaesthetic.fetch.registry import DOWNLOADS as DOWNLOADS
    from xaesthetic.fetch.registry import cached as cached
    from xaesthetic.fetch.registry import find_download as find_download
    from xaesthetic.files import write_text as write_text
    from xaesthetic.leaderboard import leaderboard as rank_maps
    from xaesthetic.leaderboard import leaderboard_by_person as rank_by_person
    from xaesthetic.leaderboard import leading_metrics as leading_metrics
    from xaesthetic.leaderboard import verdict as leaderboard_verdict
    from xaesthetic.leaderboard import warnings as leaderboard_warnings
    from xaesthetic.model import AttributeModel as AttributeModel
    from xaesthetic.model import load_model as load_model
    from xaesthetic.paper import PIECES as PIECES
    from xaesthetic.photo import Explanation as Explanation
    from xaesthetic.photo import explain_photo as explain_photo
    from xaesthetic.pick import pick_records as pick_records
    from xaesthetic.pieces import Outcome as Outcome
    from xaesthetic.pipeline import Comparison as Comparison
    from xaesthetic.pipeline import compare as compare
    from xaesthetic.pipeline import draw_reports as draw_reports
    from xaesthetic.pipeline import look_at_edits as look_at_edits
    from xaesthetic.pipeline import look_at_faithfulness as look_at_faithfulness
    from xaesthetic.pipeline import look_at_randomised as look_at_randomised
    from xaesthetic.plugins import KINDS as PLUGIN_KINDS
    from xaesthetic.plugins import installed_version as installed_version
    from xaesthetic.plugins import load as load_plugin
    from xaesthetic.plugins import names as plugin_names
    from xaesthetic.plugins import summary as plugin_summary
    from xaesthetic.predict import Ratings as Ratings
    from xaesthetic.predict import rate as rate
    from xaesthetic.progress import choose as choose_progress
    from xaesthetic.ranking import rank_groups as rank_groups
    from xaesthetic.records import find_records as find_records
    from xaesthetic.reproduce import Reproduction as Reproduction
    from xaesthetic.reproduce import paper_data as paper_data
    from xaesthetic.reproduce import reproduce as reproduce_paper
    from xaesthetic.score import score_by_person as score_by_person
    from xaesthetic.score import score_run as score_run
    from xaesthetic.serving.manage import StartOptions as StartOptions
    from xaesthetic.serving.manage import Status as Status
    from xaesthetic.serving.manage import server_status as server_status
    from xaesthetic.serving.manage import start_server as start_server
    from xaesthetic.serving.manage import stop_server as stop_server
    from xaesthetic.specificity import specificity as measure_specificity
    from xaesthetic.store import Run as Run
    from xaesthetic.tables.attribute_ranks import RankTable as RankTable
    from xaesthetic.tables.attribute_ranks import attribute_ranks as attribute_ranks
    from xaesthetic.tables.given import read_predictions as read_predictions
    from xaesthetic.tables.layout import Layout as Layout
    from xaesthetic.tables.layout import rank_layouts as rank_layouts
    from xaesthetic.tables.layout import rater_layouts as rater_layouts
    from xaesthetic.tables.predictions import to_csv as to_csv
    from xaesthetic.tables.predictions import to_json as to_json
    from xaesthetic.tables.raters import rater_agreement as rater_agreement
    from xaesthetic.tables.raters import read_votes as read_votes
    from xaesthetic.tables.render import to_html as to_html
    from xaesthetic.tables.render import to_latex as to_latex
    from xaesthetic.train.fit import train_network as train_network
    from xaesthetic.train.recipe import read_recipe as read_recipe
    from xaesthetic.train.ridge import train_head as train_head
    from xaesthetic.types import Experiment as Experiment
    from xaesthetic.types import InputSpec as InputSpec
    from xaesthetic.types import Record as Record
    from xaesthetic.types import ReportOptions as ReportOptions
    from xaesthetic.types import Source as Source

_WHERE = {
    "ATTRIBUTES": ("attributes", "ATTRIBUTES"),
    "AttributeModel": ("model", "AttributeModel"),
    "Comparison": ("pipeline", "Comparison"),
    "DOWNLOADS": ("fetch.registry", "DOWNLOADS"),
    "DataCheck": ("check", "DataCheck"),
    "Experiment": ("types", "Experiment"),
    "Explanation": ("photo", "Explanation"),
    "InputSpec": ("types", "InputSpec"),
    "Layout": ("tables.layout", "Layout"),
    "Outcome": ("pieces", "Outcome"),
    "PIECES": ("paper", "PIECES"),
    "PLUGIN_KINDS": ("plugins", "KINDS"),
    "RankTable": ("tables.attribute_ranks", "RankTable"),
    "Ratings": ("predict", "Ratings"),
    "Record": ("types", "Record"),
    "ReportOptions": ("types", "ReportOptions"),
    "Reproduction": ("reproduce", "Reproduction"),
    "Run": ("store", "Run"),
    "Source": ("types", "Source"),
    "StartOptions": ("serving.manage", "StartOptions"),
    "Status": ("serving.manage", "Status"),
    "XaestheticError": ("errors", "XaestheticError"),
    "attribute_ranks": ("tables.attribute_ranks", "attribute_ranks"),
    "cached": ("fetch.registry", "cached"),
    "check_data": ("check", "check_data"),
    "choose_progress": ("progress", "choose"),
    "compare": ("pipeline", "compare"),
    "draw_reports": ("pipeline", "draw_reports"),
    "examine": ("doctor", "examine"),
    "explain_photo": ("photo", "explain_photo"),
    "fetch_files": ("fetch.download", "fetch_files"),
    "fetch_flickr": ("fetch.flickr", "fetch_flickr"),
    "files_of": ("fetch.download", "files_of"),
    "find_download": ("fetch.registry", "find_download"),
    "find_records": ("records", "find_records"),
    "installed_version": ("plugins", "installed_version"),
    "leaderboard_verdict": ("leaderboard", "verdict"),
    "leaderboard_warnings": ("leaderboard", "warnings"),
    "leading_metrics": ("leaderboard", "leading_metrics"),
    "load_model": ("model", "load_model"),
    "load_plugin": ("plugins", "load"),
    "look_at_edits": ("pipeline", "look_at_edits"),
    "look_at_faithfulness": ("pipeline", "look_at_faithfulness"),
    "look_at_randomised": ("pipeline", "look_at_randomised"),
    "measure_additivity": ("additivity", "additivity"),
    "measure_agreement": ("agreement", "measure_agreement"),
    "measure_specificity": ("specificity", "specificity"),
    "paper_data": ("reproduce", "paper_data"),
    "parse_attributes": ("attributes", "parse"),
    "pick_records": ("pick", "pick_records"),
    "place_of": ("fetch.download", "place_of"),
    "plugin_names": ("plugins", "names"),
    "plugin_summary": ("plugins", "summary"),
    "rank_by_person": ("leaderboard", "leaderboard_by_person"),
    "rank_groups": ("ranking", "rank_groups"),
    "rank_layouts": ("tables.layout", "rank_layouts"),
    "rank_maps": ("leaderboard", "leaderboard"),
    "rate": ("predict", "rate"),
    "rater_agreement": ("tables.raters", "rater_agreement"),
    "rater_layouts": ("tables.layout", "rater_layouts"),
    "read_predictions": ("tables.given", "read_predictions"),
    "read_recipe": ("train.recipe", "read_recipe"),
    "read_votes": ("tables.raters", "read_votes"),
    "reproduce_paper": ("reproduce", "reproduce"),
    "score_by_person": ("score", "score_by_person"),
    "score_run": ("score", "score_run"),
    "server_status": ("serving.manage", "server_status"),
    "start_server": ("serving.manage", "start_server"),
    "stop_server": ("serving.manage", "stop_server"),
    "to_csv": ("tables.predictions", "to_csv"),
    "to_html": ("tables.render", "to_html"),
    "to_json": ("tables.predictions", "to_json"),
    "to_latex": ("tables.render", "to_latex"),
    "train_head": ("train.ridge", "train_head"),
    "train_network": ("train.fit", "train_network"),
    "write_text": ("files", "write_text"),
}

__all__ = [
    "ATTRIBUTES",
    "DOWNLOADS",
    "PIECES",
    "PLUGIN_KINDS",
    "AttributeModel",
    "Comparison",
    "DataCheck",
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
