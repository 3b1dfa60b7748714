"""The public names: written once, here; each is imported when it is first used."""

from .core.errors import XaestheticError as XaestheticError
from .core.execution import Execution as Execution
from .core.types import Experiment as Experiment
from .core.types import InputSpec as InputSpec
from .core.types import Record as Record
from .core.types import ReportOptions as ReportOptions
from .core.types import Source as Source
from .data.records import find_records as find_records
from .evaluation.judge import Judgement as Judgement
from .measuring import judge as judge
from .measuring import measure as measure
from .models.forward import Session as Session
from .models.model import AttributeModel as AttributeModel
from .models.model import load_model as load_model
from .paper.reproduce import reproduce as reproduce
from .pipeline import Comparison as Comparison
from .pipeline import compare as compare
from .reporting import draw_reports as draw_reports
from .run.store import Run as Run
from .stages.photo import Explanation as Explanation
from .stages.photo import explain as explain
from .stages.photo import explain_photo as explain_photo
from .stages.predict import Ratings as Ratings
from .stages.predict import rate as rate
from .train.fit import train_network as train_network
from .train.ridge import train_head as train_head
