"""What happened, in words: the template of a kind of mistake with the quantities of its place put in.

A field of a template is a canonical name (``{W3}``, ``{W3.T}`` turned), a function at a quantity
(``{tanh′:Z2}``, f the layer's own: ``{f′:z}``), a quantity beside the place (``{z}``, ``{a_below}``,
``{W_above}``) or a word that follows the number of places (``{was}``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from string import Formatter

from chalkgrad.diagnose.mistakes.kinds import MistakeKind
from chalkgrad.diagnose.mistakes.statement import Part, Statement, listed, quantities, short
from chalkgrad.expr import Apply, Expr, Symbol, Transpose
from chalkgrad.formula import ACTIVATIONS, ElementwiseFunction
from chalkgrad.network import Layer, Network

PLURAL = {"was": "were", "has": "have", "is": "are", "lacks": "lack", "holds": "hold"}
BESIDE = {
    "z": ("Z", 0, "z"), "a": ("A", 0, "a"), "delta": ("dZ", 0, "δ"), "da": ("dA", 0, "∂L/∂a"),
    "dW": ("dW", 0, "∂L/∂W"), "z_below": ("Z", -1, "z"), "a_below": ("A", -1, "a"), "W_above": ("W", 1, "W"),
    "linear": ("U", 0, "u"), "centre": ("mu", 0, "μ"), "variance": ("var", 0, "v"), "root": ("r", 0, "r"),
    "normalised": ("N", 0, "û"), "gain": ("gamma", 0, "γ"),
}  # fmt: skip
"""Beside a step of layer l: the letter, in which layer from there, and how it is called without a layer."""


@dataclass(frozen=True)
class Wording:
    """What can be put into the templates for a mistake in some steps of a network."""

    network: Network
    sites: Sequence[Symbol] = ()
    detail: str = ""

    def sentence(self, kind: MistakeKind) -> Statement:
        """What happened, without a full stop: ``δ₁ was formed without ⊙ relu′(z₁)``."""
        return self.fill(kind.sentence or f"{{what}}: {kind.title}")

    def fill(self, template: str) -> Statement:
        """A template with its fields put in."""
        told: list[Part] = []
        for words, name, at, _ in Formatter().parse(template):
            told += [words] if words else []
            told += [] if name is None else self._called(name, at) if at else self._field(name)
        return tuple(told)

    @cached_property
    def layer(self) -> int | None:
        """The layer of all the steps; None where they are of several."""
        layers = {site.layer for site in self.sites}
        return layers.pop() if len(layers) == 1 else None

    def _field(self, name: str) -> Statement:
        if name in PLURAL:
            return (name if len(self.sites) == 1 else PLURAL[name],)
        if name == "what":
            return listed(self.sites, last=" and ")
        if name == "detail":
            return self.fill(self.detail)
        if name == "loss":
            return (self.network.loss.loss_function.words,)
        if name == "activation":
            return (self._activation,)
        if name == "f′":
            return (self._jacobian or f"{self._shown}′",)
        return (self._quantity(name),)

    @property
    def _layers(self) -> list[Layer]:
        return [self.network.layers[layer - 1] for layer in sorted({site.layer for site in self.sites})]

    @property
    def _activation(self) -> str:
        """What the steps' layers have for f; a letter where it is not one function."""
        names = {layer.activation.name for layer in self._layers}
        return names.pop() if len(names) == 1 else "f"

    @property
    def _shown(self) -> str:
        return short(self._activation)

    @property
    def _jacobian(self) -> str:
        """What stands for f′ of a layer that is not elementwise."""
        return "the softmax Jacobian" if all(layer.is_softmax for layer in self._layers) else ""

    def _quantity(self, name: str) -> Part:
        if name in BESIDE:
            letter, away, alone = BESIDE[name]
            if self.layer is None:
                return alone
            name = f"{letter}{self.layer + away}"
        name, _, turned = name.partition(".")
        symbol = quantities(self.network)[name]
        return Transpose(symbol) if turned else symbol

    def _called(self, name: str, at: str) -> Statement:
        """A function, or with a ′ its derivative, at a quantity."""
        argument, plain = self._quantity(at), name.removesuffix("′")
        is_own = plain == "f"
        layer = argument.layer if isinstance(argument, Symbol) else self.layer
        if is_own and (self.network.layers[layer - 1].is_softmax if layer else self._jacobian):
            return ("the softmax Jacobian",)
        function = _function(self.network, plain, layer)
        if function is not None and isinstance(argument, Expr):
            return (Apply(function, (argument,), None if plain == name else function.variables[0]),)
        shown = self._shown if is_own else plain
        return (f"{shown}{'' if plain == name else '′'}(", argument, ")")


def _function(network: Network, name: str, layer: int | None) -> ElementwiseFunction | None:
    """The activation of a name: the layer's own (f), or a built-in one."""
    described = network.layers[layer - 1] if layer else None
    if described is not None and not described.is_softmax and name in ("f", described.function.name):
        return described.function
    return ACTIVATIONS.get(name)
