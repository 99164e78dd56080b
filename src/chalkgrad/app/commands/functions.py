"""``chalkgrad functions``: activations, losses, norms, their names elsewhere, and how to write one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import Parser
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output

if TYPE_CHECKING:
    from chalkgrad.notation.boxes import Block, Document

Entry = dict[str, Any]
OWN = (
    ("An activation of your own is a formula in z, a loss one in y (prediction) and t (target); give it a "
     "name if you like.  Its derivative is derived.",
     ("chalkgrad derive '2-3:formula:z*sigmoid(z)-1'",
      "chalkgrad derive '2-3:formula:bump=exp(-z^2)-1'",
      "chalkgrad derive 2-3:tanh-1 --loss 'formula:quartic=(y-t)^4'")),
    ("In a problem file or in Python the same text stands in quotes: "
     'layers = "2-3:formula:z*sigmoid(z)-1", loss = "formula:(y-t)^4".', ()),
)  # fmt: skip


def parser() -> Parser:
    """Return the options of the command."""
    about = "List the activations, losses and norms: formula, range or targets, parameters, other names."
    examples = ("functions", "functions --format json", "derive '4-3:leaky_relu(0.1)-1' --loss mse")
    options = Parser("functions", "", about, examples)
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """List them; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    output = read_output(options, PAGE_FORMATS, faults)
    if faults:
        raise InputError(faults)
    if output.format == "json":
        output.json({"activations": list(activations()), "losses": list(losses()), "norms": list(norms())})
    else:
        output.page(_page())
    return 0


def activations() -> Iterator[Entry]:
    """Yield what is known of each activation."""
    from chalkgrad.formula import ACTIVATIONS, SOFTMAX

    for name, function in ACTIVATIONS.items():
        values = {key: float(value) for key, value in function.parameters}
        yield {
            "name": name,
            "formula": function.template,
            "range": [_end(bound) for bound in function.range],
            "parameters": values,
            "also": list(function.also),
        }
    formula = "exp(z_j)/sum_k exp(z_k), over the last layer"
    yield {"name": SOFTMAX, "formula": formula, "range": ["0", "1"], "parameters": {}, "also": []}


def losses() -> Iterator[Entry]:
    """Yield what is known of each loss."""
    from chalkgrad.formula import LOSSES

    for name, loss in LOSSES.items():
        yield {
            "name": name,
            "formula": loss.formula,
            "outputs": "mean" if loss.mean_over_outputs else "sum",
            "targets": loss.domain.words,
            "also": list(loss.also),
        }


def norms() -> Iterator[Entry]:
    """Yield what is known of each norm."""
    from chalkgrad.network.norms import NORMS, Norm

    for name, over in NORMS.items():
        formula = "gamma*(u - mean)/sqrt(variance + epsilon) + beta"
        yield {"name": name, "formula": formula, "over": over, "epsilon": float(Norm(name).epsilon)}


def _end(bound: float) -> str:
    return f"{bound:g}".replace("inf", "∞").replace("-", "−")


def _page() -> Document:
    from chalkgrad.formula.functions import ABBREVIATIONS, FUNCTIONS
    from chalkgrad.notation.boxes import Code, Document, Heading, Paragraph, TableBlock

    first = [(f["name"], f["formula"], " … ".join(f["range"]), _names(f)) for f in activations()]
    second = [
        (f["name"], f"{f['outputs']} of {f['formula']}", f["targets"], ", ".join(f["also"])) for f in losses()
    ]
    third = tuple(
        ((n["name"],), (n["formula"],), (n["over"],), (f"epsilon = {n['epsilon']:g}: {n['name']}(0.001)",))
        for n in norms()
    )
    known = ", ".join([*FUNCTIONS, *ABBREVIATIONS])
    words = f"Formulas know + − * / ^, brackets, pi, e, where(z > 0, a, b) and {known}."
    own: list[Block] = []
    for text, commands in OWN:
        own += [Paragraph((text,)), *([Code("\n".join(commands))] if commands else [])]
    case = "Case, _ and - do not matter: ReLU, LeakyReLU(0.1), MSE and Binary-Cross-Entropy are understood."
    return Document(
        "Functions",
        (
            Heading("Activations"),
            TableBlock.of_words(("name", "formula in z", "range", "parameters; also called"), first),
            Heading("Losses"),
            TableBlock.of_words(("name", "of a sample, over its outputs", "targets", "also called"), second),
            Heading("Norms"),
            TableBlock((("name",), ("of the weighted sum u",), ("mean over the",), ("parameters",)), third),
            Paragraph((case,)),
            Heading("Your own"),
            *own,
            Paragraph((words,)),
        ),
    )


def _names(entry: Entry) -> str:
    values = ", ".join(f"{key} = {value:g}" for key, value in entry["parameters"].items())
    example = f"{values}: {entry['name']}(0.1)" if values else ""
    return "; ".join(filter(None, [example, ", ".join(entry["also"])]))
