"""What a key's entry is an answer for: ``dW1``, ``W1_new``, ``sigmoid_prime``, ``∂C/∂w_jk^l``.

Canonical names are those of a problem file: loss, Y, Z1, A1, dZ1 (or delta1), dW1, db1, W1_new, with
``dW1[1,2]`` for one entry (receiver, sender, counted from 1).  Anything else is read in the letters of the
notation; with letters for its layer and indices it is about the general layer l.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chalkgrad._errors import Fault, FormulaError, did_you_mean
from chalkgrad.check.key.reading.answers import read_answer
from chalkgrad.check.key.reading.cursor import Disambiguation
from chalkgrad.check.key.reading.letters import UNITS, AnswerAlphabet
from chalkgrad.check.key.reading.nodes import (
    LayerIndex,
    Node,
    Partial,
    Ref,
    elementwise,
    references,
    with_references,
)
from chalkgrad.formula import FUNCTIONS, ElementwiseFunction, nodes
from chalkgrad.network import Network

_VALUE = re.compile(
    r"(?P<name>X|T|Y|dY|(?:d?[WbZA]|delta|Delta|δ|Δ)_?\d{1,4}(?:_new|_next)?)(?P<at>\[[\d\s,]+\])?"
)
_UPDATE = re.compile(r"(?:update_|new_)(?P<old>.+)|(?P<before>.+?)_(?:new|next|updated)")
_FUNCTION = re.compile(
    r"(?P<name>[A-Za-z_]+?|σ)(?P<prime>_prime|'|′|’)?(?:_(?P<side>positive|negative|limit)|\((?P<where>[^()]*)\))?"
)
EXAMPLES = "loss, Y, Z1, dW1, db1, dW1[1,2], W1_new, sigmoid_prime or delta_j^l"


@dataclass(frozen=True)
class ValueOf:
    """A value of the problem's own network by its canonical name, or one entry of it."""

    name: str
    entry: tuple[int, ...] | None = None


@dataclass(frozen=True)
class FunctionOf:
    """A function of one variable or its derivative: everywhere, on one side of 0, far out, or at a point."""

    function: ElementwiseFunction
    order: int
    side: str = ""
    point: str = ""


@dataclass(frozen=True)
class EntryOf:
    """An entry in the letters of a notation; ``general`` if it stands for every layer; ``new`` if updated."""

    node: Node
    general: bool
    new: bool = False


Quantity = ValueOf | FunctionOf | EntryOf


def read_quantity(text: str, alphabet: AnswerAlphabet, network: Network, path: str) -> Quantity:
    """Return the quantity that a name means.

    Raises
    ------
    FormulaError
        If it is none.
    """
    text = text.strip()
    if text.lower() == "loss" or alphabet.kinds.get(text) == "loss":
        return ValueOf("L")
    match = _VALUE.fullmatch(text)
    if match is not None:
        name = match["name"].replace("_new", "N").replace("_next", "N").replace("_", "").replace("N", "_new")
        name = re.sub("^(delta|Delta|δ|Δ)", "dZ", name)
        return ValueOf(name, _entry(match["at"]))
    function = _function(text, alphabet, network)
    if function is not None:
        return function
    update = _UPDATE.fullmatch(text)
    if update is not None:
        text = update["old"] or update["before"]
    if len(text) > 100:
        raise FormulaError(Fault(path, "name a quantity", f"{len(text)} characters", f"Known: {EXAMPLES}."))
    try:
        node = read_answer(text, alphabet, Disambiguation(bare_layer=True), path)  # nobody asks for a power
    except FormulaError as error:
        raise FormulaError(_unknown(text, path)) from error
    if not (isinstance(node, Partial) or (isinstance(node, nodes.Var) and isinstance(node.name, Ref))):
        raise FormulaError(_unknown(text, path))
    general = any(_is_general(ref) for ref in references(node))
    return EntryOf(_filled(node, alphabet) if general else node, general, update is not None)


def _unknown(text: str, path: str) -> Fault:
    names = ["loss", "sigmoid_prime", "relu_prime", "tanh_prime", "delta_j^l", "W1_new", "dW1", "db1"]
    fix = did_you_mean(text, names) or f"Known are {EXAMPLES}."
    return Fault(path, "name a quantity that there is", repr(text[:60]), fix)


def _entry(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    return tuple(int(digits) for digits in re.findall(r"\d+", text)[:3])


def _function(text: str, alphabet: AnswerAlphabet, network: Network) -> FunctionOf | None:
    match = _FUNCTION.fullmatch(text)
    if match is None:
        return None
    name = alphabet.functions.get({"σ": "sigma"}.get(match["name"], match["name"]), match["name"])
    own = {layer.function.name: layer.function for layer in network.layers if not layer.is_softmax}
    known = name in alphabet.functions.values()
    has_one = name not in FUNCTIONS or len(FUNCTIONS[name].arguments) == 1
    if not name or not (name in own or (known and has_one)):
        return None
    function = own[name] if name in own else elementwise(name)
    side, where = match["side"] or "", (match["where"] or "").strip()
    inside = re.fullmatch(r"[a-zA-Z]\s*([<>])\s*0", where)
    if inside is not None:
        side, where = ("positive" if inside[1] == ">" else "negative"), ""
    if re.fullmatch(r"[a-zA-Z]", where):
        where = ""
    return FunctionOf(function, int(match["prime"] is not None), side, where)


def _is_general(ref: Ref) -> bool:
    return (ref.layer is not None and ref.layer.base != "") or any(
        isinstance(unit, str) for unit in ref.units
    )


def _filled(node: Node, alphabet: AnswerAlphabet) -> Node:
    """Return the general entry with the usual layer l; ``dW_jk`` is of layer l."""

    def fill(ref: Ref) -> Ref:
        at_output = alphabet.output_index in ref.units and UNITS.get(ref.kind) == 1
        if ref.layer is None and ref.kind in ("weight", "bias", "pre", "act", "error"):
            return replace(ref, layer=LayerIndex("L" if at_output else "l"))
        return ref

    return with_references(node, fill)
