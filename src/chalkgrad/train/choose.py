"""Stand-in until the choice of executors lands."""

from chalkgrad.derive import derive
from chalkgrad.lower import lower
from chalkgrad.train.executor import Executor, Setup
from chalkgrad.train.reference import ReferenceExecutor


def create_executor(setup: Setup) -> Executor:
    """Return the executor of a setup."""
    program = lower(derive(setup.network), dropout=setup.dropout, clipped=setup.clip_norm is not None)
    return ReferenceExecutor(program, setup)
