"""What a mistake is, in one sentence: the quantity in the letters of the blackboard, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

from chalkgrad.diagnose.mistakes.titles import TITLES
from chalkgrad.expr import Expr, describe
from chalkgrad.network import Network

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def sub(number: int) -> str:
    """A subscript."""
    return str(number).translate(_SUBSCRIPTS)


def quantity(name: str) -> str:
    """A canonical name as written on a blackboard: ``dZ1`` is δ₁, ``dA1`` is ∂L/∂a₁, ``A2`` is a₂.

    >>> [quantity(name) for name in ("dZ2", "dW1", "dA1", "dY", "Z3", "X")]
    ['δ₂', '∂L/∂W₁', '∂L/∂a₁', '∂L/∂y', 'z₃', 'x']
    """
    match = re.fullmatch(r"(d?)([A-Za-z]+)(\d*)", name)
    if match is None:
        return name
    derivative, letter, number = match.groups()
    index = sub(int(number)) if number else ""
    if derivative and letter == "Z":
        return f"δ{index}"
    small = letter if letter in ("W", "b") else letter.lower()
    return f"∂L/∂{small}{index}" if derivative else f"{small}{index}"


def show(expr: Expr) -> str:
    """An expression in Unicode: ``(δ₂ W₂) ⊙ relu′(z₁)``; samples are rows."""
    text = describe(expr)
    text = re.sub(r"\b(d?[WbZAXYT]\d*)(?=\W|$|ᵀ)", lambda m: quantity(m[1]), text)
    text = re.sub(r"1\(m × 1\)", "1", text)
    text = re.sub(r"1\([^()]*\)", "1", text)
    text = text.replace(" + -1·", " − ").replace("-1·", "−").replace("·(", " (").replace("·", " ")
    text = re.sub(r"\+ -(\d)", r"− \1", text)
    if text.startswith("(") and _closes_at_end(text):
        text = text[1:-1]
    return text.replace("lambda", "λ").replace("eta", "η").replace("sigmoid", "σ")


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def slope_name(network: Network, layer: int) -> str:
    """The derivative of a layer's activation: ``relu′``, ``σ′``."""
    described = network.layers[layer - 1]
    if described.is_softmax:
        return "the softmax Jacobian"
    name = described.activation.name
    return f"{ {'sigmoid': 'σ', 'formula': 'f'}.get(name, name) }′".replace(" ", "")


def sentence(rule: str, detail: str, step: str, network: Network, sites: tuple[str, ...]) -> str:
    """What happened, without a full stop: ``δ₁ was formed without relu′(z₁)``."""
    layer = int(re.sub(r"\D", "", step) or network.depth)
    what = " and ".join(quantity(site) for site in sites) if len(sites) < 3 else _many(sites)
    told = _SAID.get(rule)
    if told is None:
        return f"{what}: {TITLES[rule]}" + (f" ({detail})" if detail else "")
    text = told(what, detail, layer, network)
    if len({re.sub(r"\D", "", site) for site in sites}) > 1 and text.startswith(what):
        text = what + re.sub("[₀-₉]+", "", text.removeprefix(what))  # of no layer in particular
    if len(sites) == 1 or not text.startswith(what):
        return text
    rest = text.removeprefix(what)
    return what + re.sub(r"^( |: the step )(was|has|is|lacks|holds)\b", lambda m: m[1] + _PLURAL[m[2]], rest)


_PLURAL = {"was": "were", "has": "have", "is": "are", "lacks": "lack", "holds": "hold"}


def _many(sites: tuple[str, ...]) -> str:
    return f"{', '.join(quantity(site) for site in sites[:-1])} and {quantity(sites[-1])}"


Said = Callable[[str, str, int, Network], str]


def _loss_words(network: Network) -> str:
    return network.loss.name.replace("_", " ")


def _link(w: str, d: str, l: int, n: Network) -> str:
    if d == "y − t":
        return (
            f"{w} was formed as y − t, the error of another loss; with {_loss_words(n)} it needs {_f(n, l)}"
        )
    return f"{w} was formed without {_f(n, l)}: it is still ∂L/∂y"


