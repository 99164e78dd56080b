"""A problem: a network with its numbers, and its file."""

from chalkgrad.problem.drawn import draw_problem
from chalkgrad.problem.key import Answer, KeyEntry
from chalkgrad.problem.model import Problem, dump_problem, load_problem
from chalkgrad.problem.template import commented

__all__ = ["Answer", "KeyEntry", "Problem", "commented", "draw_problem", "dump_problem", "load_problem"]
