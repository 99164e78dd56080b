"""Training on a stream: the same as on its arrays, and resumed from any checkpoint to the same bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad import Adam, Checkpoint, InputError, Network, fit
from chalkgrad.data import MemmapSource, ParquetSource, open_source
from tests.data.test_streams import parquet_file, table_of

NETWORK = Network("5-4:tanh-1:sigmoid", loss="binary_cross_entropy")
SETTINGS: dict[str, Any] = {"batch_size": 7, "optimiser": Adam(0.02), "seed": 4, "epochs": 3, "dropout": 0.2}


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


def test_in_file_order_a_stream_is_trained_on_like_its_arrays(tmp_path: Path) -> None:
    path = parquet_file(tmp_path / "t.parquet", table_of(205), group=30)
    streamed = ParquetSource(path, "y", buffer_rows=40)
    at_hand = open_source(path, preparation=streamed.preparation).source
    runs = [fit(NETWORK, source, shuffle=False, **SETTINGS) for source in (streamed, at_hand)]
    assert same(runs[0].parameters, runs[1].parameters)


def test_going_on_from_every_checkpoint_ends_the_same(tmp_path: Path) -> None:
    path, file = parquet_file(tmp_path / "t.parquet", table_of(205), group=30), tmp_path / "run.checkpoint"
    kept: list[bytes] = []

    def keep(_: object) -> None:
        if file.exists():
            kept.append(file.read_bytes())

    source = ParquetSource(path, "y", buffer_rows=40)
    whole = fit(NETWORK, source, checkpoint=Checkpoint(file, every_seconds=1e-9), progress=keep, **SETTINGS)
    files = list(dict.fromkeys(kept))
    assert len(files) > 5
    for content in files:
        file.write_bytes(content)
        again = ParquetSource(path, preparation=source.preparation, buffer_rows=40)
        on = fit(NETWORK, again, resume=file, **SETTINGS)
        assert same(on.parameters, whole.parameters)
        assert on.history.losses == whole.history.losses


def test_other_data_or_another_order_is_not_gone_on_with(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    t, file = (x[:, :1] > 0).astype(np.float32), tmp_path / "run.checkpoint"
    fit(NETWORK, MemmapSource(x, t, buffer_rows=20), checkpoint=Checkpoint(file), **SETTINGS)
    more = SETTINGS | {"epochs": 4}
    for other in (MemmapSource(x + 1, t, buffer_rows=20), MemmapSource(x, t, buffer_rows=30)):
        with pytest.raises(InputError, match="data"):
            fit(NETWORK, other, resume=file, **more)
    assert fit(NETWORK, MemmapSource(x, t, buffer_rows=20), resume=file, **more).history.steps == 36
