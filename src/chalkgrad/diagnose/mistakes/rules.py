"""The mistakes that people make, one rule each, by the step in which they make them.

A rule rewrites the right side of one step of the derivation:

    ∂L/∂A_l = Δ_{l+1} W_{l+1}     W transposed, omitted, of another layer, already updated; Δ of another layer
    Δ_l = ∂L/∂A_l ⊙ f′(Z_l)       f′ missing, twice, of another function, at another place, garbled
    Δ_L = ∂L/∂Y ⊙ f′(Z_L)         the loss's derivative, the link y − t, the softmax Jacobian
    ∂L/∂W_l = Δ_lᵀ A_{l−1}        another activation, another error, one sample only, the product turned
    ∂L/∂b_l = Δ_lᵀ 1              the sum over something else

A constant factor may stand before any of them, and a multiple of the parameter (a penalty) beside it: the
search finds both by itself, so no rule says them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chalkgrad.derive import Derivation
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site, times
from chalkgrad.diagnose.mistakes.head_rules import head_mutants
from chalkgrad.diagnose.mistakes.matrix_rules import (
    activation_mutants,
    bias_mutants,
    integer_mutants,
    weight_mutants,
)
from chalkgrad.diagnose.mistakes.slope_rules import slope_mutants


def error_mutants(site: Site) -> Iterator[Mutant]:
    """Wrong Δ_l, of a hidden layer or of the output."""
    if site.is_last:
        yield from head_mutants(site)
    else:
        yield from slope_mutants(site, site.da(site.layer))
        for k in range(site.layer + 1, site.network.depth):
            other = site.like(site.da(k))
            if other is not None and site.function(site.layer) is not None:
                yield Mutant("wrong-error", f"dA{k}", times(other, site.slope(site.layer)))


MAKERS: dict[str, Callable[[Site], Iterator[Mutant]]] = {
    "error": error_mutants,
    "activation": activation_mutants,
    "weight": weight_mutants,
    "bias": bias_mutants,
}
"""Kind of step → its mutants, the commonest rule first."""


def mutants(derivation: Derivation, name: str) -> list[Mutant]:
    """All mutants of one step of a canonical derivation, by the step's name.

    Examples
    --------
    >>> from chalkgrad import Network, derive
    >>> from chalkgrad.expr import describe
    >>> first = mutants(derive(Network("3-2:tanh-1:sigmoid")), "dZ1")[0]
    >>> first.rule, describe(first.expr)
    ('derivative-missing', 'dA1')
    """
    site = Site(derivation, derivation.step(name))
    if site.kind == "activation" and site.is_last:
        return []  # ∂L/∂Y is judged within Δ_L
    return [*MAKERS[site.kind](site), *integer_mutants(site)]
