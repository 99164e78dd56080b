"""The mistakes that people make: every kind by its rule, and the mutants of a step.

A kind rewrites the right side of one step of the derivation:

    ∂L/∂A_l = Δ_{l+1} W_{l+1}     W transposed, omitted, of another layer, already updated; Δ of another layer
    Δ_l = ∂L/∂A_l ⊙ f′(Z_l)       f′ missing, twice, of another function, at another place, garbled
    Δ_L = ∂L/∂Y ⊙ f′(Z_L)         the loss's derivative, the link y − t, the softmax Jacobian
    ∂L/∂W_l = Δ_lᵀ A_{l−1}        another activation, another error, one sample only, the product turned
    ∂L/∂b_l = Δ_lᵀ 1              the sum over something else
    ∂L/∂U_l                       of a norm: no way through μ or v, no γ, a mean along the wrong axis

A constant factor may stand before any of them, and a multiple of the parameter (a penalty) beside it: the
search finds both by itself.
"""

from __future__ import annotations

from dataclasses import replace

from chalkgrad.derive import Derivation
from chalkgrad.diagnose.mistakes.batch_kinds import BATCH, RUNS
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site
from chalkgrad.diagnose.mistakes.head_kinds import HEADS
from chalkgrad.diagnose.mistakes.kinds import MistakeKind
from chalkgrad.diagnose.mistakes.matrix_kinds import MATRICES
from chalkgrad.diagnose.mistakes.norm_kinds import NORMS
from chalkgrad.diagnose.mistakes.scale_kinds import FACTORS, PENALTIES
from chalkgrad.diagnose.mistakes.slope_kinds import SLOPES
from chalkgrad.diagnose.mistakes.statement import Statement
from chalkgrad.diagnose.mistakes.wording import Wording
from chalkgrad.network import Network

KINDS: dict[str, MistakeKind] = {
    kind.rule: replace(kind, rank=rank)
    for rank, kind in enumerate((*FACTORS, *PENALTIES, *SLOPES, *HEADS, *MATRICES, *NORMS, *BATCH, *RUNS))
}
"""Rule → kind, the commoner first."""


def title(rule: str) -> str:
    """A rule in words, in the letters of a blackboard."""
    return KINDS[rule].title.format(Y="y", T="t")


def why(rule: str) -> str:
    """Why the derivation has it otherwise, in the letters of a blackboard."""
    return KINDS[rule].why.format(Y="y", T="t")


def title_in(rule: str, network: Network) -> Statement:
    """A rule in the symbols of a network."""
    return Wording(network).fill(KINDS[rule].title)


def why_in(rule: str, network: Network) -> Statement:
    """Why the derivation has it otherwise, in the symbols of a network."""
    return Wording(network).fill(KINDS[rule].why)


def mutants(derivation: Derivation, name: str) -> list[Mutant]:
    """All mutants of one step of a canonical derivation, by the step's name.

    Examples
    --------
    >>> from chalkgrad import Network, derive
    >>> first = mutants(derive(Network("3-2:tanh-1:sigmoid")), "dZ1")[0]
    >>> first.rule, str(first.expr)
    ('derivative-missing', 'dA1')
    """
    site = Site(derivation, derivation.step(name))
    return [
        replace(mutant, rule=kind.rule)
        for kind in KINDS.values()
        if site.kind in kind.makers
        for mutant in kind.makers[site.kind](site)
    ]
