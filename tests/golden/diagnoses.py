"""Diagnoses made by hand, one for each outcome: what a page is held to without running anything."""

from __future__ import annotations

from chalkgrad.derive import derive
from chalkgrad.derive.algebra import scale
from chalkgrad.diagnose.findings import Fix, GradientVerdict, Mistake, Remark
from chalkgrad.diagnose.mistakes.statement import code, quantities
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.expr import Apply, Dim, Expr, Hadamard, Numeric, coefficient
from chalkgrad.network import Network

NETWORK = Network("4-3:relu-2:tanh-1:sigmoid", loss="binary_cross_entropy")
STEPS = derive(NETWORK)
OF = quantities(NETWORK)
"""Canonical name → symbol."""
SUBJECT = "homework/mine.py:backward"
READING = "samples as columns, W as n_out × n_in, b as a column"
PROBES = (
    "4 networks of other widths, with 5 samples each",
    "saturated inputs, and inputs at the kink of relu",
)
NAMES = ("dW1", "db1", "dW2", "db2", "dW3", "db3")


def correct(name: str) -> Expr:
    return STEPS.step(name).expr


def first_factors(name: str) -> Expr:
    """The right side without its last factor."""
    expr = correct(name)
    assert isinstance(expr, Hadamard)
    return expr.factors[0] if len(expr.factors) == 2 else Hadamard(expr.factors[:-1])


def verdicts(wrong: dict[str, float], own: tuple[str, ...] = ()) -> tuple[GradientVerdict, ...]:
    return tuple(
        GradientVerdict(name, "wrong", "differs", relative_error=wrong[name], follows=name not in own)
        if name in wrong
        else GradientVerdict(name, "right", relative_error=2e-16)
        for name in NAMES
    )


SLOPE = Apply(NETWORK.layers[0].function, (OF["Z1"],), "z")
MISSING = Mistake(
    "derivative-missing",
    ("dZ1",),
    ("dW1", "db1"),
    (OF["dZ1"], " was formed without ⊙ ", SLOPE, "."),
    first_factors("dZ1"),
    correct("dZ1"),
    Fix("dZ1 = (W2.T @ dZ2) * (Z1 > 0)"),
    14,
    "    dZ1 = W2.T @ dZ2",
    True,
)
MEAN = Mistake(
    "batch-mean-missing",
    ("dZ3",),
    NAMES,
    (OF["dZ3"], " was formed without 1/m: it is exactly m times too large (5 times where m is 5)."),
    scale(coefficient(1, (Dim("m"), 1)), correct("dZ3")),
    correct("dZ3"),
    Fix("dZ3 = (A3 - Y) / m"),
    9,
    "    dZ3 = A3 - Y",
    True,
)
BROADCAST = Mistake(
    "broadcasting",
    ("dZ3",),
    NAMES,
    (OF["Y"], " has the shape (m, 1) and your ", code("t"), " the shape (m,): ", code("y - t"), " is m × m."),
    Numeric(lambda y, t: y - t.T, (OF["Y"], OF["T"]), OF["Y"].shape, "{} 1ᵀ − 1 {}ᵀ"),
    correct("dZ3"),
    Fix("t = t.reshape(-1, 1)"),
)
STATE = Mistake(
    "accumulator",
    (),
    ("dW1",),
    (code("grads"), " is kept from call to call and never cleared: the second call gives twice the first."),
    remedy=Fix(advice=("set ", code("grads"), " to zeros at the beginning of the function")),
    line=3,
    source="def backward(x, t, grads={}):",
)

RIGHT = Diagnosis(
    NETWORK, SUBJECT, "right", verdicts({}), reading=READING, probes=PROBES,
    remarks=(Remark("convention", ("relu′(0) is taken as 1; 0 is as good.",)),),
)  # fmt: skip
EXPLAINED = Diagnosis(
    NETWORK, SUBJECT, "explained", verdicts({"dW1": 0.83, "db1": 1.25}), (MISSING,),
    reading=READING, probes=PROBES, output="epoch 1\n",
)  # fmt: skip
TWO = Diagnosis(
    NETWORK, SUBJECT, "explained", verdicts(dict.fromkeys(NAMES, 4.0)), (MEAN, MISSING),
    reading=READING, probes=PROBES,
)  # fmt: skip
AMBIGUOUS = Diagnosis(
    NETWORK, SUBJECT, "ambiguous", verdicts(dict.fromkeys(NAMES, 4.0)), (BROADCAST,), ((MEAN,), (STATE,)),
    "the network has one output, so all of them give the same numbers whatever the data", READING,
    probes=PROBES,
)  # fmt: skip
UNEXPLAINED = Diagnosis(
    NETWORK, SUBJECT, "unexplained",
    (
        *verdicts({"dW1": 0.2})[:3],
        GradientVerdict("db2", "wrong shape", "shape (3, 2), should be (2,)"),
        GradientVerdict("dW3", "not finite", "3 of 2 entries are NaN"),
        GradientVerdict("db3", "not returned", "no `db3` among dW1, db1, dW2, db2, dW3"),
    ),
    patterns=(
        (OF["dZ1"], " is the first wrong quantity; ", OF["dZ2"], " and what it is formed from are right"),
        (OF["dZ1"], " over the derived one is the same number in every row, and another in every column"),
    ),
    reading=READING, probes=PROBES,
)  # fmt: skip
FAILED = Diagnosis(
    NETWORK, SUBJECT, "failed",
    tuple(GradientVerdict(name, "not returned") for name in NAMES),
    (
        Mistake(
            "exception", ("dW2",), (),
            ("ValueError in ", code("dW2 = dZ2 @ A1"), ": matmul: Input operand 1 has size 3, not 5"),
            remedy=Fix("dW2 = dZ2 @ A1.T"), line=11, source="    dW2 = dZ2 @ A1",
        ),
    ),
    reading=READING,
)  # fmt: skip
ALL = {
    "right": RIGHT, "explained": EXPLAINED, "two": TWO, "ambiguous": AMBIGUOUS, "unexplained": UNEXPLAINED,
    "failed": FAILED,
}  # fmt: skip
