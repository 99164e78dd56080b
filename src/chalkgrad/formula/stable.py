"""Equal formulas that keep their digits where the typed ones lose them.

    1 − σ(u) = σ(−u)            log σ(u) = −softplus(−u)        1 − tanh²(u) = 4·σ(2u)·σ(−2u)
    σ(u) − t = (1 − t) − σ(−u)             1 − erf(u) = erfc(u)      1/(1 + exp(u)) = σ(−u)

Each is an identity of real numbers; the right sides have no cancellation at saturated arguments.  The
differences of σ, tanh, erf and exp − 1 from a target are kernels of their own (``sigmoid_minus(u, t)``),
because which form is accurate depends on u.
"""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.formula.build import MINUS_ONE, ONE, add, children, mul, negate, num, power, rebuild, walk
from chalkgrad.formula.nodes import Add, Call, Mul, Node, Num, Pow, Where
from chalkgrad.formula.tidy import split

SATURATING = ("sigmoid", "tanh", "erf", "expm1")
"""What has a kernel for its difference from a target, ``sigmoid_minus`` and so on."""
_TWO = num(2)


def stabilise(node: Node) -> Node:
    """Return a formula of equal value that is accurate at saturated arguments.

    >>> from chalkgrad.formula import format_formula, parse_formula
    >>> format_formula(stabilise(parse_formula("log(1 - sigmoid(z))")))
    '-softplus(z)'
    """
    return _stable(node, {})


def _stable(node: Node, done: dict[int, Node]) -> Node:
    known = done.get(id(node))
    if known is not None:
        return known
    parts = children(node)
    result = node
    if parts:
        new = [_stable(part, done) for part in parts]
        result = rebuild(node, new) if any(a is not b for a, b in zip(parts, new, strict=True)) else node
    if isinstance(result, Add):
        result = _sum(result)
    elif isinstance(result, Mul):
        result = _product(result)
    elif isinstance(result, Pow):
        result = _power(result)
    elif isinstance(result, Call) and result.function == "log":
        result = _log(result)
    done[id(node)] = result
    return result


def _sigmoid(argument: Node) -> Node:
    return Call("sigmoid", (argument,))


# -- sums --
def _sum(node: Add) -> Node:
    terms = list(node.terms)
    while (pair := _find_pair(terms)) is not None:
        first, second, joined = pair
        terms = [term for index, term in enumerate(terms) if index not in (first, second)]
        terms.insert(min(first, second), joined)
    if len(terms) == 2:
        terms = _minus_target(terms)
    return add(*terms)


def _find_pair(terms: list[Node]) -> tuple[int, int, Node] | None:
    """Find two terms c·f(u) and ±c that join without cancellation."""
    places = {split(term): index for index, term in enumerate(terms)}
    for index, term in enumerate(terms):
        coefficient, core = split(term)
        factors = core.factors if isinstance(core, Mul) else (core,)
        for at, factor in enumerate(factors):
            rest = mul(*factors[:at], *factors[at + 1 :])
            for sign in (-1, 1):
                other = places.get((sign * coefficient, rest))
                joined = _join(factor, sign) if other is not None and other != index else None
                if other is not None and joined is not None:
                    return index, other, mul(Num(sign * coefficient), rest, joined)
    return _find_hyperbolic(terms)


def _find_hyperbolic(terms: list[Node]) -> tuple[int, int, Node] | None:
    """Find c·exp(u) and ±c·exp(−u), which are 2c·cosh(u) or 2c·sinh(u)."""
    found: dict[tuple[Fraction, Node], tuple[int, Fraction]] = {}
    for index, term in enumerate(terms):
        coefficient, core = split(term)
        if not isinstance(core, Call) or core.function != "exp":
            continue
        other = found.get((abs(coefficient), negate(core.args[0])))
        if other is not None:
            at, first = other
            even = first == coefficient
            return at, index, mul(Num(2 * coefficient), Call("cosh" if even else "sinh", core.args))
        found[abs(coefficient), core.args[0]] = index, coefficient
    return None


