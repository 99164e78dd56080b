"""Who runs the steps: the native core where it can, its twin in NumPy, or the equations themselves."""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Callable
from functools import lru_cache

from chalkgrad._errors import ChalkgradWarning, Fault, InputError, UnsupportedError, did_you_mean
from chalkgrad.lower import Program, lower
from chalkgrad.network import Network
from chalkgrad.train.executors.evaluator import EvaluatorExecutor
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.reference import ReferenceExecutor
from chalkgrad.train.setup.work import Setup

CHOICE = "CHALKGRAD_EXECUTOR"
NAMES = ("native", "reference", "evaluator")


def create_executor(setup: Setup, *, tells: bool = True) -> Executor:
    """The fastest executor that can train a network.

    The native core where it is installed, else NumPy with one warning; a network with a step that no kernel
    carries out is trained by evaluating its equations, with one warning.  The environment variable
    ``CHALKGRAD_EXECUTOR`` (native, reference or evaluator) decides otherwise.  Where nothing is trained, or
    it was told before, there is no warning: ``tells=False``.

    Raises
    ------
    InputError
        If the environment variable names no executor, or the rates of dropout do not fit the network.
    UnsupportedError
        If the environment variable asks for what cannot run this network here.
    """
    wanted = _wanted()
    if wanted == "evaluator":
        return EvaluatorExecutor(setup)
    try:
        program = _program(setup.network, setup.dropout, setup.clip_norm is not None)
    except UnsupportedError as error:
        if wanted:
            raise
        if tells:
            _warn(f"training runs on the equations themselves, in NumPy, which is slow: {error}")
        return EvaluatorExecutor(setup)
    if wanted == "reference":
        return ReferenceExecutor(program, setup)
    try:
        return native()(program, setup)
    except UnsupportedError as error:
        if wanted:
            raise
        if tells:
            _warn(f"training runs in NumPy, which is slow: {error}")
        return ReferenceExecutor(program, setup)


@lru_cache(maxsize=64)
def _program(network: Network, dropout: tuple[float, ...], clipped: bool) -> Program:
    """Its program is pure data: short trainings of one network need not lower it again."""
    return lower(network, dropout=dropout, clipped=clipped)


def native() -> Callable[[Program, Setup], Executor]:
    """The native executor's constructor.

    Raises
    ------
    UnsupportedError
        If the native core is not installed.
    """
    try:
        found: Callable[[Program, Setup], Executor]
        found = importlib.import_module("chalkgrad.train.executors.native").NativeExecutor
    except ImportError as error:
        raise UnsupportedError(
            "the native core is not installed. Install chalkgrad from a wheel, "
            "or install it again where there is a C++20 compiler."
        ) from error
    return found


def _wanted() -> str:
    wanted = os.environ.get(CHOICE, "")
    if wanted and wanted not in NAMES:
        fix = did_you_mean(wanted, NAMES) or "Remove it from the environment."
        raise InputError(Fault(CHOICE, f"be one of {', '.join(NAMES)}", repr(wanted), fix))
    return wanted


def _warn(text: str) -> None:
    warnings.warn(text, ChalkgradWarning, stacklevel=3)
