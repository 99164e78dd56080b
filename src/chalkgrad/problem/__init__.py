"""A problem: a network with its numbers, and its file."""

from chalkgrad.problem.key import Answer, KeyEntry
from chalkgrad.problem.model import Problem, dump_problem, load_problem

__all__ = ["Answer", "KeyEntry", "Problem", "dump_problem", "load_problem"]
