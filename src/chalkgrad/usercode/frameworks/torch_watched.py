"""A ``torch.autograd.Function`` under observation: what its backward returns, changes and forgets."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalkgrad.usercode.note import Note, NoteKind

Tensor = Any
Turned = tuple[str, bool]
"""A parameter's name, and whether the Function has it transposed."""


@dataclass
class Record:
    """What was seen: notes in words, and gradients of parameters that have the wrong shape.

    ``leaves`` says which argument of the next call is which parameter.
    """

    notes: list[Note] = field(default_factory=list)
    misshapen: dict[str, Tensor] = field(default_factory=dict)
    leaves: Mapping[int, Turned] = field(default_factory=dict)

    def tell(self, text: str, kind: NoteKind = "framework") -> None:
        """Add a sentence, once."""
        if (note := Note(text, kind)) not in self.notes:
            self.notes.append(note)

    @contextmanager
    def calling(self, leaves: Mapping[int, Turned]) -> Iterator[None]:
        """Say which arguments are parameters."""
        self.leaves = leaves
        try:
            yield
        finally:
            self.leaves = {}


def arguments_of(function: Any) -> list[inspect.Parameter]:
    """The parameters of a Function's forward, without ``ctx``."""
    asked = list(inspect.signature(function.forward).parameters.values())
    return asked if _separate(function) else asked[1:]


def _separate(function: Any) -> bool:
    """Whether forward has no ctx, because setup_context saves what backward needs."""
    import torch

    return function.setup_context is not torch.autograd.Function.setup_context


def backward_of(function: Any) -> Any:
    """The Function's own backward, which may be called vjp; None if it has none."""
    import torch

    for name in ("backward", "vjp"):
        if getattr(function, name) is not getattr(torch.autograd.Function, name):
            return getattr(function, name)
    return None


def watched(function: Any, record: Record) -> Any:
    """The same Function, whose backward is looked at while it runs."""
    import torch

    names = [parameter.name for parameter in arguments_of(function)]
    own, title = backward_of(function), function.__name__

    def remember(ctx: Any, arguments: Sequence[Any]) -> None:
        ctx._shapes = [tuple(a.shape) if isinstance(a, torch.Tensor) else None for a in arguments]
        ctx._leaves = dict(record.leaves)

    def backward(ctx: Any, *slopes: Tensor) -> Any:
        saved = [tensor for tensor in ctx.saved_tensors if tensor is not None]
        before = [tensor.clone() for tensor in (*saved, *slopes)]
        answer = own(ctx, *slopes)
        _tell_changes(title, saved, slopes, before, record)
        answers = list(answer) if isinstance(answer, tuple | list) else [answer]
        count = len(ctx._shapes)
        if len(answers) < count or any(extra is not None for extra in answers[count:]):
            these = ", ".join(_name(names, place) for place in range(count))
            raise TypeError(
                f"{title}.backward returned {_counted(len(answers))}, but forward takes {count} arguments: "
                f"return one for each of {these}, None where none is needed"
            )
        return tuple(
            _looked_at(ctx, place, slope, f"{title}.backward", _name(names, place), record)
            for place, slope in enumerate(answers[:count])
        )

    table: dict[str, Any] = {"backward": staticmethod(backward)}
    if _separate(function):

        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            remember(ctx, inputs)
            function.setup_context(ctx, inputs, output)

        table["setup_context"] = staticmethod(setup_context)
    else:

        def forward(ctx: Any, *arguments: Any) -> Any:
            remember(ctx, arguments)
            return function.forward(ctx, *arguments)

        table["forward"] = staticmethod(forward)
    return type(title, (function,), table)


def _looked_at(ctx: Any, place: int, slope: Any, who: str, name: str, record: Record) -> Any:
    import torch

    shape, needed = ctx._shapes[place], ctx.needs_input_grad[place]
    if not needed or shape is None:
        return None
    if slope is None:
        record.tell(f"{who} returned None for {name}, whose gradient is needed")
        return None
    if not isinstance(slope, torch.Tensor):
        raise TypeError(
            f"{who} returned a {type(slope).__name__} for {name}; return a tensor of shape {shape}"
        )
    if _fits(tuple(slope.shape), shape):
        return slope
    problem = f"{who} returned shape {tuple(slope.shape)} for {name}, which has shape {shape}"
    if place not in ctx._leaves:
        raise ValueError(problem)
    record.tell(problem)
    parameter, turned = ctx._leaves[place]
    record.misshapen[parameter] = slope.T if turned and slope.ndim == 2 else slope
    return torch.zeros(shape, dtype=slope.dtype)


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether PyTorch takes it: the shape itself, or one that ``wanted`` broadcasts to, which it sums."""
    padded = (1,) * (len(shape) - len(wanted)) + wanted
    return len(padded) == len(shape) and all(b in (1, a) for a, b in zip(shape, padded, strict=True))


def _tell_changes(
    title: str, saved: Sequence[Tensor], slopes: Sequence[Tensor], before: Sequence[Tensor], record: Record
) -> None:
    import torch

    for place, (now, then) in enumerate(zip((*saved, *slopes), before, strict=True)):
        if not torch.equal(now.nan_to_num(), then.nan_to_num()):
            if place < len(saved):
                what = "a saved tensor in place: a second pass gives other numbers"
            else:
                what = "the gradient that it is given in place, which others may still need: clone it first"
            record.tell(f"{title}.backward changes {what}", "inputs-changed")


def _name(names: Sequence[str], place: int) -> str:
    return names[place] if place < len(names) else f"argument {place + 1}"


def _counted(number: int) -> str:
    return "one gradient" if number == 1 else f"{number} gradients"