def _f(network: Network, layer: int) -> str:
    name = slope_name(network, layer)
    return name if " " in name else f"{name}(z{sub(layer)})"


def _own(network: Network, layer: int) -> str:
    return slope_name(network, layer).rstrip("′")


_SAID: dict[str, Said] = {
    "batch-mean-missing": lambda w, d, l, n: f"{w} was not divided by the number of samples m",
    "batch-mean-twice": lambda w, d, l, n: f"{w} was divided by the number of samples m once too often",
    "two-missing": lambda w, d, l, n: f"{w} is half of what it should be: a factor of 2 is missing",
    "two-extra": lambda w, d, l, n: f"{w} is twice what it should be: a factor of 2 too many",
    "output-mean-missing": lambda w, d, l, n: (
        f"{w} was not divided by the number of outputs, of which the loss is a mean"
    ),
    "output-mean-extra": lambda w, d, l, n: (
        f"{w} was divided by the number of outputs, but the loss is a sum over them"
    ),
    "sign": lambda w, d, l, n: f"{w} has the opposite sign",
    "learning-rate-inside": lambda w, d, l, n: f"{w} is multiplied by the learning rate already",
    "learning-rate-missing": lambda w, d, l, n: f"{w}: the step is not multiplied by the learning rate",
    "factor-other": lambda w, d, l, n: f"{w} is exactly {d} times what it should be",
    "zero": lambda w, d, l, n: f"{w} is zero everywhere",
    "penalty-missing": lambda w, d, l, n: f"{w} lacks the penalty's part 2λW",
    "penalty-doubled": lambda w, d, l, n: f"{w} has the penalty's part 2λW twice",
    "penalty-sign": lambda w, d, l, n: f"{w} has the penalty's part with the wrong sign: −2λW",
    "penalty-factor": lambda w, d, l, n: f"{w} has {d} of the penalty's part 2λW",
    "penalty-on-bias": lambda w, d, l, n: f"{w} has a penalty of {d} b; the loss penalises weights only",
    "penalty-extra": lambda w, d, l, n: f"{w} has a penalty of {d} times the parameter; the loss has none",
    "derivative-missing": lambda w, d, l, n: f"{w} was formed without ⊙ {_f(n, l)}",
    "derivative-twice": lambda w, d, l, n: f"{w} was multiplied by {_f(n, l)} twice",
    "derivative-of-another": lambda w, d, l, n: (
        f"{w} was formed with the derivative of {d.replace(' through a', '')}"
        + (f", taken from the value a{sub(l)}" if "through" in d else "")
        + (", but the activation is " + n.layers[l - 1].activation.name)
    ),
    "derivative-at-activation": lambda w, d, l, n: (
        f"{w} was formed with {slope_name(n, l)}(a{sub(l)}): the derivative is taken at a{sub(l)}, "
        f"the activation, not at z{sub(l)}"
    ),
    "derivative-at-error": lambda w, d, l, n: (
        f"{w} was formed with {slope_name(n, l)} of the propagated error ∂L/∂a{sub(l)}, not of z{sub(l)}"
    ),
    "derivative-at-other-layer": lambda w, d, l, n: (
        f"{w} was formed with {slope_name(n, l)} at {quantity(d)}, which belongs to another layer"
    ),
    "derivative-wrong-branch": lambda w, d, l, n: f"{w} was formed with a wrong branch of {_f(n, l)}: {d}",
    "derivative-is-function": lambda w, d, l, n: (
        f"{w} was formed with {_is_function(d, n, l)} where {_f(n, l)} belongs"
    ),
    "derivative-formula": lambda w, d, l, n: f"{w} was formed with {d} where {_f(n, l)} belongs",
    "error-omitted": lambda w, d, l, n: (
        f"{w} is {_f(n, l)} alone: the error ∂L/∂a{sub(l)} from above was not multiplied in"
    ),
    "head-derivative-missing": _link,
    "head-derivative-on-top": lambda w, d, l, n: (
        f"{w} is y − t already, and was multiplied by {_head(d, n, l)} on top of it"
    ),
    "softmax-diagonal": lambda w, d, l, n: (
        f"{w} was formed with the diagonal y(1 − y) of the softmax Jacobian only; "
        "every output depends on every z"
        if not d
        else f"{w} was formed with part of the softmax Jacobian: {d}"
    ),
    "wrong-loss": lambda w, d, l, n: (
        f"{w} is the error of {d.replace('_', ' ')}, but the loss is {_loss_words(n)}"
    ),
    "output-error-formula": lambda w, d, l, n: f"{w} was formed from {d}",
    "transpose-weight": lambda w, d, l, n: (
        f"{w} was propagated through W{sub(l + 1)} transposed the wrong way"
    ),
    "transpose-product": lambda w, d, l, n: f"{w} is the product the wrong way round",
    "hadamard-for-matmul": lambda w, d, l, n: (
        f"{w} was formed with an entry-by-entry product where a matrix product belongs"
    ),
    "matmul-for-hadamard": lambda w, d, l, n: (
        f"{w} was formed with a matrix product where an entry-by-entry product belongs"
    ),
    "wrong-activation": lambda w, d, l, n: (
        f"{w} was formed with {quantity(d)} instead of {'x' if l == 1 else f'a{sub(l - 1)}'}"
    ),
    "pre-activation-for-activation": lambda w, d, l, n: (
        f"{w} was formed with z{sub(l - 1)} instead of a{sub(l - 1)}"
    ),
    "wrong-weights": lambda w, d, l, n: f"{w} was propagated through {quantity(d)}, not W{sub(l + 1)}",
    "weights-omitted": lambda w, d, l, n: f"{w} was formed without the weights W{sub(l + 1)}",
    "updated-weights": lambda w, d, l, n: (
        f"{w} was propagated through W{sub(l + 1)} after its update; the gradient is that of the old weights"
    ),
    "wrong-error": lambda w, d, l, n: f"{w} was formed from {quantity(d)}, which belongs to another place",
    "error-of-activation": lambda w, d, l, n: (
        f"{w} was formed from {quantity(d)}, the error before "
        f"{slope_name(n, int(re.sub(r'[^0-9]', '', d) or l))}, instead of {quantity('dZ' + d[2:])}"
    ),
    "skip-path-missing": lambda w, d, l, n: f"{w} lacks a path: the skip connection's, or the layer's",
    "batch-sum-missing": lambda w, d, l, n: f"{w} was not summed over the samples",
    "batch-sum-axis": lambda w, d, l, n: (
        f"{w} was summed along the wrong axis, over units instead of samples"
    ),
    "batch-sum-everything": lambda w, d, l, n: (
        f"{w} was summed over everything; each unit has a sum of its own over the samples"
    ),
    "one-sample-only": lambda w, d, l, n: f"{w} holds {d} of the batch only",
    "bias-from-weights": lambda w, d, l, n: f"{w} was formed from ∂L/∂W{sub(l)} instead of δ{sub(l)}",
    "broadcasting": lambda w, d, l, n: f"{w}: {d}",
    "integers": lambda w, d, l, n: (
        f"{w} was divided by m with //, and 1 // m is 0"
        if "//" in d
        else f"{w} was {d.replace(' before the mean', '')} to whole numbers"
    ),
}
"""Rule → the sentence from (quantities, detail, layer, network)."""


def _is_function(detail: str, network: Network, layer: int) -> str:
    own = _own(network, layer)
    return {"f(z)": f"{own}(z{sub(layer)}) itself", "z": f"z{sub(layer)}"}.get(
        detail, f"{own}(a{sub(layer)})"
    )


def _head(detail: str, network: Network, layer: int) -> str:
    if detail == "softmax":
        return "the softmax Jacobian"
    if detail in ("y", "1 − y", "z(1 − z)"):
        return detail
    name = detail.replace(" through y", "").replace(" at y", "")
    at = "y" if detail.endswith(" y") else f"z{sub(layer)}"
    return f"{'σ' if name == 'sigmoid' else name}′({at})"
