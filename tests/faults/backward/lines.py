"""From the slots of a line to its text, in one layout and with one writer's letters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.faults.backward.functions import FORWARD
from tests.faults.backward.plan import BLine, HeadLine, Plan, WLine, ZLine


class NotWritable(Exception):  # noqa: N818  (no error: this style has no such line)
    """The style has no line in which a person could make this mistake."""


@dataclass(frozen=True)
class Layout:
    """Samples as rows or columns, or one at a time; how W lies; how a product is written."""

    rows: bool = True
    in_out: bool = False
    dot: str = "@"  # or np.dot, .dot, np.matmul, einsum
    flat: bool = True  # b of shape (n,)
    vector: bool = False  # one sample, all vectors flat
    single: bool = False  # one sample, as columns

    @property
    def flipped(self) -> Layout:
        return replace(self, in_out=not self.in_out)

    @property
    def axis(self) -> int:
        """The axis of the units."""
        return 1 if self.rows and not self.vector else 0

    def product(self, left: str, right: str) -> str:
        if self.dot == "@":
            return f"{left} @ {right}"
        if self.dot == ".dot":
            return f"{left}.dot({right})"
        if self.dot == "einsum":
            spots = [("ji" if side.endswith(".T") else "ij") for side in (left, right)]
            second = {"ij": "jk", "ji": "kj"}[spots[1]]
            return (
                f'np.einsum("{spots[0]},{second}->ik", {left.removesuffix(".T")}, {right.removesuffix(".T")})'
            )
        return f"{self.dot}({left}, {right})"

    def outer(self, e: str, a: str) -> str:
        """The gradient of a weight matrix."""
        if self.vector:
            return f"np.outer({a}, {e})" if self.in_out else f"np.outer({e}, {a})"
        if self.rows:
            return self.product(f"{a}.T", e) if self.in_out else self.product(f"{e}.T", a)
        return self.product(a, f"{e}.T") if self.in_out else self.product(e, f"{a}.T")

    def back(self, e: str, w: str) -> str:
        """An error taken back through a weight matrix."""
        if self.rows and not self.vector:
            return self.product(e, f"{w}.T") if self.in_out else self.product(e, w)
        return self.product(w, e) if self.in_out else self.product(f"{w}.T", e)

    def affine(self, a: str, w: str, b: str) -> str:
        """The pre-activation; ``b`` may be empty."""
        if self.rows and not self.vector:
            text = self.product(a, w) if self.in_out else self.product(a, f"{w}.T")
        else:
            text = self.product(f"{w}.T", a) if self.in_out else self.product(w, a)
        return f"{text} + {b}" if b else text

    def summed(self, e: str, axis: int) -> str:
        keep = "" if self.flat else ", keepdims=True"
        return f"np.sum({e}, axis={axis}{keep})"


@dataclass(frozen=True)
class Names:
    """What a writer calls things; ``{}`` is the layer's number, counted from ``first``."""

    z: str = "Z{}"
    a: str = "A{}"
    w: str = "W{}"
    b: str = "b{}"
    e: str = "dZ{}"
    da: str = "dA{}"
    dw: str = "dW{}"
    db: str = "db{}"
    x: str = "X"
    t: str = "Y"
    m: str = "m"
    c: str = "lam"
    rate: str = "lr"
    y: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def at(self, kind: str, l: int) -> str:
        if kind == "a" and l == 0:
            return self.x
        text: str = getattr(self, kind)
        return text.format(l)


class Slots(dict[str, str]):
    """Placeholders of a line; one that the layer does not have makes the line unwritable."""

    def __missing__(self, key: str) -> str:
        raise NotWritable(key)


def slots(names: Names, layout: Layout, l: int, depth: int) -> Slots:
    """The placeholders of layer l, as names."""
    table = Slots(m=names.m, c=names.c, lr=names.rate, t=names.t, ax=str(layout.axis))
    table["y"] = names.y or names.at("a", depth)
    for kind in ("z", "a", "w", "e", "da", "dw", "db", "b"):
        for suffix, k in (("", l), ("n", l + 1), ("p", l - 1)):
            if 1 <= k <= depth or (kind == "a" and k == 0):
                table[f"{kind}{suffix}"] = names.at(kind, k)
    table["n"] = f"{names.t}.shape[{layout.axis}]"
    return table


def scaled(pre: tuple[str, ...], text: str, table: Slots) -> str:
    factors = " * ".join(pre).format_map(table)
    if not factors:
        return text
    return f"-({text})" if factors == "-1" else f"{factors} * {text}"


def with_slope(target: str, error: str, slope: str, table: Slots, op: str, layout: Layout) -> list[str]:
    """Write ``dZ = dA ⊙ slope``, as a factor or as statements."""
    if slope.startswith("do:"):
        return slope[3:].format_map(table).split("|")
    factor = slope.format_map(table)
    if not factor:
        return [f"{target} = {error}"]
    if op == "matmul":
        return [f"{target} = {layout.product(error, factor)}"]
    return [f"{target} = {error} * {factor}"]


