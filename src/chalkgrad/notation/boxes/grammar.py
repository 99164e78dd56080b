"""Grammar: what it means when boxes stand side by side, the same for every writer.

A writer asks here for the parts of a row (nested rows spliced, ambiguous neighbours separated), for the
space between two of them, and for the parts of a script (stacked scripts merged, bases bracketed where a
reader would be misled).
"""

from __future__ import annotations

from collections.abc import Iterator

from chalkgrad.notation.boxes import nodes as b
from chalkgrad.notation.boxes.characters import ACCENTS_AFTER, MARKS, TYPED, clean

ADDITIVE = frozenset("+−-±∓")


def children(box: b.Box) -> tuple[b.Box, ...]:
    """Return the boxes directly inside ``box``; a box this project does not know raises TypeError."""
    match box:
        case b.Sym() | b.Numeral() | b.Op() | b.Words():
            return ()
        case b.Row(items):
            return items
        case b.Script(base, sub, sup):
            return tuple(part for part in (base, sub, sup) if part is not None)
        case b.BigOp(_, sub, sup):
            return tuple(part for part in (sub, sup) if part is not None)
        case b.Frac(num, den):
            return (num, den)
        case b.Fence(body) | b.Coloured(body):
            return (body,)
        case b.Under(body, label):
            return (body, label)
        case b.Grid(rows):
            return tuple(cell for row in rows for cell in row)
        case b.Cases(pairs):
            return tuple(part for pair in pairs for part in pair)
    raise unknown(box)


def unknown(box: object) -> TypeError:
    """Return the error for a box or block that no writer knows."""
    return TypeError(
        f"no writer knows the box {type(box).__name__}; the boxes are in chalkgrad.notation.boxes"
    )


def is_code(box: b.Box | None) -> bool:
    """Is any symbol in it code?  Then the whole of it is printed with its operators as typed."""
    if box is None:
        return False
    if isinstance(box, b.Sym):
        return box.style == "code"
    return any(is_code(child) for child in children(box))


def is_tall(box: b.Box) -> bool:
    """Does it hold a matrix or a case distinction, which need several text lines?"""
    return isinstance(box, b.Grid | b.Cases | b.Under) or any(is_tall(child) for child in children(box))


def parts_of(content: b.Inline) -> Iterator[str | b.Box]:
    """Yield the parts of running text; one that is neither words nor a formula raises TypeError."""
    for part in content:
        if not isinstance(part, str | b.Box):
            raise unknown(part)
        yield part


def grows(node: b.Box) -> bool:
    """Do brackets around it have to grow?"""
    if isinstance(node, b.Frac | b.BigOp) or is_tall(node):
        return True
    if isinstance(node, b.Numeral):
        return "/" in node.text
    if isinstance(node, b.Script):
        return grows(node.base)
    if isinstance(node, b.Row):
        return any(map(grows, node.items))
    return isinstance(node, b.Fence | b.Coloured) and grows(node.body)


def is_name(box: b.Box) -> bool:
    """Is it a function's name such as ``log`` or ``ReLU``, set upright and followed by a thin space?"""
    if isinstance(box, b.Script):
        return is_name(box.base)
    if not isinstance(box, b.Sym) or len(box.text) < 2 or box.style in {"code", "bold", "script", "double"}:
        return False
    return box.text.isalpha() and (box.style == "upright" or len(box.text) > 2)


def operator(op: b.Op, code: bool) -> str:
    """Return the operator's sign: ``-`` becomes ``−`` except in code."""
    return clean(op.text) if code else TYPED.get(op.text, clean(op.text))


def number(text: str) -> tuple[str, str, str]:
    """Split a number into mantissa, denominator and exponent, with a typographic minus.

    >>> number("-2.08e-05"), number("3/7"), number("inf")
    (('−2.08', '', '−5'), ('3', '7', ''), ('∞', '', ''))
    """
    text = clean(text).strip().replace("-", "−")
    if text.lstrip("−+") in {"inf", "infinity"}:
        return text.rstrip("infty") + "∞", "", ""
    mantissa, e, exponent = text.partition("e")
    if e and exponent.lstrip("−+").isdigit():
        sign = "−" if exponent.startswith("−") else ""
        return mantissa, "", sign + (exponent.lstrip("−+0") or "0")
    numerator, slash, denominator = text.partition("/")
    return (numerator, denominator, "") if slash and denominator else (text, "", "")


def flat(box: b.Box, code: bool = False, script: bool = False) -> tuple[b.Box, ...]:
    """Return the items of a row with nested rows spliced and ambiguous neighbours kept apart.

    A number after a letter or number gets a dot between, a negative number after an operator brackets,
    so ``2`` next to ``−3`` reads 2 · (−3) and not 2 − 3.  Scripts and code are left as they are.
    """
    spliced = list(_splice(box))
    if code or script:
        return tuple(spliced)
    items: list[b.Box] = []
    for item in spliced:
        if items and isinstance(_edge(item, 0), b.Numeral):
            before, first = _edge(items[-1], -1), _edge(item, 0)
            negative = isinstance(first, b.Numeral) and first.text[:1] in {"-", "−"}
            if not isinstance(before, b.Op | b.Words | b.BigOp) and not is_name(before):
                items.append(b.Op("·"))
            if negative and not (isinstance(before, b.Words) or _is_opening(before)):
                item = b.Fence(item)
        items.append(item)
    return tuple(items)


