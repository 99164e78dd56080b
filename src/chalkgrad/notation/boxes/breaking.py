"""Breaking: where a long formula turns to the next line.

Breaks come before a binary operator or relation at the top level; only if a piece is still too long
inside its brackets, colours and braces.  The writer says how wide a box is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalkgrad.notation.boxes import nodes as b
from chalkgrad.notation.boxes.grammar import ADDITIVE, flat, is_code, is_name, number, unknown

Measure = Callable[[b.Box], float]


def break_lines(box: b.Box, measure: Measure, first: float, rest: float) -> list[b.Box]:
    """Return ``box`` as one row per line: the first fits ``first``, the others ``rest``, where possible."""
    if measure(box) <= first:
        return [box]
    lines: list[tuple[b.Box, ...]] = []
    current: tuple[b.Box, ...] = ()
    limit = first
    apart = _has_labels(box)
    for piece in _pieces(flat(box, is_code(box)), measure, min(first, rest)):
        too_long = measure(b.Row(_joined((*current, *piece)))) > limit
        if current and (too_long or (apart and _is_weak(piece[0]))):
            lines.append(current)
            current, limit = (), rest
        current += piece
    joined = [_joined(line) for line in (*lines, current) if line]
    return [line[0] if len(line) == 1 else b.Row(line) for line in joined]


def _joined(line: tuple[b.Box, ...]) -> tuple[b.Box, ...]:
    """Put neighbours of one colour, the parts of a broken product, together again."""
    found: list[b.Box] = []
    for box in line:
        last = found[-1] if found else None
        if isinstance(box, b.Coloured) and isinstance(last, b.Coloured) and _continues(last, box):
            body = b.Row((*flat(last.body), *flat(box.body)))
            found[-1] = replace(box, body=body)
        else:
            found.append(box)
    return tuple(found)


def _continues(first: b.Coloured, second: b.Coloured) -> bool:
    return first.colour == second.colour and not first.named


def _has_labels(box: b.Box) -> bool:
    """Is it a sum of labelled terms?  Then each term has its own line."""
    items = (item.body if isinstance(item, b.Coloured) else item for item in flat(box))
    return sum(isinstance(item, b.Under) for item in items) > 1


def _pieces(items: tuple[b.Box, ...], measure: Measure, limit: float) -> list[tuple[b.Box, ...]]:
    """Split into the largest pieces that fit: at + and =, then at · and ⊙, then anywhere, then inside."""
    for is_break in (_is_weak, _is_operator, _is_any):
        parts = _split(items, is_break)
        if len(parts) > 1:
            pieces: list[tuple[b.Box, ...]] = []
            for part in parts:
                fits = measure(b.Row(part)) <= limit
                pieces.extend([part] if fits else _pieces(part, measure, limit))
            return pieces
    *lead, last = items
    inside = _opened(last, measure, limit, any(map(is_code, items)))
    if inside is None:
        return [items]
    pieces = _pieces(inside, measure, limit) if len(inside) > 1 else [inside]
    return [(*lead, *pieces[0]), *pieces[1:]]


def _is_weak(box: b.Box) -> bool:
    return isinstance(box, b.Op) and (
        box.kind == "relation" or (box.kind == "binary" and box.text in ADDITIVE)
    )


def _is_operator(box: b.Box) -> bool:
    return isinstance(box, b.Op) and box.kind in {"relation", "binary"}


def _is_any(box: b.Box) -> bool:
    return not (isinstance(box, b.Op) and box.kind in {"punct", "close"})


def _split(items: tuple[b.Box, ...], is_break: Callable[[b.Box], bool]) -> list[tuple[b.Box, ...]]:
    """Start a new part before every break; an operator, name or Σ keeps what it applies to."""
    parts: list[list[b.Box]] = [[]]
    for item in items:
        before = parts[-1][-1] if parts[-1] else None
        glued = before is None or isinstance(before, b.BigOp) or is_name(before)
        if (
            isinstance(before, b.Op)
            and before.kind != "close"
            and (before.kind != "punct" or not _is_any(item))
        ):
            glued = True
        if isinstance(item, b.Fence) and isinstance(before, b.Sym | b.Script):
            glued = True  # f(x) stays together
        if is_break(item) and not glued:
            parts.append([])
        parts[-1].append(item)
    return [tuple(part) for part in parts]


def _opened(box: b.Box, measure: Measure, limit: float, code: bool) -> tuple[b.Box, ...] | None:
    """Return the parts of one box that is too wide, or None when it cannot be opened."""
    match box:
        case b.Fence(body, left, right):
            return (b.Op(left, "open"), *flat(body, code), b.Op(right, "close"))
        case b.Coloured(b.Under(body, label)):
            return (*_coloured(flat(body, code), box, named=False), b.Fence(label, "[", "]"))
        case b.Coloured(body):
            inner = flat(body, code) if isinstance(body, b.Row) else _opened(body, measure, limit, code)
            return inner and _coloured(inner, box, named=box.named)
        case b.Under(body, label):
            return (*flat(body, code), b.Fence(label, "[", "]"))
        case b.Frac(num, den):
            return (b.Op("(", "open"), *flat(num, code), b.Op(")", "close"), b.Op("/"), b.Fence(den))
        case b.Grid():
            return (elided(box, measure, limit),)
        case b.Script(base=b.Fence(body, left, right), sub=sub, sup=sup):
            return (b.Op(left, "open"), *flat(body, code), b.Script(b.Op(right, "close"), sub, sup))
    return None


def _coloured(parts: tuple[b.Box, ...], whole: b.Coloured, named: bool) -> tuple[b.Box, ...]:
    """Return the parts in the whole's colour, which is named once, behind the last, if at all."""
    last = max((place for place, part in enumerate(parts) if not isinstance(part, b.Op)), default=-1)
    return tuple(
        part if isinstance(part, b.Op) else replace(whole, body=part, named=named and place == last)
        for place, part in enumerate(parts)
    )


