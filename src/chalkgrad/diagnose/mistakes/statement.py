"""A statement about a network: words with the symbols and small formulas that they are about.

As text it is in the letters of a blackboard: δ₁, ∂L/∂W₁, relu′(z₁).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from chalkgrad import expr as e
from chalkgrad._roles import ROLES
from chalkgrad.derive import CANONICAL, derive, grad
from chalkgrad.derive.forward import Alphabet
from chalkgrad.expr import Coefficient, Expr, Symbol
from chalkgrad.expr.dims import describe_coefficient
from chalkgrad.formula import format_formula, nodes, substitute
from chalkgrad.formula.activations import symbol_of
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Inline, Sym
from chalkgrad.notation.boxes.characters import subscript
from chalkgrad.notation.equations.function_names import UNNAMED

if TYPE_CHECKING:
    from chalkgrad.notation.equations.retelling import Retelling


@dataclass(frozen=True)
class QuantityName:
    """A quantity that text calls by its canonical name: dW1."""

    name: str


Part = str | Expr | QuantityName | Sym
"""Words, a symbol or formula in canonical symbols, a quantity by its name, or code."""
Statement = tuple[Part, ...]
T = TypeVar("T")
_LETTERS = {"gain": "γ", "shift": "β", "centre": "μ", "variance": "v", "root": "r", "normalised": "û"}
_SCALARS = {"lambda": "λ", "eta": "η"}


def code(text: str) -> Sym:
    """Code within a sentence."""
    return Sym(text, "code")


def named(names: Iterable[str]) -> Statement:
    """Quantities by their canonical names: dW1, db1."""
    return listed([QuantityName(name) for name in names])


def joined(statements: Iterable[Iterable[T]], between: T) -> tuple[T, ...]:
    """Statements one after the other with something between them."""
    return tuple(part for told in statements for part in (between, *told))[1:]


def capitalised(told: Statement) -> Statement:
    """With a capital letter where it begins with a word."""
    first = told[0] if told else ""
    return (first[:1].upper() + first[1:], *told[1:]) if isinstance(first, str) else told


def ended(told: Statement) -> Statement:
    """With a full stop where it has none."""
    return told if isinstance(told[-1], str) and told[-1].endswith((".", "!", "?", ":")) else (*told, ".")


def listed(parts: Sequence[Part], between: str = ", ", last: str = "") -> Statement:
    """The parts with words between them: x, y and z."""
    told: list[Part] = []
    for place, part in enumerate(parts):
        told += [last if last and place == len(parts) - 1 else between] if place else []
        told.append(part)
    return tuple(told)


def short(name: str) -> str:
    """A function's name on a blackboard: its letter where it has one, f where it is only a formula."""
    symbol = "f" if name == UNNAMED else symbol_of(name)
    return symbol if len(symbol) == 1 else name


@lru_cache(maxsize=64)
def quantities(network: Network) -> dict[str, Symbol]:
    """The quantities of a network by canonical name; A0 is X, and the last A is Y."""
    letters, depth = Alphabet(network, CANONICAL), network.depth
    found = {"T": letters.target, "X": letters.activation(0), "Y": letters.activation(depth)}
    found |= {each.numbered_name: each for each in map(letters.activation, range(depth + 1))}
    for layer in range(1, depth + 1):
        of_layer = (letters.pre(layer), *(letters.parameter(role, layer) for role in ROLES.values()))
        found |= {each.name: each for each in of_layer}
    if any(layer.norm is not None for layer in network.layers):
        found |= {step.name: step.symbol for step in derive(network).forward}
    return found | {f"d{name}": grad(symbol) for name, symbol in found.items()}


def quantity(network: Network, name: str) -> Part:
    """The quantity of a canonical name; a name that there is none of stands as it is."""
    return quantities(network).get(name, name)


def output_error(network: Network) -> Statement:
    """The advice that helps most against overflow in the output layer."""
    output, target = quantity(network, "Y"), quantity(network, "T")
    return ("write the error of the output as ", output, " − ", target)


