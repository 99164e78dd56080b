"""Code that raises or never answers: where, what it was about to compute, and the line that would.

A missing transpose seldom gives wrong numbers: it raises.  With all sizes equal it does not, and then the
numbers say what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalkgrad._errors import InputError
from chalkgrad.diagnose.beyond.accidents import broadcast
from chalkgrad.diagnose.code.fix import fix
from chalkgrad.diagnose.code.naming import CodeNames
from chalkgrad.diagnose.explaining import Explainer
from chalkgrad.diagnose.findings import Fix, GradientVerdict, Mistake
from chalkgrad.diagnose.mistakes.statement import Statement, quantity
from chalkgrad.diagnose.probes.points import point_of
from chalkgrad.diagnose.probes.probes import mild, resized
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.diagnose.search.explanation import Explained
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.answer.observation import Observed
from chalkgrad.usercode.session import Session
from chalkgrad.usercode.vocabulary.names import gradient

SIDE = 4


def crashed(session: Session, network: Network, data: Data, seen: Observed, subject: str) -> Diagnosis:
    """The diagnosis of code that gave no gradients."""
    blank = tuple(
        GradientVerdict(f"d{name}", "not returned", "not returned") for name in network.parameter_shapes()
    )
    base = Diagnosis(
        network,
        subject,
        "failed",
        blank,
        output=seen.output,
        reading=str(seen.reading),
        layout=seen.reading.to_dict(),
    )
    if seen.stopped:
        late = "let it return its gradients; an endless loop must end"
        advice = (late,) if seen.is_late else ()
        mistake = Mistake("no-answer", (), (), _sentence(seen.stopped), remedy=Fix(advice=advice))
        return replace(base, mistakes=(mistake,))
    raised = _raised(session, network, seen)
    accident = broadcast(seen.observations, seen.source)
    if accident is not None:
        return replace(base, outcome="explained", mistakes=(accident,), patterns=(raised.said,))
    found = _with_equal_sizes(session, network)
    if found is None or not found.mistakes:
        return replace(base, mistakes=(raised,))
    mistakes = tuple(
        replace(
            each,
            line=raised.line if each.line is None else each.line,
            source=each.source or raised.source,
        )
        for each in found.mistakes
    )
    return replace(
        base,
        outcome="explained" if found.outcome == "explained" else "failed",
        mistakes=mistakes,
        alternatives=found.alternatives,
        patterns=(
            raised.said,
            (f"With all sizes equal to {SIDE} it runs, and its numbers tell the mistake.",),
        ),
    )


def _sentence(text: str) -> Statement:
    return (text[:1].upper() + text[1:].rstrip(".") + ".",)


def _raised(session: Session, network: Network, seen: Observed) -> Mistake:
    """The exception, its line, and what the derivation has for the quantity that was being made."""
    first = seen.observations[0]
    error = first.error or {}
    line, text = error.get("line"), error.get("text") or ""
    message = error.get("message", "")
    where = f"line {line}" if line else "its call"
    said = _sentence(f"{error.get('type', 'an exception')} in {where}: {message}".rstrip(": "))
    target = text.partition("=")[0].strip() if "=" in text else ""
    name = gradient(target.strip("-+*/ "), network.depth) if target else None
    remedy, sites = Fix(), tuple[str, ...]()
    if name is not None and any(step.name == name for step in point_of(first).derivation.backward):
        names = CodeNames(point_of(first), first, seen.reading, {}, source=seen.source)
        remedy, sites = Fix(fix(name, names)), (name,)
        said = (*said, "  ", quantity(network, name), " was being formed.")
    return Mistake("exception", sites, (), said, remedy=remedy, line=line, source=text)


def _with_equal_sizes(session: Session, network: Network) -> Explained | None:
    """The explanation on a network whose sizes all agree, the batch's too."""
    best: Explained | None = None
    for square in _squares(network):
        try:
            probes = [(square, mild(square, SIDE, seed)) for seed in (1, 2, 3)]
            chosen = session.choose(probes[0][1], square)
        except InputError:
            continue
        for each in chosen[:4]:
            if each.stopped or each.observations[0].error is not None:
                continue
            found = _explained(session, probes, each)
            if found is not None and (best is None or found.cost < best.cost):
                best = found
        if best is not None and best.outcome == "explained":
            return best
    return best


def _explained(
    session: Session, probes: Sequence[tuple[Network, Data]], chosen: Observed
) -> Explained | None:
    seen = session.observe(probes, chosen.reading)
    if any(each.error is not None for each in seen.observations):
        return None
    wrong = [f"d{name}" for name in probes[0][0].parameter_shapes()]
    points = [point_of(each) for each in seen.observations]
    found = Explainer(seen.observations, points, seen.reading, seen.source, wrong).explain()
    return found if found.mistakes else None


def _squares(network: Network) -> list[Network]:
    found = []
    depth = network.depth
    for last in (SIDE, network.widths[-1]):
        try:
            found.append(resized(network, (*[SIDE] * depth, last)))
        except InputError:
            continue
    return found
