"""How does my course write it?  A ``Notation`` is letters *and* conventions, as data.

The built-in notations are TOML files in ``builtin/``, read through the same door as a user's own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from chalkgrad._errors import Fault, InputError, MissingFileError, did_you_mean
from chalkgrad.derive import Convention

CHOICES: dict[str, tuple[str, ...]] = {
    "zoom": ("matrix", "index"),
    "single": ("rows", "columns"),
    "batch": ("rows", "columns"),
    "weights": ("out_in", "in_out"),
    "errors": ("same", "transposed"),
    "mean_at": ("loss", "gradient"),
    "reduction": ("mean", "sum"),
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
LETTER_NAMES = (
    "input",
    "target",
    "output",
    "weight",
    "bias",
    "pre",
    "act",
    "feeds",
    "loss",
    "error",
    "rate",
    "penalty",
    "function",
)


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
    indices
        The letters of sender, unit, receiver-above and sample.
    function_for
        Whose activation the ``function`` letter stands for, where they agree: the ``hidden`` layers', or
        that of ``every`` layer.
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
    batch_letters: Letters = field(default_factory=Letters)
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


def builtin_names() -> tuple[str, ...]:
    """The built-in notations, in the order of the course documents."""
    return ("matrix", "bishop", "transposed", "chain", "nielsen", "deeplearning", "pytorch")


@lru_cache(maxsize=32)
def _builtin(name: str) -> Notation:
    text = files("chalkgrad.notation").joinpath("builtin").joinpath(f"{name}.toml").read_text("utf-8")
    return notation_from_dict(tomllib.loads(text), f"notation {name}")


def find_notation(name: str | Path | Notation) -> Notation:
    """A built-in notation by name, or a user's own from a TOML file.

    Raises
    ------
    InputError
        No such notation, or the file's entries are wrong (all of them are listed).
    MissingFileError
        The file is not there.
    """
    if isinstance(name, Notation):
        return name
    if str(name) in builtin_names():
        return _builtin(str(name))
    path = Path(name)
    if path.suffix != ".toml":
        options = ", ".join(builtin_names())
        hint = (
            did_you_mean(str(name), builtin_names()) or "A notation of your own is named by its .toml file."
        )
        raise InputError(Fault("notation", f"be one of {options}, or a TOML file", repr(str(name)), hint))
    if not path.is_file():
        raise MissingFileError(
            Fault("notation", "name a file that exists", repr(str(name)), "Check the path.")
        )
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            Fault(str(name), "be a TOML file", str(error), "See docs/notations.md for an example.")
        ) from None
    return notation_from_dict(data, str(name))


def notation_from_dict(data: Mapping[str, Any], path: str) -> Notation:
    """A notation from its table; what is left out is taken from ``based_on``, or the defaults."""
    faults: list[Fault] = []
    base: dict[str, Any] = {}
    if "based_on" in data:
        based = data["based_on"]
        if based not in builtin_names():
            options = ", ".join(builtin_names())
            faults.append(
                Fault(
                    f"{path}.based_on",
                    f"be one of {options}",
                    repr(based),
                    did_you_mean(str(based), builtin_names()),
                )
            )
        else:
            parent = _builtin(based)
            base = {f.name: getattr(parent, f.name) for f in fields(Notation)}
    known = [f.name for f in fields(Notation)]
    values: dict[str, Any] = dict(base)
    for key, value in data.items():
        if key in ("letters", "based_on"):
            continue
        if key not in known or key.endswith("_letters"):
            faults.append(Fault(f"{path}.{key}", "be a known entry", repr(key), did_you_mean(key, known)))
        else:
            values[key] = _checked(f"{path}.{key}", key, value, faults)
    values.setdefault("name", Path(path).stem)
    values.setdefault("title", values["name"])
    _read_letters(data.get("letters", {}), base, values, path, faults)
    if faults:
        raise InputError(faults)
    return Notation(**values)


def _checked(path: str, key: str, value: Any, faults: list[Fault]) -> Any:
    if key in ("units", "parameters"):
        if value not in LAYER_STYLES:
            faults.append(Fault(path, f"be one of {', '.join(LAYER_STYLES)}", repr(value)))
    elif key in CHOICES:
        if value not in CHOICES[key]:
            hint = did_you_mean(str(value), CHOICES[key])
            faults.append(Fault(path, f"be one of {', '.join(CHOICES[key])}", repr(value), hint))
    elif key == "indices":
        good = isinstance(value, list) and len(value) == 4 and all(isinstance(v, str) and v for v in value)
        if not good or (len(set(value[:3])) != 3 and value[0] != value[2]) or value[3] in value[:3]:
            faults.append(Fault(path, "list four letters: sender, unit, receiver above, sample", repr(value)))
        return tuple(value) if isinstance(value, list) else value
    elif key == "notes":
        if not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            faults.append(Fault(path, "be a list of sentences", repr(value)))
        return tuple(value) if isinstance(value, list) else value
    elif not isinstance(value, str):
        faults.append(Fault(path, "be text", repr(value)))
    return value


def _read_letters(
    table: Any, base: dict[str, Any], values: dict[str, Any], path: str, faults: list[Fault]
) -> None:
    """``letter = "a"`` or ``letter = ["single", "batch"]``; ``[letters.index]`` overrides for indices."""
    if not isinstance(table, Mapping):
        faults.append(
            Fault(f"{path}.letters", "be a table", repr(table), 'Write [letters] and then e.g. pre = "z".')
        )
        return
    single = _as_dict(base.get("letters"))
    batch = _as_dict(base.get("batch_letters"))
    index = _as_dict(base.get("index_letters"))
    inner = table.get("index", {})
    for key, value in table.items():
        if key == "index":
            continue
        pair = [value, value] if isinstance(value, str) else value
        if key not in LETTER_NAMES:
            faults.append(
                Fault(
                    f"{path}.letters.{key}", "be a known letter", repr(key), did_you_mean(key, LETTER_NAMES)
                )
            )
        elif not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)):
            faults.append(Fault(f"{path}.letters.{key}", "be a letter or [single, batch]", repr(value)))
        else:
            single[key], batch[key] = pair
            if not base or key not in index or key in ("feeds",):
                index[key] = pair[0]
    for key, value in inner.items() if isinstance(inner, Mapping) else ():
        if key not in LETTER_NAMES or not isinstance(value, str):
            faults.append(
                Fault(
                    f"{path}.letters.index.{key}",
                    "be a known letter with a text",
                    repr(value),
                    did_you_mean(key, LETTER_NAMES),
                )
            )
        else:
            index[key] = value
    values["letters"], values["batch_letters"], values["index_letters"] = (
        Letters(**single),
        Letters(**batch),
        Letters(**index),
    )


def _as_dict(letters: Letters | None) -> dict[str, str]:
    return {f.name: getattr(letters or Letters(), f.name) for f in fields(Letters)}