def elided(grid: b.Grid, measure: Measure, limit: float) -> b.Grid:
    """Return the matrix with its middle columns replaced by ⋯ so that it fits, at least one column a side."""
    count = max((len(row) for row in grid.rows), default=0)
    keep, best = count - 1, grid
    while keep >= 2 and measure(best) > limit:
        head, tail = (keep + 1) // 2, keep // 2
        rows = tuple(
            (*row[:head], b.Sym("⋯"), *row[len(row) - tail :]) if len(row) == count else row
            for row in grid.rows
        )
        best, keep = b.Grid(rows, grid.left, grid.right), keep - 1
    return best


def ems(box: b.Box) -> float:
    """Estimate the width of a displayed formula in ems, as a proportional font sets it."""
    match box:
        case b.Sym(text):
            return max(0.4, sum(0.76 if c.isupper() or c in "wm" else 0.56 for c in text))
        case b.Numeral(text):
            mantissa, denominator, exponent = number(text)
            if denominator:
                return 0.25 + 0.5 * max(len(mantissa), len(denominator))
            return 0.5 * len(mantissa) + (1.9 + 0.36 * len(exponent) if exponent else 0)
        case b.Op(text, kind):
            return {"binary": 1.2, "relation": 1.4, "prefix": 0.6}.get(kind, 0.45) + 0.5 * (len(text) - 1)
        case b.Words(text):
            return 0.6 + 0.46 * len(text)
        case b.Row():
            items = flat(box)
            return sum(ems(item) + (0.17 if is_name(item) else 0) for item in items)
        case b.Script(base, sub, sup):
            return ems(base) + 0.05 + 0.73 * max((_narrow(part) for part in (sub, sup) if part), default=0)
        case b.BigOp(_, sub, sup):
            return max(1.5, *(0.72 * _narrow(part) for part in (sub, sup) if part), 0) + 0.2
        case b.Frac(num, den):
            return 0.25 + max(ems(num), ems(den))
        case b.Fence(body):
            return 0.9 + ems(body)
        case b.Under(body, label):
            return max(ems(body), 0.75 * ems(label))
        case b.Coloured(body):
            return ems(body)
        case b.Grid(rows):
            columns = max((len(row) for row in rows), default=0)
            widths = (max((ems(r[c]) for r in rows if c < len(r)), default=0.0) for c in range(columns))
            return 0.9 + sum(widths) + max(0, columns - 1)
        case b.Cases(pairs):
            return (
                1.9 + max((ems(v) for v, _ in pairs), default=0) + max((ems(c) for _, c in pairs), default=0)
            )
    raise unknown(box)


def _narrow(box: b.Box) -> float:
    """Estimate a script's own width: operators inside scripts have no space around them."""
    if isinstance(box, b.Row):
        return sum(_narrow(item) for item in box.items)
    return 0.75 * len(box.text) if isinstance(box, b.Op) else ems(box)