def head_lines(line: HeadLine, table: Slots, layout: Layout) -> list[str]:
    error = scaled(line.pre, line.error.format_map(table), table) + line.post.format_map(table)
    if not line.slope:
        return [f"{table['e']} = {error}"]
    inner = Slots(table | {"e": table["da"], "d": table["e"]})
    return [f"{table['da']} = {error}", *with_slope(table["e"], table["da"], line.slope, inner, "*", layout)]


def z_lines(line: ZLine, table: Slots, layout: Layout, two: bool) -> list[str]:
    err, wts = table[line.err], table[line.wts]
    match line.mode:
        case "matmul":
            up = layout.back(err, wts)
        case "transposed":
            up = layout.flipped.back(err, wts)
        case "hadamard":
            turned = layout.in_out == layout.rows
            up = f"{err} * {wts}{'.T' if turned else ''}"
        case _:
            up = err
    up = scaled(line.pre, up, table) + line.more.format_map(table)
    inner = Slots(table | {"e": table["da"], "d": table["e"]})
    all_slopes = line.slope + line.twice
    two = two or "{e}" in all_slopes or line.slope.startswith("do:") or bool(line.more)
    if two:
        lines = [f"{table['da']} = {up}"]
        lines += with_slope(table["e"], table["da"], line.slope, inner, line.op, layout)
    else:
        wrapped = f"({up})" if "@" in up or line.pre else up
        lines = with_slope(table["e"], wrapped, line.slope, inner, line.op, layout)
    if line.twice:
        factor = line.twice.format_map(inner)
        if line.slope.startswith("do:"):
            raise NotWritable("twice")
        lines[-1] += f" * {factor}"
    return lines


def w_lines(line: WLine, table: Slots, layout: Layout) -> list[str]:
    e, a = table[line.err], table[line.inp]
    match line.mode:
        case "matmul":
            text = layout.outer(e, a)
        case "swapped":
            text = layout.flipped.outer(e, a)
        case "first" if not (layout.vector or layout.single):
            spot = "[0]" if layout.rows else "[:, 0]"
            text = Layout(vector=True, in_out=layout.in_out).outer(e + spot, a + spot)
        case "hadamard" if not layout.vector:
            text = f"({e} * {a})"
        case _:
            raise NotWritable(line.mode)
    value = scaled(line.pre, text, table) + line.post.format_map(table) + line.penalty.format_map(table)
    if line.statements:
        return line.statements.format_map(Slots(table | {"d": table["dw"], "v": value})).split("|")
    return [f"{table['dw']} = {value}"]


def b_lines(line: BLine, table: Slots, layout: Layout) -> list[str]:
    e = table[line.err]
    one = layout.vector or layout.single
    batch = 0 if layout.rows else 1
    match line.mode:
        case "batch":
            text = e if one else layout.summed(e, batch)
        case "everything":
            text = f"np.sum({e})"
        case "weights":
            over = 0 if layout.in_out else 1
            dw = table["dw"]
            text = (
                f"np.sum({dw}, axis={over})" if layout.flat else f"np.sum({dw}, axis={over}, keepdims=True)"
            )
            if not layout.flat and layout.rows != layout.in_out:
                text += ".T"
        case "axis" if not one:
            text = layout.summed(e, 1 - batch)
        case "missing" if not one:
            text = e
        case "first" if not one:
            text = f"{e}[0]" if layout.flat else f"{e}[:1]" if layout.rows else f"{e}[:, :1]"
        case _:
            raise NotWritable(line.mode)
    return [f"{table['db']} = {scaled(line.pre, text, table)}{line.post.format_map(table)}"]


def backward(plan: Plan, names: Names, layout: Layout, two: bool = False) -> list[str]:
    """All lines from the output to the input."""
    depth = plan.setup.depth
    lines = [text.format_map(slots(names, layout, l, depth)) for l, text in plan.before]
    for l in range(depth, 0, -1):
        table = slots(names, layout, l, depth)
        if l == depth:
            lines += head_lines(plan.head, table, layout)
        else:
            lines += z_lines(plan.hidden[l], table, layout, two or needs_two(plan, l))
        lines += w_lines(plan.weights[l], table, layout)
        if l in plan.biases:
            lines += b_lines(plan.biases[l], table, layout)
        if l in plan.early:
            lines.append(f"{table['w']} {plan.update}= 0.1 * {table['dw']}")
    return lines


def needs_two(plan: Plan, l: int) -> bool:
    """Whether dA_l must have a line of its own because another line speaks of it."""
    bias = plan.biases.get(l)
    return l in plan.setup.skips or "da" in (plan.weights[l].err, bias.err if bias else "")


def forward(plan: Plan, names: Names, layout: Layout) -> list[str]:
    """All lines from the input to the output."""
    lines: list[str] = []
    setup = plan.setup
    for l, activation in enumerate(setup.activations, start=1):
        b = names.at("b", l) if setup.biases[l - 1] and l not in plan.forward_bias else ""
        lines.append(f"{names.at('z', l)} = {layout.affine(names.at('a', l - 1), names.at('w', l), b)}")
        value = FORWARD[plan.forward.get(l, activation)].format(z=names.at("z", l))
        skip = f" + {names.at('a', l - 1)}" if l in setup.skips else ""
        lines.append(f"{names.at('a', l)} = {value}{skip}")
    return lines
