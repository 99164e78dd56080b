"""Where do the gradients come from?  Forward equations, one chain rule per operation, the reverse sweep."""

from chalkgrad.derive.convention import CANONICAL, SINGLE, Convention
from chalkgrad.derive.derivation import RULE_NAMES, Derivation, Form, Step
from chalkgrad.derive.deriving import derive, derive_again, derive_laid_out, derive_plainly
from chalkgrad.derive.sweep import grad
from chalkgrad.derive.training import Training
from chalkgrad.derive.update_rules import UpdateRule
from chalkgrad.derive.update_steps import ETA, UPDATE_NUMBER

__all__ = [
    "CANONICAL", "ETA", "RULE_NAMES", "SINGLE", "UPDATE_NUMBER", "Convention", "Derivation", "Form", "Step",
    "Training", "UpdateRule", "derive", "derive_again", "derive_laid_out", "derive_plainly", "grad",
]  # fmt: skip
