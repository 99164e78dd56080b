"""How good is a whole class's code?  Everybody's code diagnosed, scored and summed up."""

from chalkgrad.grade.grading import Grading, read_grading
from chalkgrad.grade.result import ClassGrades, Graded
from chalkgrad.grade.run import grade
from chalkgrad.grade.submissions import Submission, find_submissions

__all__ = ["ClassGrades", "Graded", "Grading", "Submission", "find_submissions", "grade", "read_grading"]
