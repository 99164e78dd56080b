"""How does it learn?  Gradient descent on the derived equations."""

from chalkgrad.train.checkpoint import Checkpoint
from chalkgrad.train.explain import StepInputs
from chalkgrad.train.fit import fit
from chalkgrad.train.history import Epoch, History
from chalkgrad.train.metrics import Metric, accuracy
from chalkgrad.train.optimisers import SGD, Adam, AdamW, RMSprop
from chalkgrad.train.progress import Progress
from chalkgrad.train.report import EpochReport
from chalkgrad.train.result import Fit
from chalkgrad.train.schedule import Constant, Cosine, OneCycle, ReduceOnPlateau, StepDecay, WarmUp
from chalkgrad.train.stopping import EarlyStopping

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Checkpoint",
    "Constant",
    "Cosine",
    "EarlyStopping",
    "Epoch",
    "EpochReport",
    "Fit",
    "History",
    "Metric",
    "OneCycle",
    "Progress",
    "RMSprop",
    "ReduceOnPlateau",
    "StepDecay",
    "StepInputs",
    "WarmUp",
    "accuracy",
    "fit",
]
