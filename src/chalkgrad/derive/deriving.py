"""The whole derivation of a network: forward equations, reverse sweep, update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import Number
from chalkgrad.derive.convention import CANONICAL, Convention
from chalkgrad.derive.derivation import Derivation, Form, Step
from chalkgrad.derive.forward import forward_equations
from chalkgrad.derive.normalised import running_steps
from chalkgrad.derive.sweep import Sweep
from chalkgrad.derive.training import PLAIN, Training, read_clip_norm, read_dropout
from chalkgrad.derive.turned import turn_errors
from chalkgrad.derive.update_rules import DESCENT, UpdateRule
from chalkgrad.derive.update_steps import update_steps
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network

_INFERENCE = Training(inference=True)


def derive(
    network: Network,
    *,
    batch: bool = True,
    convention: Convention | None = None,
    weighted: bool = False,
    dropout: Mapping[int, Number | None] | None = None,
    rule: UpdateRule | None = None,
    clip_norm: Number | None = None,
    inference: bool = False,
) -> Derivation:
    """Derive every gradient of a network by reverse differentiation of its forward equations.

    Δ_l = ∂L/∂Z_l = (∂L/∂A_l) ⊙ f′(Z_l),  ∂L/∂W_l = Δ_lᵀ A_{l−1},  ∂L/∂b_l = Δ_lᵀ 1,  ∂L/∂A_{l−1} = Δ_l W_l.

    Parameters
    ----------
    network
        The description.
    batch
        Whether the equations are for a batch of m samples as rows (default), or for one sample as a
        column.  Ignored where a convention is given.
    convention
        A notation's layout; the canonical one if left out.
    weighted
        Whether each sample has a weight: L = (1/m) Σ_i s_i Σ_j ℓ(y_ij, t_ij), with s as a column.
    dropout
        The rate after each hidden layer that has one, ``{1: 0.2}``: A_l = f_l(Z_l) ⊙ M_l with a mask M_l
        of 0 and 1/(1 − rate), after the skip has been added.  None: a mask whose rate is not known.
    rule
        An optimiser's formulas, ``optimiser.rule()``; plain descent W ← W − η ∂L/∂W if left out.
    clip_norm
        The length to which all gradients together are scaled down before the update.

    inference
        Whether batch norms take their running mean and variance in the place of the batch's.

    Returns
    -------
    Derivation

    Raises
    ------
    InputError
        A dropout rate outside [0, 1), or of a layer that is not hidden; a limit that is not above 0; a batch
        norm for a single sample that is not for inference.

    Examples
    --------
    >>> from chalkgrad import Network, derive
    >>> d = derive(Network("2-3:tanh-1:sigmoid"))
    >>> str(d.step("dZ2").expr), str(d.step("dW1").expr)
    ('1/m·(Y + -1·T)', '(dZ1ᵀ X)')
    """
    expect_network(network)
    if convention is None:
        convention = CANONICAL if batch else Convention(batch=False, samples="columns")
    plain = rule is not None and rule.assignments == (DESCENT,)
    faults: list[Fault] = []
    dropped, longest = read_dropout(network, dropout, faults), read_clip_norm(clip_norm, faults)
    if faults:
        raise InputError(faults)
    training = Training(weighted, dropped, None if plain else rule, longest, inference)
    return _derive(network, convention, training)


def derive_plainly(network: Network, *, inference: bool = False) -> Derivation:
    """The canonical derivation for a batch, with nothing beside the network; the second time it is there."""
    return _derive(network, CANONICAL, _INFERENCE if inference else PLAIN)


def derive_laid_out(network: Network, convention: Convention, *, inference: bool = False) -> Derivation:
    """The derivation in a convention; for a single sample, which has no variance, norms are in inference."""
    alone = bool(network.statistics) and not convention.batch
    return derive(network, convention=convention, inference=inference or alone)


def derive_again(derivation: Derivation, convention: Convention) -> Derivation:
    """The same training step in another convention."""
    return _derive(derivation.network, convention, derivation.training)


@lru_cache(maxsize=256)
def _derive(network: Network, convention: Convention, training: Training) -> Derivation:
    if network.statistics and not (convention.batch or training.inference):
        fix = "Ask for a batch, or for inference, which takes the running mean and variance."
        raise InputError(Fault("batch", "be true for a batch_norm", "a single sample", fix))
    equations = forward_equations(network, convention, training)
    forward = tuple(Step(eq.symbol, (Form(eq.expr, eq.rule),)) for eq in equations)
    backward = Sweep(equations, network, convention).run()
    if convention.errors == "transposed":
        backward = turn_errors(backward)
    found = Derivation(network, convention, forward[:-1], forward[-1], tuple(backward), (), training)
    updates = update_steps(found.gradients, training)
    if not training.inference:
        updates += tuple(running_steps(network, forward, convention.samples))
    return replace(found, updates=updates)
