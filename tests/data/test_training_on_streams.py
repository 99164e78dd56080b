"""Training on a stream: the same as on its arrays, and resumed from any checkpoint to the same bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad import Adam, Checkpoint, InputError, Network, fit
from chalkgrad.data import MemmapSource, ParquetSource, open_source, read_table
from chalkgrad.model import Model, load_model
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


def test_frames_are_prepared_as_the_rows_of_the_source_were(tmp_path: Path) -> None:
    table = table_of(205)
    source = ParquetSource(parquet_file(tmp_path / "t.parquet", table, group=30), "y", buffer_rows=40)
    x, t = source.preparation.arrays(read_table(table))
    raw = pytest.importorskip("pandas").DataFrame(table)
    back = raw[list(reversed(raw.columns))]
    inputs, truth = raw.drop(columns="y"), raw["y"]
    done = fit(NETWORK, source, validation=(inputs, truth), **SETTINGS)
    plain = fit(NETWORK, source, validation=(x, t), **SETTINGS)
    assert done.history.validation_losses == plain.history.validation_losses
    np.testing.assert_array_equal(done.predict(back), done.predict(x))
    assert Model.of(done).preparation == source.preparation
    assert done.score(inputs, truth) == done.score(x, t)
    done.save(tmp_path / "a.cg")
    assert load_model(tmp_path / "a.cg").predict(back).tolist() == Model.of(done).predict(raw).tolist()
    with pytest.raises(InputError, match=r"^validation: data: must have a column"):
        fit(NETWORK, source, validation=(inputs.iloc[:, 1:], truth), **SETTINGS)


def test_names_go_with_a_source_that_was_opened_from_a_frame() -> None:
    pandas = pytest.importorskip("pandas")
    x = pandas.DataFrame(np.random.default_rng(0).normal(size=(40, 5)), columns=list("abcde"))
    t = (x["a"] > 0).to_numpy()
    source = open_source((x, t)).source
    done = fit(NETWORK, source, **SETTINGS)
    np.testing.assert_array_equal(done.predict(x[list("edcba")]), done.predict(x.to_numpy()))
    with pytest.raises(InputError, match="Did you mean 'A'"):
        done.predict(x.rename(columns={"a": "A"}))
    with pytest.raises(InputError, match=r"^x: must have the columns 'a', 'b', 'c', 'd', 'e', in order"):
        fit(NETWORK, open_source((x[list("edcba")], t)).source, resume=done, **SETTINGS | {"epochs": 5})


@pytest.mark.parametrize("kind", [bool, int, float, np.uint8])
def test_classes_of_a_source_are_read_as_those_of_arrays(kind: Any) -> None:
    x = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
    t = (x[:, 0] > 0).astype(kind)
    for network in (NETWORK, Network("5-2:softmax"), Network("5-1")):
        given = t.astype(int) if network.widths[-1] == 2 and kind is float else t
        plain = fit(network, x, given, **SETTINGS | {"dropout": 0})
        more = SETTINGS | {"dropout": 0, "validation": open_source((x, given)).source}
        done = fit(network, open_source((x, given)).source, **more)
        assert same(done.parameters, plain.parameters)
        assert len(done.history.validation_losses) == 3
