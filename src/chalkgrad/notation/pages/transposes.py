"""Where does the transpose come from?  The sum over indices beside the matrix form, and the shapes."""

from __future__ import annotations

from chalkgrad.derive import Derivation, Step
from chalkgrad.derive.index import index_equation
from chalkgrad.expr import Dim, Expr, MatMul, Ones, Transpose, walk
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.writer import EquationWriter, step_letters
from chalkgrad.notation.profiles.find import Notation


def transpose_blocks(notation: Notation, derivation: Derivation) -> list[b.Block]:
    """For every step of the backward pass that multiplies matrices: entry, matrix form, shapes, reason."""
    matrix, index = (
        EquationWriter(notation, derivation, "matrix"),
        EquationWriter(notation, derivation, "index"),
    )
    blocks: list[b.Block] = []
    for step in derivation.backward:
        product = next((node for node in walk(step.expr) if isinstance(node, MatMul)), None)
        if product is None or isinstance(product.left, Ones) or step.symbol.is_scalar:
            continue
        letters = step_letters(notation, derivation, step)
        equation = index_equation(step, letters)
        entry = index.symbol(equation.left.symbol, equation.left.row, equation.left.column)
        shown, whole = index.entry(equation.forms[step.chosen][0]), matrix.expr(step.expr, step.symbol)
        shapes = tuple(b.Fence(_shape(factor)) for factor in (product.left, product.right))
        lines = (
            b.Line(entry, "=", shown, ("one entry, by the chain rule",)),
            b.Line(matrix.symbol(step.symbol), "=", whole, ("all entries at once",)),
            b.Line(_shape(step.symbol), "=", b.Row(shapes), ("the shapes",)),
        )
        blocks.append(b.Display(lines))
        blocks.append(b.Paragraph(_explain(matrix, step, product)))
    return blocks


def _explain(writer: EquationWriter, step: Step, product: MatMul) -> b.Inline:
    turned = [part.arg for part in (product.left, product.right) if isinstance(part, Transpose)]
    inner = product.left.shape[1]
    over = "the samples" if inner.name == "m" else f"the {inner.size} units that both share"
    if inner.is_one:
        over = "a single place: every entry is one product"
        sum_text = f"Nothing is summed here ({over})"
    else:
        sum_text = f"The sum runs over {over}"
    if not turned:
        return (
            f"{sum_text}: already the columns of the first factor and the rows of the second, "
            "so nothing is transposed.",
        )
    names: list[str | b.Box] = []
    for i, part in enumerate(turned):
        names += ([" and "] if i else []) + [writer.expr(part)]
    return (
        f"{sum_text}. For a matrix product it must run along the columns of the first factor "
        "and the rows of the second, so ",
        *names,
        " is transposed.",
    )


def _dim(dim: Dim) -> b.Box:
    return b.Numeral(str(dim.size)) if dim.size is not None else b.Sym(str(dim))


def _shape(expr: Expr) -> b.Box:
    rows, columns = expr.shape
    return b.Row((_dim(rows), b.Op("×"), _dim(columns)))
