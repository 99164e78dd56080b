"""The compiled vector mathematics, once a session and instruction set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.native.probe import COMPILER, INSTRUCTION_SETS, Probe, build


@pytest.fixture(scope="session")
def build_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of a parallel run."""
    if COMPILER is None:
        pytest.skip("no g++ on this machine, so the native mathematics cannot be compiled for its tests")
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / "native_probe"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", params=INSTRUCTION_SETS)
def probe(request: pytest.FixtureRequest, build_folder: Path) -> Probe:
    wanted: str = request.param
    first = Probe(build(build_folder, next(iter(INSTRUCTION_SETS))))
    if not first.supports(wanted):
        pytest.skip(f"this machine has no {wanted}")
    return Probe(build(build_folder, wanted))
