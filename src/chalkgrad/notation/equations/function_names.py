"""What each activation of a network is called on a page: one name for one function."""

from __future__ import annotations

from chalkgrad.formula import ElementwiseFunction, nodes, walk
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Box, Numeral, Script, Sym
from chalkgrad.notation.equations.formulas import function_name
from chalkgrad.notation.equations.letters import letter_box
from chalkgrad.notation.profiles.find import LETTER_NAMES, Letters

UNNAMED = "formula"
"""The name of an activation that is only a formula."""
FALLBACKS = ("φ", "ψ", "χ", "act")


def function_names(
    network: Network, letters: Letters, letter_for: str = "hidden"
) -> dict[ElementwiseFunction, Box]:
    """A name for each activation.

    If all hidden layers have one activation and the notation has a letter for it (h, f, 𝒜), that is its
    name; with ``letter_for="every"`` the output must have it too, or be the identity.  Else σ, tanh,
    ReLU …, a user's own name, or φ for a formula without one.  Functions that would be called the same
    are numbered: LReLU₁, LReLU₂.
    """
    functions = list(dict.fromkeys(layer.function for layer in network.layers if not layer.is_softmax))
    names: dict[ElementwiseFunction, Box] = {function: _own_name(function, letters) for function in functions}
    hidden = {layer.function for layer in network.layers[:-1]}
    if letter_for == "every":
        hidden = {function for function in functions if not function.is_identity}
    if letters.function and len(hidden) == 1:
        letter = letter_box(letters.function, "italic")
        (generic,) = hidden
        taken = [_text(name) for function, name in names.items() if function != generic]
        if _text(letter) not in [*taken, *_mentioned(network, generic)]:
            names[generic] = letter
    return _numbered(names)


def _own_name(function: ElementwiseFunction, letters: Letters) -> Box:
    if function.name != UNNAMED:
        return function_name(function.name)
    used = {str(getattr(letters, name)) for name in LETTER_NAMES}
    free = next(name for name in FALLBACKS if name not in used)
    return Sym(free, "upright" if len(free) > 1 else "italic")


def _mentioned(network: Network, generic: ElementwiseFunction) -> list[str]:
    """The functions that formulas on the page mention: SiLU's is zσ(z), so σ is taken."""
    bodies = [network.loss.loss_function.function.body]
    for layer in network.layers:
        if not layer.is_softmax:
            bodies += [layer.function.body, layer.function.derivative(layer.function.variables[0])]
    calls = {part.function for body in bodies for part in walk(body) if isinstance(part, nodes.Call)}
    return [_text(function_name(name)) for name in calls if name != generic.name]


def _numbered(names: dict[ElementwiseFunction, Box]) -> dict[ElementwiseFunction, Box]:
    texts = [_text(box) for box in names.values()]
    found: dict[ElementwiseFunction, Box] = {}
    seen: dict[str, int] = {}
    for function, box in names.items():
        text = _text(box)
        seen[text] = seen.get(text, 0) + 1
        found[function] = Script(box, Numeral(str(seen[text]))) if texts.count(text) > 1 else box
    return found


def _text(box: Box) -> str:
    return box.text if isinstance(box, Sym) else repr(box)
