"""The tables of docs/defaults.md are halved by a rule that looks at names alone, and told with their gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pandas")

from benchmarks import bench_defaults, data_sets


def test_every_other_table_is_to_choose_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b.csv.gz", "a.npz", "d.npz", "c.csv.gz", "MANIFEST.md"):
        (tmp_path / name).touch()
    assert data_sets.names(tmp_path, "choose") == ["a", "c"]
    assert data_sets.names(tmp_path, "prove") == ["b", "d"]
    sides = {"chalkgrad": {"score": 0.9, "seconds": 1.0}, "MLP": {"score": 0.8, "seconds": 10.0}}
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path))
    lines = bench_defaults.summary({"a": sides, "b": sides | {"MLP": {"score": 0.95, "seconds": 5.0}}})
    assert "| choose | MLP | 1 | 1 (100%) | 1 | 0 | 0 | +0.1000 | 1.0 | 10.0 |" in lines
    assert "| all | MLP | 2 | 1 (50%) | 1 | 0 | 1 | +0.0250 | 2.0 | 15.0 |" in lines
