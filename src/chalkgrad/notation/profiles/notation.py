"""What a notation consists of: letters *and* conventions, as data."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from chalkgrad._roles import ROLES
from chalkgrad.derive import Convention
from chalkgrad.formula import LOSSES

CHOICES: dict[str, tuple[str, ...]] = {
    "zoom": ("matrix", "index"),
    "single": ("rows", "columns"),
    "batch": ("rows", "columns"),
    "weights": ("out_in", "in_out"),
    "errors": ("same", "transposed"),
    "mean_at": ("loss", "gradient"),
    "reduction": ("mean", "sum"),
    "squared": tuple(name for name, loss in LOSSES.items() if loss.squared is not None),
    "update": ("←", ":=", "="),
    "operators": ("mathematics", "code"),
    "vectors": ("bold", "italic"),
    "matrices": ("bold", "italic"),
    "broadcast": ("ones", "implicit"),
    "count": ("first", "last"),
    "batch_case": ("shape", "upper"),
    "chain": ("loss first", "weight first"),
    "path_nodes": ("all", "activations"),
    "function_for": ("hidden", "every"),
}
LAYER_STYLES = ("_l", "_(l)", "^l", "^(l)", "^[l]", "l")
SPARE: dict[str, tuple[str, ...]] = {
    "sample_weight": ("s", "r", "q", "ρ", "c", "ς", "counts"),
    "mask": ("M", "D", "R", "Ω", "mask"),
    "velocity": ("v", "ν", "u", "velocity"),
    "mean": ("m̄", "p", "mean"),
    "square": ("v̄", "q", "square"),
    "pull": ("g", "p", "h", "pull"),
    "norm": ("G", "N", "Γ", "norm"),
    "clip_factor": ("κ", "K", "factor"),
    "momentum": ("μ", "ϕ", "momentum"),
    "decay": ("γ", "ω", "decay"),
    "beta": ("β", "ϑ", "beta"),
    "smoothing": ("ρ", "ζ", "smoothing"),
    "epsilon": ("ε", "ϵ", "epsilon"),
    "update_number": ("τ", "ι", "step"),
    "threshold": ("c", "C", "Θ", "threshold"),
}
"""The letters of a training step: the usual one first, then those that are taken where it means another.

What an optimiser remembers of W₁ has W₁ as its index.  β₁ and β₂ have the letter ``beta``.
"""
NORM: dict[str, tuple[tuple[str, str], ...]] = {
    "linear": (("u", "U"), ("h", "H"), ("lin", "Lin")),
    "centre": (("μ", "μ"), ("ξ", "ξ"), ("avg", "avg")),
    "variance": (("v", "v"), ("ν", "ν"), ("var", "var")),
    "root": (("r", "r"), ("ϱ", "ϱ"), ("root", "root")),
    "epsilon_norm": (("ε", "ε"), ("ϵ", "ϵ"), ("eps", "eps")),
    "running_mean": (("μ̄", "μ̄"), ("ξ̄", "ξ̄"), ("kept_mean", "kept_mean")),
    "running_variance": (("v̄", "v̄"), ("ν̄", "ν̄"), ("kept_var", "kept_var")),
    "normalised": (("û", "Û"), ("n̂", "N̂"), ("normed", "Normed")),
    "gain": (("γ", "γ"), ("g", "g"), ("gain", "gain")),
    "shift": (("β", "β"), ("ϐ", "ϐ"), ("shift", "shift")),
}
"""The letters of a layer with a norm, of one sample and of a batch, likewise.

