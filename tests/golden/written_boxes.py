"""Formulas as boxes, by name, for the exact outputs in test_writers."""

from __future__ import annotations

from chalkgrad.notation.boxes import (
    BigOp,
    Box,
    Cases,
    Coloured,
    Fence,
    Frac,
    Grid,
    Numeral,
    Op,
    Row,
    Script,
    Sym,
    Under,
    Words,
)


def row(*items: Box) -> Row:
    return Row(items)


def sub(letter: str, *index: Box) -> Script:
    return Script(Sym(letter), row(*index))


MINUS, PLUS, TIMES, DEL = Op("−"), Op("+"), Op("⊙"), Op("∂", "prefix")
PRIME = Op("′", "prefix")
Y_HAT = Sym("y", accent="hat")
Y, T, Z, X = Sym("y"), Sym("t"), Sym("z"), Sym("x")
ONE, TWO = Numeral("1"), Numeral("2")
J, K, LAYER = Sym("j"), Sym("k"), Sym("l")
TOP = Sym("⊤", "upright")


def derivative(of: Box, by: Box) -> Frac:
    return Frac(row(DEL, of), row(DEL, by))


FORMULAS: dict[str, Box] = {
    "hidden error": row(
        Fence(row(sub("Δ", TWO), sub("W", TWO))), TIMES, Script(Sym("f"), sup=PRIME), Fence(sub("Z", ONE))
    ),
    "output derivative": row(
        derivative(Sym("L"), Y_HAT),
        Op("=", "relation"),
        Frac(row(Y, MINUS, T), row(Y, Fence(row(ONE, MINUS, Y)))),
    ),
    "recurrence": row(
        Script(Sym("δ"), J, LAYER),
        Op("=", "relation"),
        Script(Sym("h"), sup=PRIME),
        Fence(sub("a", J)),
        BigOp("Σ", K),
        sub("w", K, J),
        sub("δ", K),
    ),
    "limits": row(
        BigOp("Σ", row(Sym("i"), Op("=", "relation"), ONE), Sym("m")),
        Script(Fence(row(Y, MINUS, T)), sup=TWO),
    ),
    "bracketed layer": row(Script(Sym("A"), sup=row(Fence(row(LAYER, MINUS, ONE), "[", "]"), TOP))),
    "layers in brackets": Script(Script(Sym("w"), row(J, Sym("i"))), sup=Fence(TWO)),
    "prime and layer": Script(Script(Sym("z"), ONE), sup=row(PRIME, Fence(TWO))),
    "prediction": Script(Sym("y", accent="star"), K),
    "bold": row(Sym("W", "bold"), Script(Sym("δ", "bold"), sup=TOP), Sym("1", "bold")),
    "alphabets": row(
        Sym("Z", "script"),
        Op("∈", "relation"),
        Script(Sym("R", "double"), sup=row(Sym("m"), Op("×"), Numeral("4"))),
    ),
    "names": row(
        Sym("log", "upright"), Y_HAT, PLUS, Sym("softmax"), Fence(Z), PLUS, TWO, Sym("ReLU"), Fence(Z)
    ),
    "mean": row(Frac(ONE, Sym("m")), Script(sub("Δ", ONE), sup=TOP), X),
    "half": row(Frac(ONE, TWO), Script(Fence(row(Y, MINUS, T)), sup=TWO)),
    "chain": row(derivative(Sym("L"), Z), derivative(Z, X)),
    "fraction of fractions": Frac(Frac(Sym("a"), Sym("b")), row(Sym("c"), Sym("d"))),
    "power of a fraction": Script(Frac(Sym("a"), Sym("b")), sup=TWO),
    "numbers": row(Numeral("0.25"), Numeral("-3"), Numeral("2.08e-05"), Numeral("3/7")),
    "infinite": row(Op("−", "prefix"), Numeral("inf"), Op("<", "relation"), X),
    "typed operators": row(Sym("w"), Op("-"), Sym("η"), Op("*"), Sym("g"), Op("<-", "relation"), X),
    "code": row(Sym("dZ2.T", "code"), Op("@"), Sym("A_1", "code"), Op("*"), Numeral("2")),
    "path": row(
        Coloured(Under(row(sub("w", ONE), X), Words("path 1")), "blue"), PLUS, Coloured(sub("w", TWO), "red")
    ),
    "matrix": Script(Grid(((Numeral("0.5"), Numeral("−3")), (Numeral("12.25"), Numeral("1/2")))), sup=TOP),
    "column": Grid(((Sym("a"),), (Sym("⋮"),), (Sym("b"),)), "(", ")"),
    "cases": row(
        Sym("f"),
        Fence(Z),
        Op("=", "relation"),
        Cases(
            ((Z, row(Words("if "), Z, Op(">", "relation"), Numeral("0"))), (Numeral("0"), Words("otherwise")))
        ),
    ),
    "unusual operators": row(
        Sym("a"), Op(":=", "relation"), Sym("b"), Op("∗"), Sym("c"), Op(",", "punct"), Op("…", "prefix")
    ),
    "second derivative": Frac(row(Script(DEL, sup=TWO), Sym("L")), row(DEL, Script(Sym("w"), sup=TWO))),
}
