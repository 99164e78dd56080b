"""What a derivation is: steps, each with its reason and its premises.  Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalkgrad._pages import Page, Written, made, page_of
from chalkgrad.derive.convention import Convention
from chalkgrad.derive.training import PLAIN, Training
from chalkgrad.expr import Expr, Shape, Symbol, symbols
from chalkgrad.network import Network


@dataclass(frozen=True)
class Form:
    """One of several equal ways to write a step's right side, and the rule that led to it."""

    expr: Expr
    rule: str

    def __repr__(self) -> str:
        return f"<Form {_brief(self.expr)}: {self.rule}>"


@dataclass(frozen=True)
class Step:
    """``symbol = expr``, with the chain of equal forms that leads to it.

    Parameters
    ----------
    symbol
        What is defined: Z1, Y, L, dZ2, dW1, W1_new …
    forms
        The chain of equalities as a teacher writes it; all have the same value.
    chosen
        Which form is evaluated.
    through
        The symbols whose defining equations the chain rule went through (empty for forward steps).
    """

    symbol: Symbol
    forms: tuple[Form, ...]
    chosen: int = 0
    through: tuple[Symbol, ...] = ()

    def __repr__(self) -> str:
        return f"<Step {self.name} = {_brief(self.expr)}: {self.rule}>"

    def __str__(self) -> str:
        left = [self.name, *[" " * len(self.name)] * (len(self.forms) - 1)]
        return "\n".join(
            f"{name} = {form.expr}  ({RULE_NAMES.get(form.rule, form.rule)})"
            for name, form in zip(left, self.forms, strict=True)
        )

    @property
    def expr(self) -> Expr:
        """The form that is evaluated."""
        return self.forms[self.chosen].expr

    @property
    def rule(self) -> str:
        """The rule of the evaluated form, one of ``RULE_NAMES``."""
        return self.forms[self.chosen].rule

    @property
    def shape(self) -> Shape:
        """The shape of the symbol."""
        return self.symbol.shape

    @property
    def premises(self) -> tuple[Symbol, ...]:
        """The symbols that must be known first."""
        return symbols(self.expr)

    @property
    def name(self) -> str:
        """The canonical name, e.g. ``dZ2``."""
        return self.symbol.name


def _brief(expr: Expr, most: int = 80) -> str:
    """The equation in canonical names, cut where it is long."""
    text = str(expr)
    return text if len(text) <= most else f"{text[: most - 1]}…"


RULE_NAMES: dict[str, str] = {
    "linear": "weighted sum of the inputs",
    "norm-mean": "their mean",
    "norm-variance": "their variance, the mean of the squared distances from it",
    "norm-root": "one over the standard deviation; ε keeps it finite",
    "normalise": "to mean 0 and variance 1",
    "running-statistic": "what is remembered for inference",
    "scale-and-shift": "scaled and shifted, unit by unit",
    "activation": "activation of each unit",
    "as-it-is": "the identity: the sum as it is",
    "residual": "activation of each unit, plus the input that skips ahead",
    "dropout": "activation of each unit, kept or dropped by the mask",
    "loss": "loss",
    "differentiate-loss": "derivative of the loss by the prediction",
    "formula": "simplified",
    "chain": "chain rule",
    "sum-of-paths": "chain rule, one term for each way",
    "insert": "insert what is already known",
    "value-form": "the derivative through the function’s value",
    "identity": "the derivative of the identity is 1",
    "softmax-jacobian": "chain rule through softmax, whose derivative is diag(ŷ) − ŷŷᵀ",
    "targets-sum-to-one": "the targets of a sample sum to one: the canonical link",
    "canonical-link": "the prediction error: the canonical link",
    "cancel": "common factors cancel",
    "transpose-layout": "the same, in this notation's layout",
    "batch-mean": "mean over the batch",
    "update": "a step down the gradient",
    "gradient-norm": "the length of all gradients together",
    "clip-factor": "so much of it is kept",
    "clip": "the gradient, no longer than allowed",
    "weight-decay": "the gradient, and a pull towards 0",
    "clip-and-decay": "the gradient, no longer than allowed, and a pull towards 0",
    "velocity": "momentum: what is left of the steps before, and the gradient",
    "momentum-update": "a step along the momentum",
    "look-ahead-update": "a step along the gradient and the momentum that it leads to",
    "running-mean": "running mean of the gradients",
    "running-square": "running mean of their squares",
    "root-mean-square-update": "a step down the gradient, in units of its usual size",
    "adaptive-update": "a step along the mean gradient, in units of its usual size",
}


@dataclass(frozen=True, eq=False)
class Derivation(Written):
    """Forward equations, loss, reverse sweep and update of a network, in one convention.

    ``print`` shows it as text, a notebook as mathematics; ``page``, ``text``, ``latex``, ``html``,
    ``markdown``, ``typst`` and ``save`` write it in any notation.

    Attributes
    ----------
    forward
        Z1, A1, …, Y.
    loss
        L.
    backward
        dY, dZ_L, dW_L, db_L, dA_{L−1}, … in the order of the sweep.
    updates
        W_l ← W_l − η dW_l and the like.
    training
        Whether there are sample weights and dropout masks, and by which rule the update is made.
    """

    network: Network
    convention: Convention
    forward: tuple[Step, ...]
    loss: Step
    backward: tuple[Step, ...]
    updates: tuple[Step, ...]
    training: Training = PLAIN

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Everything, in order."""
        return (*self.forward, self.loss, *self.backward, *self.updates)

    @cached_property
    def gradients(self) -> tuple[Step, ...]:
        """The steps of the parameters' gradients, in order of the parameters W1, b1, W2, …"""
        found = {s.symbol.of.name: s for s in self.backward if s.symbol.of is not None}
        return tuple(found[parameter.name] for parameter in self.network.parameters())

    def __repr__(self) -> str:
        names = [step.name for step in self.backward[:9]]
        return f"<Derivation of {self.network!r}: {', '.join(names[:8])}{', …' if names[8:] else ''}>"

    def __str__(self) -> str:
        return str(self.page())

    def page(
        self,
        notation: Any = None,
        *,
        batch: bool | None = None,
        zoom: str | None = None,
        transposes: bool = False,
    ) -> Page:
        """Return the derivation as a page, each line with its reason.

        Parameters
        ----------
        notation
            A built-in notation's name, a TOML file, or a ``Notation``; matrix if left out.
        batch
            For a batch of m samples, or for a single sample; as it was derived if left out.
        zoom
            ``matrix`` or ``index``; the notation's own if left out.
        transposes
            Whether to show, for each gradient, where its transposes come from.

        Raises
        ------
        InputError
            There is no such notation.

        Examples
        --------
        >>> from chalkgrad import Network, derive
        >>> print(derive(Network("2-1:sigmoid")).page("bishop", batch=False).only("Loss"))
          E = −t log(y) − (1 − t) log(1 − y)   loss
        """
        return page_of(self, notation, batch=batch, zoom=zoom, transposes=transposes)

    def _repr_latex_(self) -> str:
        shown: str = made("Derivation.latex", self)
        return shown

    def step(self, name: str) -> Step:
        """Find a step by its canonical name (``dW1``, ``Z2``, ``L``).

        Raises
        ------
        KeyError
            No step has that name.
        """
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(f"no step {name!r}; there are {', '.join(s.name for s in self.steps)}")