Where a network has one, the letters of a training step step aside for them, and nowhere else.
"""


@dataclass(frozen=True)
class Letters:
    """The letters of one way of writing: single sample, batch, or indices."""

    input: str = "x"
    target: str = "y"
    output: str = "ŷ"
    weight: str = "W"
    bias: str = "b"
    pre: str = "z"
    act: str = "a"
    feeds: str = ""
    loss: str = "L"
    error: str = ""
    rate: str = "α"
    penalty: str = "λ"
    function: str = ""
    sample_weight: str = "s"
    mask: str = "M"
    velocity: str = "v"
    mean: str = "m̄"
    square: str = "v̄"
    pull: str = "g"
    norm: str = "G"
    clip_factor: str = "κ"
    momentum: str = "μ"
    decay: str = "γ"
    beta: str = "β"
    smoothing: str = "ρ"
    epsilon: str = "ε"
    update_number: str = "τ"
    threshold: str = "c"
    linear: str = "u"
    centre: str = "μ"
    variance: str = "v"
    root: str = "r"
    epsilon_norm: str = "ε"
    running_mean: str = "μ̄"
    running_variance: str = "v̄"
    normalised: str = "û"
    gain: str = "γ"
    shift: str = "β"

    def of(self, kind: str) -> str:
        """Return the letter of a kind of symbol: the profile's, or else that of a parameter's name."""
        return str(getattr(self, kind)) if hasattr(self, kind) else ROLES[kind].letter


LETTER_NAMES = tuple(f.name for f in fields(Letters) if f.name not in {*SPARE, *NORM})
"""The letters of a network's equations."""
BATCH_LETTERS = Letters(linear="U", normalised="Û")
"""What is not said for a batch."""


@dataclass(frozen=True)
class Notation:
    """A way of writing backpropagation.

    Attributes
    ----------
    name, title, source
        For ``chalkgrad notations``.
    zoom
        How the document itself writes: ``matrix`` or ``index``.
    single, batch
        Whether samples are ``rows`` or ``columns``, for one sample and for a batch.
    weights
        ``out_in`` (W is n_out × n_in, w_ji: receiver first) or ``in_out`` (w_ij: sender first).
    errors
        ``same``: δ is laid out like z; ``transposed``: like zᵀ.
    mean_at
        Where the batch's 1/m stands: with the ``loss`` (and so in δ), or with the ``gradient``.
    letters
        ``single``, ``batch`` and ``index`` letters.  ``error`` empty means that ∂L/∂z is written out;
        ``d`` means dZ, ``.grad`` Z.grad.  ``feeds`` is the letter of a layer's input (the slides'
        u⁽²⁾ = O⁽¹⁾), numbered by the layer that receives it.
    units, parameters
        Where the layer number stands: ``_l  _(l)  ^l  ^(l)  ^[l]  l``.
    batch_case
        ``upper``: everything that has a column (or row) for each sample takes the batch letter;
        ``shape``: only what is more than one unit wide.
    function_for
        Whose activation the ``function`` letter stands for, where they agree: the ``hidden`` layers', or
        that of ``every`` layer.
    indices
        The letters of sender, unit, receiver-above and sample.
    loss, reduction
        The document's own squared-error loss and batch reduction, used where the description leaves them out.
    """

    name: str
    title: str
    source: str = ""
    zoom: str = "matrix"
    single: str = "columns"
    batch: str = "rows"
    weights: str = "out_in"
    errors: str = "same"
    mean_at: str = "loss"
    reduction: str = "mean"
    squared: str = "mean_squared_error"
    letters: Letters = field(default_factory=Letters)
    batch_letters: Letters = BATCH_LETTERS
    index_letters: Letters = field(default_factory=Letters)
    units: str = "_(l)"
    parameters: str = "_l"
    count: str = "first"
    batch_case: str = "shape"
    indices: tuple[str, str, str, str] = ("k", "j", "i", "n")
    output_index: str = ""
    vectors: str = "bold"
    matrices: str = "italic"
    update: str = "←"
    operators: str = "mathematics"
    broadcast: str = "ones"
    chain: str = "loss first"
    path_nodes: str = "all"
    function_for: str = "hidden"
    notes: tuple[str, ...] = ()

    def convention(self, batch: bool) -> Convention:
        """The layout of this notation's equations."""
        return Convention(
            batch=batch,
            samples=self.batch if batch else self.single,  # type: ignore[arg-type]
            weights=self.weights,  # type: ignore[arg-type]
            errors=self.errors,  # type: ignore[arg-type]
            mean_at=self.mean_at,  # type: ignore[arg-type]
        )

    def zoom_for(self, wanted: str | None) -> str:
        """The zoom that is asked for, or the notation's own; code has matrices only."""
        return "matrix" if self.operators == "code" else wanted or self.zoom

    def letters_for(self, zoom: str, batch: bool) -> Letters:
        """The letters in use at a zoom."""
        return self.index_letters if zoom == "index" else self.batch_letters if batch else self.letters
