"""What is a trained network, and how is it kept?  One file: weights, preparation, classes, history."""

from chalkgrad.model.evaluation import ClassEvaluation, ClassScore, NumberEvaluation
from chalkgrad.model.model import Model, load_model

__all__ = ["ClassEvaluation", "ClassScore", "Model", "NumberEvaluation", "load_model"]
