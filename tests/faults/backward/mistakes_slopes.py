"""Mistakes in derivatives: of the hidden activations, of the last one, of the loss."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.backward.functions import SLOPES, SOFTMAX_JACOBIAN, Z_FORM
from tests.faults.backward.mistakes import Planted, _top, _w, _z, at, head_steps, with_one
from tests.faults.backward.mistakes import _b as _bias
from tests.faults.backward.plan import Plan

_SIGMOID_Z = Z_FORM["sigmoid"]
_MASK = "do:{d} = np.array({e}, copy=True)|{d}[%s] = 0"

OF_ANOTHER: dict[str, tuple[str, ...]] = {
    "relu": ("(1 - {a}**2)", "{a} * (1 - {a})", _SIGMOID_Z, "np.where({z} > 0, 1, 0.01)"),
    "leaky_relu": ("({z} > 0)", "(1 - np.tanh({z})**2)"),
    "tanh": ("{a} * (1 - {a})", "({z} > 0)", _SIGMOID_Z),
    "sigmoid": ("(1 - {a}**2)", "(1 - np.tanh({z})**2)", "({z} > 0)"),
    "softplus": ("({z} > 0)", _SIGMOID_Z),
}
WRONG_BRANCH: dict[str, tuple[str, ...]] = {
    "relu": ("({z} < 0)", "np.where({z} > 0, 0, 1)", _MASK % "{z} > 0"),
    "leaky_relu": ("np.where({z} > 0, 0.01, 1)", "np.where({z} < 0, 1, 0.01)"),
}
THE_FUNCTION: dict[str, tuple[str, ...]] = {
    "relu": ("{a}", "np.maximum(0, {z})"),
    "leaky_relu": ("np.where({z} > 0, {z}, 0.01 * {z})",),
    "tanh": ("{a}", "np.tanh({z})"),
    "sigmoid": ("{a}", "sigmoid({z})"),
    "softplus": ("{a}", "np.log(1 + np.exp({z}))"),
}
GARBLED: dict[str, tuple[str, ...]] = {
    "relu": ("np.where({z} > 0, 1, -1)", "({z} > 1)"),
    "leaky_relu": ("np.where({z} > 0, 1, -0.01)", "np.where({z} > 0, 1, 0.1)"),
    "tanh": ("(1 - {a})", "(1 + {a}**2)", "(1 - {a})**2", "(1 - 2 * {a})"),
    "sigmoid": ("(1 - {a})", "{a} * (1 + {a})", "{a} * (1 - {a}**2)", "{a}**2 * (1 - {a})"),
    "softplus": ("(1 - sigmoid({z}))", "np.exp({z})"),
}
AT_ERROR: dict[str, tuple[str, ...]] = {
    "relu": ("({e} > 0)", _MASK % "{e} <= 0"),
    "leaky_relu": ("np.where({e} > 0, 1, 0.01)",),
    "tanh": ("(1 - {e}**2)", "(1 - np.tanh({e})**2)"),
    "sigmoid": ("{e} * (1 - {e})", "sigmoid({e}) * (1 - sigmoid({e}))"),
    "softplus": ("sigmoid({e})",),
}


TWINS = {
    ("sigmoid", "{a}"),  # softplus′ is the sigmoid
    ("sigmoid", "sigmoid({z})"),
    ("leaky_relu", "np.where({z} > 0, 1, 0.1)"),  # leaky_relu(0.1) is another activation
}
"""Wrong slopes that are, on every input, the derivative of another activation as well."""


def hidden_slopes(plan: Plan) -> Iterator[Planted]:
    """Mistakes in f′(z) of a hidden layer."""
    setup = plan.setup
    for l, line in plan.hidden.items():
        name, place = setup.activations[l - 1], at(f"dZ{l}")
        if name == "identity":
            continue

        def wrong(
            rule: str, label: str, slope: str, l: int = l, place: frozenset[str] = place, name: str = name
        ) -> Planted:
            twin = (with_one("derivative-of-another"),) if (name, slope) in TWINS else ()
            return Planted(rule, label, place, f"Z{l}", "slope", _z(l, slope=slope), twin)

        # At the first layer without a bias nothing but dW tells dA from a dZ without its derivative.
        alone = l == 1 and l not in plan.biases
        missing = (with_one("error-of-activation"),) if alone else ()
        yield Planted("derivative-missing", "left out", place, f"Z{l}", "slope", _z(l, slope=""), missing)
        alone_slope = "do:{d} = 1.0 * " + Z_FORM[name]
        yield Planted("error-omitted", name, place, f"Z{l}", "slope", _z(l, slope=alone_slope))
        if name != "relu" and not line.slope.startswith("do:"):  # relu′ is its own square
            twice = _z(l, twice=line.slope)
            yield Planted("derivative-twice", name, place, f"Z{l}", "slope", twice)
        tables = {
            "derivative-of-another": OF_ANOTHER,
            "derivative-wrong-branch": WRONG_BRANCH,
            "derivative-is-function": THE_FUNCTION,
            "derivative-formula": GARBLED,
            "derivative-at-error": AT_ERROR,
        }
        for rule, table in tables.items():
            for slope in table.get(name, ()):
                if not (l in setup.skips and "{a}" in slope):  # there a is more than f(z)
                    yield wrong(rule, f"{name} {slope}", slope)
        if name in ("tanh", "sigmoid", "softplus"):
            slope = Z_FORM[name].replace("{z}", "{a}")
            yield wrong("derivative-at-activation", f"{name} {slope}", slope)
        if setup.widths[l + 1] == setup.widths[l]:
            other = Z_FORM[name].replace("{z}", "{zn}")
            yield wrong("derivative-at-other-layer", f"{name} of l + 1", other)
        if l > 1 and setup.widths[l - 1] == setup.widths[l]:
            other = Z_FORM[name].replace("{z}", "{zp}")
            yield wrong("derivative-at-other-layer", f"{name} of l − 1", other)
        if l in plan.biases:
            yield Planted(
                "error-of-activation", "dA in db", at(f"db{l}"), f"b{l}", "error", _bias(l, err="da")
            )
        same = (with_one("derivative-missing"),) if alone else ()
        yield Planted(
            "error-of-activation", "dA in dW", at(f"dW{l}"), f"W{l}", "error", _w(l, err="da"), same
        )


def output_error(plan: Plan) -> Iterator[Planted]:
    """Mistakes in the derivative of the loss and of the last activation."""
    setup = plan.setup
    last, loss, place = setup.activations[-1], setup.loss, head_steps(plan)
    error = "({y} - {t})"

    def wrong(rule: str, label: str, *also: str | frozenset[str], **slots: object) -> Planted:
        sets = tuple(with_one(rules) if isinstance(rules, str) else rules for rules in also)
        return Planted(rule, label, place, "head", "slope", _top(**slots), sets)

    squared = loss in ("squared_error", "half_squared_error", "mean_squared_error")
    if plan.chained:
        # With ½ Σ (y − t)² what is left is y − t: also the error of the cross-entropy.
        also = ("wrong-loss",) if loss == "half_squared_error" and last in ("sigmoid", "softmax") else ()
        yield wrong("head-derivative-missing", f"{loss} {last}", *also, slope="")
        if last == "softmax":
            yield wrong("softmax-diagonal", loss, slope="{y} * (1 - {y})")
        if last == "sigmoid" and squared:
            yield wrong("derivative-twice", "at the output", slope="{a} * (1 - {a}) * {a} * (1 - {a})")
            yield wrong("derivative-of-another", "tanh′ at the output", slope="(1 - {a}**2)")
            # softplus′ is the sigmoid.
            yield wrong("derivative-is-function", "at the output", "derivative-of-another", slope="{a}")
            yield wrong(
                "derivative-at-activation", "at the output", slope=Z_FORM["sigmoid"].replace("{z}", "{a}")
            )
            yield wrong("derivative-formula", "a(1 + a) at the output", slope="{a} * (1 + {a})")
            yield wrong("derivative-formula", "1 − a at the output", slope="(1 - {a})")
        yield Planted(
            "error-of-activation",
            "dY in dW",
            at(f"dW{setup.depth}"),
            f"W{setup.depth}",
            "error",
            _w(setup.depth, err="da"),
        )
    if not plan.chained and last in ("sigmoid", "softmax"):
        slope = SLOPES["sigmoid"][0] if last == "sigmoid" else SOFTMAX_JACOBIAN
        # (y − t) f′ is what ½ Σ (y − t)² would give.
        yield wrong("head-derivative-on-top", f"{last}", "wrong-loss", error=error, slope=slope)
    if loss == "binary_cross_entropy":
        slope = SLOPES["sigmoid"][0]
        yield wrong("wrong-loss", "Σ (y − t)²", error="2 * ({y} - {t})", slope=slope)
        # −t/y is a garbled formula and the derivative of the cross-entropy.
        yield wrong("wrong-loss", "−t/y alone", "output-error-formula", error="(-{t} / {y})", slope=slope)
        for text in ("(-{t} / {y} - (1 - {t}) / (1 - {y}))", "({t} / {y} + (1 - {t}) / (1 - {y}))"):
            yield wrong("output-error-formula", text, error=text, slope=slope)
    if loss == "cross_entropy" and last == "softmax":
        yield wrong("wrong-loss", "Σ (y − t)²", error="2 * ({y} - {t})", slope=SOFTMAX_JACOBIAN)
        both = "(-{t} / {y} + (1 - {t}) / (1 - {y}))"
        yield wrong("wrong-loss", "binary_cross_entropy", error=both, slope=SOFTMAX_JACOBIAN)
        # (y − 1) t is −t/y times the diagonal y(1 − y).
        yield wrong(
            "output-error-formula", "(y − 1) t", "softmax-diagonal", error="({y} - 1) * {t}", slope=""
        )
    if loss == "squared_error" and last in ("sigmoid", "softmax"):
        # y − t: the cross-entropy's error, or f′ and the 2 both left out.
        pair = frozenset({"head-derivative-missing", "two-missing"})
        yield wrong("wrong-loss", "y − t of the cross-entropy", pair, error=error, slope="")
    if squared and last == "identity":
        yield wrong("wrong-loss", "Σ |y − t|", "output-error-formula", error="np.sign({y} - {t})")
    if not plan.chained:
        yield wrong("output-error-formula", "(y − t)²", error="({y} - {t})**2")
        yield wrong("output-error-formula", "|y − t|", error="np.abs({y} - {t})")
        yield wrong("output-error-formula", "y + t", error="({y} + {t})")
