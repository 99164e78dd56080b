"""Files that are no model: each is refused in words, whatever has happened to its bytes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalkgrad import InputError, Network, initialise
from chalkgrad.model import Model, load_model
from chalkgrad.model.file import KIND, write_file
from chalkgrad.train.record.tensors import read_tensors, write_tensors
from tests.faults.told import assert_told


def saved(folder: Path) -> Path:
    """Write a sound model."""
    network = Network("3-4:relu-2:softmax")
    parameters = {name: array.astype(np.float32) for name, array in initialise(network).items()}
    state = {f"{name}.v": array**2 for name, array in parameters.items()}
    Model(network, parameters, settings={"version": "0.1.0"}, state=state).save(folder / "model.cg")
    return folder / "model.cg"


def refused(path: Path, start: str) -> None:
    with pytest.raises(InputError) as told:
        load_model(path)
    assert_told(told.value, [start])


def rewrite(path: Path, change: Callable[[dict[str, Any]], None], *, checked: bool = False) -> None:
    """Change the description in a file; with ``checked``, make its check fit again."""
    arrays, table = read_tensors(path, KIND)
    change(table)
    if checked:
        write_tensors(path, arrays, KIND, table)
        return
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"]["note"] = json.dumps(table)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])


# ---- any damage -------------------------------------------------------------------------------------------


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_changed_bit_is_found(tmp_path: Path, place: float, bit: int) -> None:
    path = saved(tmp_path)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_model(path)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_short_is_found(tmp_path: Path, part: float) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(InputError):
        load_model(path)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.floats(0, 1), cut=st.integers(0, 40), put=st.binary(max_size=40))
@example(start=1.0, cut=0, put=b"\0")
def test_bytes_put_in_the_place_of_others_are_found(
    tmp_path: Path, start: float, cut: int, put: bytes
) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    k = int(start * len(content))
    changed = content[:k] + put + content[k + cut :]
    path.write_bytes(changed)
    if changed == content:
        load_model(path)
        return
    with pytest.raises(InputError):
        load_model(path)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.cg"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_model(path)


FINITE = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(["network", "preparation", "history", "settings", "names"]), value=JSON)
def test_a_description_of_another_form_is_refused_or_read(tmp_path: Path, part: str, value: Any) -> None:
    """Even where somebody has made the checksum fit."""
    path = saved(tmp_path)
    rewrite(path, lambda table: table.update({part: value}), checked=True)
    try:
        load_model(path)
    except InputError:
        return
    assert value is None if part in ("preparation", "names") else isinstance(value, dict)


# ---- in words ---------------------------------------------------------------------------------------------


def test_another_kind_of_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.cg"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "b")
    refused(path, f"{path}: must be a model file of chalkgrad; got a zip archive, as PyTorch and NumPy write")
    for content, words in (
        (b"\x80\x04\x95\x00", "a pickle, which could run code"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "an HDF5 file, as Keras writes"),
        (b"age,income\n3,4\n" * 9, "a file of another kind"),
        (b'{"a": 1}' * 4, "a JSON text"),
        (b"", "an empty file"),
    ):
        path.write_bytes(content)
        refused(path, f"{path}: must be a model file of chalkgrad; got {words}")


def test_weights_of_another_program_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "model.cg"
    save_file({"W1": np.zeros((2, 2))}, path)
    refused(path, f"{path}: must be a model file of chalkgrad; got a safetensors file of another program")


def test_a_header_larger_than_the_file_or_any_header(tmp_path: Path) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    path.write_bytes((2**40).to_bytes(8, "little") + content[8:])
    refused(path, f"{path}: must be a model file of chalkgrad")
    path.write_bytes((10_000).to_bytes(8, "little") + content[8:])
    got = f"{len(content):,} bytes where its header alone takes 10,008"
    refused(path, f"{path}: must be a whole, unchanged model file; got {got}")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    arrays, table = read_tensors(path, KIND)
    write_tensors(path, arrays, "chalkgrad model 2", table)
    refused(path, f"{path}: must be of format 1 or older; got format 2. Update chalkgrad")
    write_tensors(path, arrays, "chalkgrad model x", table)
    refused(path, f"{path}: must be a whole, unchanged model file; got the kind 'chalkgrad model x'")
    write_tensors(path, arrays, "chalkgrad checkpoint 1", table)
    refused(path, f"{path}: must be a model file of chalkgrad; got a checkpoint of a training")


def test_a_changed_description_is_found_by_its_checksum(tmp_path: Path) -> None:
    path = saved(tmp_path)
    rewrite(path, lambda table: table["settings"].update(version="0.1.1"))
    refused(path, f"{path}: must be a whole chalkgrad model; got a file whose numbers have changed since")


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    rewrite(path, lambda table: table["network"].update(layers="3-5:relu-2:softmax"), checked=True)
    with pytest.raises(InputError) as told:
        load_model(path)
    starts = [f"{path}, parameters.{name}: must have shape" for name in ("W1", "W2", "b1")]
    assert_told(told.value, starts)


@pytest.mark.parametrize(("value", "shown"), [(np.nan, "nan"), (np.inf, "inf")])
def test_weights_that_are_not_finite_are_refused(tmp_path: Path, value: float, shown: str) -> None:
    path = tmp_path / "model.cg"
    network = Network("2-1")
    weights = {"W1": np.array([[1, value]], np.float32), "b1": np.zeros(1, np.float32)}
    table = {"network": network.to_dict(), "history": {"epochs": [], "steps": 0}, "settings": {}}
    write_file(path, weights, table)
    refused(path, f"{path}, parameters.W1: must be finite; got {shown} at [1, 2], 1 such numbers")


def test_numbers_of_another_type_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.cg"
    write_file(path, {"W1": np.zeros((1, 1), np.int64)}, {"settings": {}})
    refused(path, f"{path}: must have numbers in float32 or float64; got 'W1' in 'I64'")


def test_a_huge_network_with_few_numbers_is_refused_at_once(tmp_path: Path) -> None:
    path = saved(tmp_path)
    wide = "1000000-1000000:relu-2:softmax"
    rewrite(path, lambda table: table["network"].update(layers=wide), checked=True)
    with pytest.raises(InputError, match="must have shape"):
        load_model(path)


def test_places_that_are_no_file(tmp_path: Path) -> None:
    saved(tmp_path)
    refused(tmp_path, f"{tmp_path}: must be a file; got a directory")
    refused(
        tmp_path / "modle.cg",
        f"{tmp_path / 'modle.cg'}: must be an existing file; got no such file. Did you mean",
    )
