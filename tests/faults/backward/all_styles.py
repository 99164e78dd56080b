"""All the ways in which the corpus writes a backward pass down."""

from __future__ import annotations

from tests.faults.backward.styles import Style, deltas, dicts, flat_rows, ng, video
from tests.faults.backward.styles_classes import stored, trained
from tests.faults.backward.styles_forward import (
    in_place,
    small_columns,
    stanford,
    step_dict,
    update_function,
)
from tests.faults.backward.styles_loops import nielsen, over_layers, over_samples

STYLES: dict[str, Style] = {
    "flat_rows": flat_rows,
    "ng": ng,
    "video": video,
    "dicts": dicts,
    "deltas": deltas,
    "stanford": stanford,
    "small_columns": small_columns,
    "update_function": update_function,
    "step_dict": step_dict,
    "in_place": in_place,
    "stored": stored,
    "trained": trained,
    "over_samples": over_samples,
    "nielsen": nielsen,
    "over_layers": over_layers,
}
