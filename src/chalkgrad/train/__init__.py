"""How does it learn?  Gradient descent on the derived equations."""

from chalkgrad.derive.optimisers import SGD, Adam, AdamW, RMSprop
from chalkgrad.train.fit import fit
from chalkgrad.train.record.checkpoint import Checkpoint
from chalkgrad.train.record.history import Epoch, History
from chalkgrad.train.result.result import Fit
from chalkgrad.train.run.progress import Progress
from chalkgrad.train.run.report import EpochReport
from chalkgrad.train.setup.metrics import Metric, accuracy
from chalkgrad.train.setup.schedule import Constant, Cosine, OneCycle, ReduceOnPlateau, StepDecay, WarmUp
from chalkgrad.train.setup.stopping import EarlyStopping
from chalkgrad.train.steps.replayed_step import StepInputs

__all__ = [
    "SGD", "Adam", "AdamW", "Checkpoint", "Constant", "Cosine", "EarlyStopping", "Epoch", "EpochReport",
    "Fit", "History", "Metric", "OneCycle", "Progress", "RMSprop", "ReduceOnPlateau", "StepDecay",
    "StepInputs", "WarmUp", "accuracy", "fit",
]  # fmt: skip