def _join(factor: Node, sign: int) -> Node | None:
    """Return 1 + sign·factor without cancellation, or ``None``."""
    if isinstance(factor, Pow) and factor.exponent == _TWO and sign < 0:
        inner = factor.base
        if isinstance(inner, Call) and inner.function == "tanh":
            return _sech_squared(inner.args[0])
    if not isinstance(factor, Call):
        return None
    u = factor.args[0]
    if factor.function == "sigmoid" and sign < 0:
        return _sigmoid(negate(u))
    if factor.function == "tanh":
        return mul(_TWO, _sigmoid(mul(num(2 * sign), u)))
    if factor.function == "erf":
        return Call("erfc", (mul(num(-sign), u),))
    if factor.function == "exp" and sign < 0:
        return negate(Call("expm1", (u,)))
    return None


def _sech_squared(u: Node) -> Node:
    return mul(num(4), _sigmoid(mul(_TWO, u)), _sigmoid(mul(num(-2), u)))


def _minus_target(terms: list[Node]) -> list[Node]:
    """c·σ(u) − c·t becomes c·sigmoid_minus(u, t); likewise for the others, and inside both branches."""
    for term, other in (terms, terms[::-1]):
        if not saturates(term) or _mentions_saturating(other):
            continue
        coefficient, core = split(term)
        if isinstance(core, Where):
            parts = [add(*_minus_target([mul(Num(coefficient), part), other])) for part in children(core)[1:]]
            return [Where(core.condition, parts[0], parts[1])]
        if isinstance(core, Call):
            target = mul(Num(-1 / coefficient), other)
            return [mul(Num(coefficient), Call(f"{core.function}_minus", (core.args[0], target)))]
    return terms


def saturates(node: Node) -> bool:
    """Whether a stable formula is c·σ(u), c·tanh(u), c·erf(u), c·(exp(u) − 1), or one of them in a branch."""
    core = split(node)[1]
    if isinstance(core, Where):
        return saturates(core.then) or saturates(core.otherwise)
    return isinstance(core, Call) and core.function in SATURATING


def _mentions_saturating(node: Node) -> bool:
    return any(isinstance(part, Call) and part.function in SATURATING for part in walk(node))


# -- products, powers, logarithms --
def _product(node: Mul) -> Node:
    """exp(u)·σ(−u) = σ(u), also inside a higher power of σ(−u)."""
    factors = list(node.factors)
    for at, factor in enumerate(factors):
        if not isinstance(factor, Call) or factor.function != "exp":
            continue
        u = factor.args[0]
        for other, candidate in enumerate(factors):
            base, order = _order(candidate)
            if order < 1 or base != _sigmoid(negate(u)):
                continue
            rest = [f for index, f in enumerate(factors) if index not in (at, other)]
            if order > 1:
                rest.append(power(base, Num(order - 1)))
            return mul(*rest, _sigmoid(u))
    return _tanh(node)


def _tanh(node: Mul) -> Node:
    """sinh(u)/cosh(u) = tanh(u)."""
    factors = list(node.factors)
    for factor in factors:
        if isinstance(factor, Call) and factor.function == "sinh":
            below = power(Call("cosh", factor.args), MINUS_ONE)
            if below in factors:
                factors.remove(factor)
                factors.remove(below)
                return mul(*factors, Call("tanh", factor.args))
    return node


def _order(node: Node) -> tuple[Node, Fraction]:
    if isinstance(node, Pow) and isinstance(node.exponent, Num) and node.exponent.value.denominator == 1:
        return node.base, node.exponent.value
    return node, Fraction(1)


def _power(node: Pow) -> Node:
    base, order = _order(node)
    if order >= 0:
        return node
    if isinstance(base, Call) and base.function == "cosh" and order % 2 == 0:
        return power(_sech_squared(base.args[0]), Num(-order / 2))
    if isinstance(base, Add) and len(base.terms) == 2 and ONE in base.terms:
        other = base.terms[1] if base.terms[0] == ONE else base.terms[0]
        if isinstance(other, Call) and other.function == "exp":
            return power(_sigmoid(negate(other.args[0])), Num(-order))
    return node


def _log(node: Call) -> Node:
    inside = node.args[0]
    if isinstance(inside, Call) and inside.function == "sigmoid":
        return negate(Call("softplus", (negate(inside.args[0]),)))
    if isinstance(inside, Call) and inside.function == "exp":
        return inside.args[0]
    if isinstance(inside, Add) and ONE in inside.terms:
        terms = list(inside.terms)
        terms.remove(ONE)
        rest = add(*terms)
        if isinstance(rest, Call) and rest.function == "exp":
            return Call("softplus", rest.args)
        return Call("log1p", (rest,))
    return node