# -- on a blackboard ----------------------------------------------------------------------------------------


def plain(told: Statement) -> str:
    """A statement as text."""
    return "".join(map(_plain, told))


def _plain(part: Part) -> str:
    match part:
        case QuantityName(name):
            return name
        case Sym(text):
            return f"`{text}`"
        case Expr():
            return blackboard(part)
    return part


def retold(told: Statement, retelling: Retelling) -> Inline:
    """A statement in the letters of a notation."""
    return tuple(
        retelling.symbol(part.name)
        if isinstance(part, QuantityName)
        else retelling.part(part)
        if isinstance(part, Expr)
        else part
        for part in told
    )


def letter(symbol: Symbol) -> str:
    """A symbol on a blackboard.

    >>> found = quantities(Network("3-2:tanh-1"))
    >>> [letter(found[name]) for name in ("dZ2", "dW1", "dA1", "dY", "Z1", "X")]
    ['δ₂', '∂L/∂W₁', '∂L/∂a₁', '∂L/∂y', 'z₁', 'x']
    """
    if symbol.kind == "grad" and symbol.of is not None:
        is_error = symbol.of.kind == "pre"
        return f"δ{subscript(symbol.of.layer)}" if is_error else f"∂L/∂{letter(symbol.of)}"
    if symbol.kind in _LETTERS:
        return f"{_LETTERS[symbol.kind]}{subscript(symbol.layer)}"
    name = symbol.name if symbol.kind in ("weight", "bias") else symbol.name.lower()
    return subscript(name)


def blackboard(expr: Expr) -> str:
    """An expression in Unicode: ``(δ₂ W₂) ⊙ relu′(z₁)``; samples are rows."""
    if isinstance(expr, e.Sum | e.MatMul | e.Hadamard):
        return _inner(expr)
    if isinstance(expr, e.Numeric) and expr.text == "{}":  # the same matrix under other names of dimensions
        return blackboard(*expr.args[:1])
    return _written(expr)


def _written(expr: Expr) -> str:
    match expr:
        case Symbol():
            return letter(expr)
        case e.Ones():
            return "1"
        case e.Sum() | e.MatMul() | e.Hadamard():
            return f"({_inner(expr)})"
        case e.Scale(factor, arg):
            return _coefficient(factor) + _written(arg)
        case e.Transpose(arg):
            return f"{_written(arg)}ᵀ"
        case e.Apply(function, args, wrt) if function.name:
            name = short(function.name)
            mark = "" if wrt is None else "′" if len(args) == 1 else f"_{wrt}"
            return f"{name}{mark}({', '.join(map(blackboard, args))})"
        case e.Apply(function, args):
            put_in = zip(function.variables, map(_written, args), strict=True)
            return format_formula(substitute(function.body, {name: nodes.Var(text) for name, text in put_in}))
        case e.RowApply(kind, arg, _):
            return f"{kind}({blackboard(arg)})"
        case e.Numeric(_, args, _, text):
            return text.format(*map(_written, args))
    return str(expr)


def _inner(expr: e.Sum | e.MatMul | e.Hadamard) -> str:
    match expr:
        case e.MatMul(left, right):
            return f"{_written(left)} {_written(right)}"
        case e.Hadamard(factors):
            return " ⊙ ".join(map(_written, factors))
    first, *rest = expr.terms
    return _written(first) + "".join(map(_added, rest))


def _added(term: Expr) -> str:
    if isinstance(term, e.Scale) and term.coefficient.rational < 0:
        return f" − {_coefficient(-term.coefficient)}{_written(term.arg)}"
    return f" + {_written(term)}"


def _coefficient(factor: Coefficient) -> str:
    """2λ and a space; a sign alone where it is −1."""
    if not factor.powers and abs(factor.rational) == 1:
        return "−" if factor.rational < 0 else ""
    text = describe_coefficient(factor).replace("-", "−").replace("·", " ")
    for name, shown in _SCALARS.items():
        text = text.replace(name, shown)
    return f"{text} "
