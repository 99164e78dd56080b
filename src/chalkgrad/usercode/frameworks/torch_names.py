"""What a Function's backward calls things: its local names, matched with the network's values."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.usercode.frameworks.torch_watched import backward_of

_MOST = 60


def known_names(function: Any, run: Callable[[], Mapping[str, Array]]) -> dict[str, str]:
    """Run a pass and name the network's values as the backward does: ``{"Z1": "input", …}``.

    Parameters
    ----------
    function
        The Function.
    run
        Runs one pass and returns the values by canonical name.
    """
    code = getattr(inspect.unwrap(backward_of(function)), "__code__", None)
    seen: dict[str, list[Array]] = {}

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not code:
            return None
        if event in ("line", "return") and len(seen) < _MOST:
            for name, value in _tensors(frame.f_locals):
                kept = seen.setdefault(name, [])
                if len(kept) < _MOST and not any(np.array_equal(value, other) for other in kept[-2:]):
                    kept.append(value)
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        values = run()
    finally:
        sys.settrace(before)
    found: dict[str, str] = {}
    for canonical, array in values.items():
        for name, arrays in seen.items():
            if array.size > 1 and any(_same(array, other) for other in arrays):
                found.setdefault(canonical, name)
    return found


def _tensors(names: Mapping[str, Any]) -> list[tuple[str, Array]]:
    import torch

    plain = [(name, value) for name, value in names.items() if name not in ("ctx", "_")]
    context = names.get("ctx")
    kept = [
        (f"ctx.{name}", value) for name, value in getattr(context, "__dict__", {}).items() if name[0] != "_"
    ]
    return [
        (name, value.detach().cpu().to(torch.float64).numpy().copy())
        for name, value in (*plain, *kept)
        if isinstance(value, torch.Tensor) and value.layout == torch.strided
    ]


def _same(a: Array, b: Array) -> bool:
    return any(a.shape == c.shape and bool(np.allclose(a, c, rtol=1e-6, atol=0)) for c in (b, b.T))
