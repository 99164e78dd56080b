"""Where do the gradients come from?  Forward equations, one chain rule per operation, the reverse sweep."""

from chalkgrad.derive.convention import CANONICAL, SINGLE, Convention
from chalkgrad.derive.derivation import RULE_NAMES, Derivation, Form, Step
from chalkgrad.derive.sweep import ETA, derive, derive_again, grad
from chalkgrad.derive.training import Training

__all__ = [
    "CANONICAL",
    "ETA",
    "RULE_NAMES",
    "SINGLE",
    "Convention",
    "Derivation",
    "Form",
    "Step",
    "Training",
    "derive",
    "derive_again",
    "grad",
]
