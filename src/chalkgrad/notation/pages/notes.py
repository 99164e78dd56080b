"""What stands below the equations: each function's formula, and the conventions that a reader must know."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.derive.algebra import add, scale, split_scale
from chalkgrad.derive.numbers import spread_numbers
from chalkgrad.expr import Sum
from chalkgrad.formula import (
    ACTIVATIONS,
    FUNCTIONS,
    LOSSES,
    ElementwiseFunction,
    LossFunction,
    nodes,
    parse_formula,
)
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Block, Box, Display, Fence, Inline, Line, Row
from chalkgrad.notation.equations.formulas import FormulaWriter, function_name
from chalkgrad.notation.equations.letters import letter_box
from chalkgrad.notation.equations.small_letters import small_letters
from chalkgrad.notation.equations.writer import EquationWriter


def conventions(writer: EquationWriter) -> tuple[Inline, ...]:
    """What a reader must know to check the equations."""
    items: list[Inline] = [(note,) for note in writer.notation.notes]
    network = writer.derivation.network
    loss = network.loss
    if writer.derivation.convention.batch:
        how = "the mean" if loss.reduction == "mean" else "the sum"
        items.append((f"The loss of a batch is {how} of its samples' losses.",))
    items.extend(small_letters(writer, (step.symbol for step in writer.derivation.steps)))
    items.extend(_norm_notes(writer))
    items.extend(_step_notes(writer))
    if network.l2:
        items.append((_penalty(writer),))
    items.extend(_canonical_link(writer))
    used = {step.rule for step in writer.derivation.backward}
    if "targets-sum-to-one" in used:
        items.append(("The targets of each sample are probabilities: they sum to one.",))
    items.extend(_kinks(network))
    items.extend((text,) for text in _differs(writer))
    return tuple(items)


def _kinks(network: Network) -> list[Inline]:
    """What is used for the derivative of a function by name where it has none."""
    calls = {f.symbol: f.body for f in (layer.function for layer in network.layers if not layer.is_softmax)}
    return [
        (f"At the kink, where {symbol} has no derivative, {symbol}′(0) = 0 is used everywhere.",)
        for symbol, body in calls.items()
        if symbol and isinstance(body, nodes.Call) and FUNCTIONS[body.function].convention
    ]


def _canonical_link(writer: EquationWriter) -> list[Inline]:
    """What the words mean, where they are a reason."""
    for step in writer.derivation.backward:
        if step.symbol.of is None or step.rule not in ("canonical-link", "targets-sum-to-one"):
            continue
        known = {symbol.kind: symbol for symbol in step.premises}
        _, difference = split_scale(step.expr)
        if not isinstance(difference, Sum):  # the samples are weighted
            difference = add([known["output"], scale(-1, known["target"])])
        factor = "." if step.expr == difference else ", times a factor that no parameter changes."
        words = "Canonical link: an output activation paired with its loss, so that the error at "
        error = writer.expr(difference)
        return [(words, writer.symbol(step.symbol.of), " is the prediction error ", error, factor)]
    return []


def _norm_notes(writer: EquationWriter) -> list[Inline]:
    """What the letters of a norm are, and the number of its ε."""
    roots = [step for step in writer.derivation.forward if step.symbol.kind == "root"]
    scalars = dict.fromkeys(scalar for step in roots for scalar in spread_numbers(step.expr))
    words = "keeps a norm from dividing by 0."
    small: list[Inline] = [
        (writer.scalar(each), f" = {float(each.value or 0):g} {words}") for each in scalars
    ]
    return [*small, *_inference_note(writer)]


def _inference_note(writer: EquationWriter) -> list[Inline]:
    """That batch norms do not look at the batch, where they do not."""
    kept = {s.kind: s for step in writer.derivation.forward for s in step.premises if s.is_statistic}
    if not kept:
        return []
    mean, variance = writer.symbol(kept["running_mean"]), writer.symbol(kept["running_variance"])
    words = " stand for the mean and the variance of a batch: these are the equations of inference."
    return [("The running ", mean, " and ", variance, words)]


def _step_notes(writer: EquationWriter) -> list[Inline]:
    """What the weights and masks of a training step are."""
    derivation = writer.derivation
    items: list[Inline] = []
    for symbol in derivation.loss.premises:
        if symbol.kind == "sample_weight":
            items.append((writer.symbol(symbol), _weight_note(writer)))
    masks = {s.layer: s for step in derivation.forward for s in step.premises if s.kind == "mask"}
    for layer, rate in derivation.training.dropout:
        kept = "1/(1 − p) for one that is kept, where p is the probability of being dropped."
        if rate is not None:
            value = f"{float(1 / (1 - rate)):g} for one that is kept"
            kept = f"{value}; {float(100 * rate):g} % are dropped on average."
        items.append((writer.symbol(masks[layer]), f" has 0 for a unit that is dropped and {kept}"))
    return [*items, *_update_notes(writer)]


def _update_notes(writer: EquationWriter) -> list[Inline]:
    """How the equations of an update are to be read."""
    training = writer.derivation.training
    if training.rule is None:
        return []
    items: list[Inline] = [(f"The update is that of {training.rule.name}.",)]
    if training.rule.remembered:
        items.append(
            ("The lines of an update are carried out in their order: below a line, the new value stands.",)
        )
    if "square" in training.rule.remembered and writer.code is None:
        items.append(("Squares, roots and quotients of matrices are taken entry by entry.",))
    return items


def _weight_note(writer: EquationWriter) -> str:
    if not writer.derivation.convention.batch:
        return " is what the sample counts: its loss is multiplied by it."
    rows = ", one a row" if writer.code is not None else ""
    text = f" has the weight of each sample{rows}, by which its loss is multiplied"
    if writer.derivation.network.loss.reduction == "mean":
        return f"{text}; the sum is divided by m, whatever the weights are."
    return f"{text}."


def _penalty(writer: EquationWriter) -> str:
    strength, value = writer.letters.penalty, float(writer.derivation.network.l2)
    text = f"The penalty counts weights only, with {strength} = {value:g}: "
    if writer.code is None:
        return text + f"{strength} ∑ W² without ½, so its gradient is 2{strength}W."
    return text + f"its gradient is 2 * {strength} * W, what torch.optim calls weight_decay * W."


def _differs(writer: EquationWriter) -> list[str]:
    """Where the network's own loss differs from what this notation's document usually writes."""
    own, usual = writer.derivation.network.loss.loss_function, LOSSES[writer.notation.squared]
    same = own.squared == usual.squared and writer.derivation.network.widths[-1] == 1
    if own.name not in LOSSES or own.squared is None or own == usual or same:
        return []
    ours, theirs = (_squared(loss) for loss in (own, usual))
    return [f"This notation's document writes the squared error as {theirs}; this network's is {ours}."]


def _squared(loss: LossFunction) -> str:
    """A squared error in words."""
    if loss.mean_over_outputs:
        return "the mean of (y − t)² over the outputs"
    return "½∑(y − t)²" if loss.squared == Fraction(1, 2) else "∑(y − t)²"


def functions(writer: EquationWriter) -> list[Block]:
    """Each activation's formula and its derivative; code has both written out where they are used."""
    if writer.code is not None:
        return []
    lines: list[Line] = []
    seen: set[ElementwiseFunction] = set()
    z = letter_box(writer.notation.index_letters.pre, "italic")
    formulas = FormulaWriter(lambda leaf: z)
    for layer in writer.derivation.network.layers:
        if layer.is_softmax or layer.function in seen or layer.function.is_identity:
            continue
        seen.add(layer.function)
        for prime in (False, True):
            name = writer.function(layer.function, prime)
            body = layer.function.derivative("z") if prime else _definition(layer.function)
            usual = function_name(layer.function.name)
            if not prime and name != usual and layer.function.name in ACTIVATIONS:
                lines.append(Line(_call(name, z), "=", _call(usual, z)))
                lines.append(Line(None, "=", formulas.box(body)))
            else:
                lines.append(Line(_call(name, z), "=", formulas.box(body)))
    return [Display(tuple(lines))] if lines else []


def _call(name: Box, arg: Box) -> Box:
    return Row((name, Fence(arg)))


def _definition(function: ElementwiseFunction) -> nodes.Node:
    """The formula that defines a function, also where its body is only its own name."""
    body = function.body
    if isinstance(body, nodes.Call) and FUNCTIONS[body.function].meaning:
        return parse_formula(FUNCTIONS[body.function].meaning, ("u",))
    return body