THIN, MEDIUM, THICK = 3, 4, 5
"""Spaces in mu, of which an em has 18."""
_KINDS = ("ord", "name", "big", "inner", "fence", "words", "prefix", "punct", "open", "close")
SPACE: dict[tuple[str, str], int] = {
    **{("punct", after): THIN for after in _KINDS},
    **{("ord", after): THIN for after in ("name", "big", "inner")},
    **{("fence", after): THIN for after in ("name", "big", "inner")},
    **{("name", after): THIN for after in ("ord", "name", "big", "inner", "prefix")},
    **{("big", after): THIN for after in ("ord", "name", "big", "inner", "fence")},
    **{("inner", after): THIN for after in ("ord", "name", "big", "inner", "fence")},
    **{pair: MEDIUM for kind in _KINDS for pair in (("binary", kind), (kind, "binary"))},
    **{pair: THICK for kind in (*_KINDS, "binary") for pair in (("relation", kind), (kind, "relation"))},
    ("binary", "binary"): MEDIUM,
    ("relation", "relation"): THICK,
}
"""The space between neighbours by their classes, as in The TeXbook, chapter 18; 0 where a pair is not there.

``big`` are sums, ``inner`` what stands apart: fractions, matrices, cases, braces and colours.
"""
_TIGHT = {"/", "^", "**", "."}


_CLASSES = {
    **dict.fromkeys((b.Frac, b.Grid, b.Cases, b.Under, b.Coloured), "inner"),
    b.Words: "words",
    b.BigOp: "big",
    b.Fence: "fence",
    b.Numeral: "ord",
    b.Row: "ord",
}


def class_of(box: b.Box) -> str:
    """Return the class by which a box keeps its distance."""
    if isinstance(box, b.Op):
        return "tight" if box.text in _TIGHT else box.kind
    return _CLASSES.get(type(box)) or ("name" if is_name(box) else "ord")


def space(before: b.Box, after: b.Box, code: bool = False) -> int:
    """Return the space between two neighbours of a row, in mu."""
    (_, _), (found, _) = spaced((before, after), code)
    return found


def spaced(items: tuple[b.Box, ...], code: bool = False) -> Iterator[tuple[int, b.Box]]:
    """Yield the parts of a row, each with the space before it."""
    before, signed = "", True
    for item in items:
        kind, sign = class_of(item), isinstance(item, b.Op | b.Words)
        if code and before and not signed and not sign:
            yield (0 if isinstance(item, b.Fence | b.Grid) else THIN), item
        else:
            yield SPACE.get((before, kind), 0), item
        before, signed = kind, sign


def _is_opening(box: b.Box) -> bool:
    return isinstance(box, b.Op) and box.kind in {"relation", "punct", "open"}


def _splice(box: b.Box) -> list[b.Box]:
    if isinstance(box, b.Row):
        return [leaf for item in box.items for leaf in _splice(item)]
    return [box]


def _edge(box: b.Box, index: int) -> b.Box:
    """Return the first (0) or last (−1) box that is seen, looking through colours and braces."""
    while True:
        if isinstance(box, b.Coloured | b.Under):
            box = box.body
        elif isinstance(box, b.Row) and box.items:
            box = box.items[index]
        else:
            return box


def script_parts(script: b.Script) -> tuple[b.Box, b.Box | None, b.Box | None]:
    """Return base, subscript and superscript with nested scripts merged and the base bracketed if needed.

    A star or prime accent of the base becomes the first mark of the superscript.
    """
    base, sub, sup = script.base, script.sub, script.sup
    while True:
        if isinstance(base, b.Row) and len(base.items) == 1:
            base = base.items[0]
        elif isinstance(base, b.Script) and not (base.sub and sub) and not (base.sup and sup):
            sub, sup, base = base.sub or sub, base.sup or sup, base.base
        else:
            break
    if isinstance(base, b.Sym) and base.accent in ACCENTS_AFTER:
        mark = b.Op(ACCENTS_AFTER[base.accent], "prefix")
        base, sup = b.Sym(base.text, base.style), b.Row((mark, sup)) if sup else mark
    elif _misleads(base):
        base = b.Fence(base)
    return base, sub, sup


def _misleads(base: b.Box) -> bool:
    if isinstance(base, b.Numeral):
        mantissa, denominator, exponent = number(base.text)
        return bool(denominator or exponent) or mantissa.startswith("−")
    if isinstance(base, b.Row):
        return any(
            isinstance(i, b.Frac) or (isinstance(i, b.Op) and i.kind != "prefix") for i in _splice(base)
        )
    return isinstance(base, b.Frac | b.Script)


def marks(sup: b.Box | None) -> tuple[str, b.Box | None]:
    """Split leading primes and stars off a superscript: they stand at the letter in every format."""
    if sup is None:
        return "", None
    items = list(_splice(sup))
    found = ""
    while (
        items and isinstance(items[0], b.Op | b.Sym) and items[0].text and set(items[0].text) <= MARKS.keys()
    ):
        found += "".join(MARKS[character] for character in items.pop(0).text)  # type: ignore[attr-defined]
    return found, (items[0] if len(items) == 1 else b.Row(tuple(items))) if items else None


def numeric_columns(table: b.TableBlock) -> tuple[bool, ...]:
    """Tell for each column whether every cell below the header is a number (then it is set flush right).

    A dot stands for a zero that is of no interest.
    """
    count = max((len(row) for row in (table.header, *table.rows)), default=0)

    def is_number(cell: tuple[str | b.Box, ...]) -> bool:
        if len(cell) != 1:
            return False
        text = cell[0].text if isinstance(cell[0], b.Numeral) else cell[0]
        return isinstance(text, str) and text.strip(" +-−%.,/e×").replace(".", "").replace(",", "").isdigit()

    rows = table.rows
    columns = ([row[c] for row in rows if c < len(row) and row[c] not in ((), ("·",))] for c in range(count))
    return tuple(bool(cells) and all(map(is_number, cells)) for cells in columns)
