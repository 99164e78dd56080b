"""The built package carries its data, its licence and its command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build from a copy, so that the working tree stays as it is."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("pyproject.toml", "README.md", "LICENSE", "setup.py", "MANIFEST.in"):
        shutil.copy2(ROOT / name, copy / name)
    for folder in (
        ROOT / "native",
        ROOT / "examples",
        *(ROOT / "build").glob("native-*"),
    ):  # objects already compiled save a minute
        shutil.copytree(folder, copy / folder.relative_to(ROOT))
    for path in (ROOT / "src").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path):
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    flags = ["--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", *flags, "--wheel-dir", str(copy / "dist"), str(copy)]
    environment = os.environ | {"CHALKGRAD_REQUIRE_NATIVE": "1"}
    built = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert built.returncode == 0, built.stdout + built.stderr
    return zipfile.ZipFile(next((copy / "dist").glob("*.whl")))


def test_every_file_of_the_package_is_in_it(wheel: zipfile.ZipFile) -> None:
    package = ROOT / "src"
    wanted = {
        path.relative_to(package).as_posix()
        for path in (package / "chalkgrad").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - set(wheel.namelist()) == set()


def test_the_examples_come_along(wheel: zipfile.ZipFile) -> None:
    wanted = {
        f"chalkgrad/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "examples").rglob("*")
        if path.suffix in (".toml", ".py", ".csv")
    }
    assert wanted - set(wheel.namelist()) == set()
    assert len(wanted) > 20


def test_it_offers_the_command(wheel: zipfile.ZipFile) -> None:
    entry = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "chalkgrad = chalkgrad.app.cli:main" in wheel.read(entry).decode()


def test_it_names_its_licence_and_only_light_needs(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode()
    assert "License-Expression: Apache-2.0" in metadata
    needs = [line.split(":")[1].strip() for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    core = {need.split(">")[0] for need in needs if "extra ==" not in need}
    assert core == {"numpy", "rich", "mpmath", "safetensors"}


def test_it_has_the_native_core_for_every_later_python(wheel: zipfile.ZipFile) -> None:
    assert "chalkgrad/_native.abi3.so" in wheel.namelist()
    assert "-cp311-abi3-" in str(wheel.filename)
    assert Path(str(wheel.filename)).stat().st_size < 2_000_000
