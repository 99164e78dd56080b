"""Equations as code: torch tensors or NumPy arrays, samples as rows.

Brackets stand only where Python needs or a reader wants them.

A bias is one-dimensional in code, and so are its gradient and its update; everything else has two dimensions,
and a single sample is a batch of one row.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.derive.algebra import whole_turned
from chalkgrad.derive.elementwise import arguments_of, body_of, written_out
from chalkgrad.derive.numbers import spread_of
from chalkgrad.expr import FREEDOM, Coefficient, Dim, Expr, Scalar, Symbol, fill
from chalkgrad.formula import ACTIVATIONS, ActivationFunction, ElementwiseFunction, nodes
from chalkgrad.notation.equations.code_formula import (
    ATOM,
    MATMUL,
    POWER,
    PRODUCT,
    QUOTIENT,
    SUM,
    TORCH,
    Dialect,
    FormulaCode,
    PythonText,
    rational,
)
from chalkgrad.notation.equations.updates import has_numbers

_STEP = (nodes.Num(Fraction(1)), nodes.Num(Fraction(0)))


class CodeWriter:
    """Writes matrix expressions as Python.

    Parameters
    ----------
    symbol, scalar
        The names of symbols and of η and λ.
    dialect
        Whose arrays they are.
    size
        What the open dimension m is called.
    widths
        What other dimensions are called in a factor; one that is not named is its number.
    """

    def __init__(
        self,
        symbol: Callable[[Symbol], str],
        scalar: Callable[[Scalar], str],
        dialect: Dialect = TORCH,
        size: str = "m",
        widths: Mapping[Dim, str] | None = None,
    ) -> None:
        self.symbol = symbol
        self.scalar = scalar
        self.dialect = dialect
        self.open_size = size
        self.widths = widths or {}

    def right_side(self, expr: Expr, symbol: Symbol) -> str:
        """The right side of ``symbol = expr``."""
        return self._vector(expr).text if is_vector(symbol) else self.expr(expr)

    def expr(self, expr: Expr) -> str:
        """An expression without outer brackets."""
        return self._code(expr).text

    def _code(self, expr: Expr) -> PythonText:
        code: PythonText = CODE[type(expr)](self, expr)
        return code

    def call(self, name: str, arg: Expr, axis: int, *more: str) -> PythonText:
        """A function of the dialect along an axis."""
        d = self.dialect
        return PythonText(f"{d.prefix}.{name}({', '.join((self.expr(arg), f'{d.axis}{axis}', *more))})", ATOM)

    def _ones(self, expr: e.Ones) -> PythonText:
        rows, columns = map(self._size, expr.dims)
        return PythonText(f"{self.dialect.prefix}.ones({rows}, {columns})", ATOM)

    def _transpose(self, expr: e.Transpose) -> PythonText:
        return PythonText(self._code(expr.arg).inside(ATOM) + ("" if is_vector(expr.arg) else ".T"), ATOM)

    def _hadamard(self, expr: e.Hadamard) -> PythonText:
        written = (self._factor(factor).inside(PRODUCT, matmul=False) for factor in expr.factors)
        return PythonText(" * ".join(written), PRODUCT)

    def _then(self, expr: Expr, what: str) -> PythonText:
        """An expression and what is done to it: ``z1.sum(0)``."""
        return PythonText(f"{self._code(expr).inside(ATOM)}{what}", ATOM)

    def _reduce(self, expr: e.Reduce) -> PythonText:
        match expr.arg:
            case e.Hadamard((Symbol() as w, Symbol() as same)) if w == same:
                return PythonText(f"({self.symbol(w)}**2).sum()", ATOM)
        return self._then(expr.arg, ".sum()")

    def _factor(self, expr: Expr) -> PythonText:
        """A factor; a slope that is 1 or 0 is the condition itself: ``z1 > 0``."""
        match written_out(expr) if isinstance(expr, e.Apply) else None:
            case nodes.Where(nodes.Compare(op, left, right), then, otherwise) if (then, otherwise) == _STEP:
                formula = FormulaCode(self._leaf, dialect=self.dialect)
                return PythonText(f"({formula.text(left)} {op} {formula.text(right)})", ATOM)
        return self._code(expr)

    def _size(self, dim: Dim) -> str:
        if dim == FREEDOM:
            return f"({self.open_size} - 1)"
        return self.open_size if dim.size is None else str(dim.size)

    # -- vectors: biases and what becomes of them ----------------------------------------------------

    def _vector(self, expr: Expr) -> PythonText:
        """A column of the equations as a one-dimensional tensor."""
        match expr:
            case Symbol() if is_vector(expr):
                return PythonText(self.symbol(expr), ATOM)
            case e.Sum(terms):
                return self._sum(terms, self._vector)
            case e.Scale(c, arg):
                return self._scale(c, self._vector(arg))
            case e.MatMul(e.Transpose(arg), e.Ones((_, last))) | e.MatMul(e.Ones((last, _)), arg) if (
                last.is_one
            ):
                return self._then(arg, ".sum(0)")
            case e.MatMul(e.Hadamard() as h, e.Ones((_, last))) if last.is_one and (
                turned := whole_turned(h)
            ):
                return self._then(turned, ".sum(0)")
            case e.Hadamard() as h if turned := whole_turned(h):
                return self._then(turned, "[0]")
            case e.MatMul(arg, e.Ones((_, last))) if last.is_one:
                return self._then(arg, ".sum(1)")
            case e.Transpose(arg):
                return self._then(arg, "[0]")
            case e.Apply() if has_numbers(expr):
                return self._update(expr, self._vector)
        return self._then(expr, "[0]" if expr.shape[0].is_one else "[:, 0]")

    # -- sums, coefficients, products ------------------------------------------------------------------

    def _sum(self, terms: tuple[Expr, ...], write: Callable[[Expr], PythonText]) -> PythonText:
        text = ""
        for i, term in enumerate(terms):
            negative = isinstance(term, e.Scale) and term.coefficient.rational < 0
            if isinstance(term, e.Ones):
                part = PythonText("1", ATOM)
            elif negative and isinstance(term, e.Scale):
                part = self._scale(-term.coefficient, write(term.arg))
            else:
                part = write(term)
            sign = "-" if negative else "+"
            text += f" {sign} " if i else "-" if negative else ""
            text += part.inside(QUOTIENT)
        return PythonText(text, SUM)

    def _scale(self, c: Coefficient, body: PythonText) -> PythonText:
        if c.rational < 0:
            return PythonText(f"-{self._scale(-c, body).inside(QUOTIENT)}", SUM)
        number = c.rational
        above: list[str] = []
        below: list[str] = []
        for base, power in c.powers:
            if isinstance(base, Dim) and base.size is not None and base not in self.widths:
                number *= Fraction(base.size) ** power
                continue
            name = (
                self.scalar(base) if isinstance(base, Scalar) else self.widths.get(base) or self._size(base)
            )
            (above if power > 0 else below).append(name if abs(power) == 1 else f"{name}**{abs(power)}")
        top, bottom = rational(number)
        above = ([top] if top != "1" else []) + above
        below = ([bottom] if bottom else []) + below
        if not above and not below:
            return body
        text = " * ".join([*above, body.inside(PRODUCT if above else QUOTIENT, matmul=False)])
        if below:
            text += f" / {below[0]}" if len(below) == 1 else f" / ({' * '.join(below)})"
        return PythonText(text, QUOTIENT if below else PRODUCT)

    def _matmul(self, expr: e.MatMul) -> PythonText:
        """A product; with ones it is a sum over one direction, or left to broadcasting."""
        ones = expr.with_ones
        if ones is not None and ones.summed.is_one:
            return self._code(ones.arg)
        if ones is not None and ones.repeated.is_one:
            return self._then(ones.arg, f".sum({ones.axis}, {self.dialect.keep})")
        left, right = self._code(expr.left), self._code(expr.right)
        return PythonText(f"{left.inside(MATMUL)} @ {right.inside(POWER)}", MATMUL)

    # -- functions -------------------------------------------------------------------------------------

    def _apply(self, expr: e.Apply) -> PythonText:
        function = expr.function
        if expr.wrt is None and isinstance(function, ActivationFunction):
            name = function.code.get(self.dialect.prefix)
            values = "" if function == ACTIVATIONS.get(function.name) else _values(function)
            if name:
                return PythonText(f"{name}({self.expr(expr.args[0])}{values})", ATOM)
        return self._update(expr, self._code) if has_numbers(expr) else self._written(expr)

    def _written(self, expr: e.Apply) -> PythonText:
        return FormulaCode(self._leaf, dialect=self.dialect).code(written_out(expr))

    def _update(self, expr: e.Apply, write: Callable[[Expr], PythonText]) -> PythonText:
        """The formula of an update, of which some variables are numbers."""
        arguments = arguments_of(expr)

        def leaf(name: Hashable) -> PythonText:
            number = spread_of(arguments[str(name)])
            if isinstance(number, Scalar):
                return PythonText(self.scalar(number), ATOM)
            return write(arguments[str(name)]) if number is None else self._code(number)

        return FormulaCode(leaf, dialect=self.dialect).code(body_of(expr))

    def _leaf(self, leaf: Hashable) -> PythonText:
        if isinstance(leaf, Expr):
            return self._code(leaf)
        raise TypeError(f"a formula of matrices has the variable {leaf!r}")


def is_vector(expr: Expr) -> bool:
    """Whether code has one dimension for it: a bias, its gradient, its update."""
    return isinstance(expr, Symbol) and expr.root.is_vector


def _values(function: ElementwiseFunction) -> str:
    return "".join(f", {float(value):g}" for _, value in function.parameters)


CODE = fill(
    "code",
    {
        Symbol: lambda writer, expr: PythonText(writer.symbol(expr), ATOM),
        e.Ones: CodeWriter._ones,
        e.Sum: lambda writer, expr: writer._sum(expr.terms, writer._code),
        e.Scale: lambda writer, expr: writer._scale(expr.coefficient, writer._code(expr.arg)),
        e.MatMul: CodeWriter._matmul,
        e.Transpose: CodeWriter._transpose,
        e.Hadamard: CodeWriter._hadamard,
        e.Apply: CodeWriter._apply,
        e.RowApply: lambda writer, expr: writer.call(expr.kind, expr.arg, expr.axis),
        e.Reduce: CodeWriter._reduce,
    },
)
