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


FILES = ("pyproject.toml", "README.md", "LICENSE", "setup.py", "MANIFEST.in")
FLAGS = ("--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check")


def copied(copy: Path, *, native: bool) -> None:
    """Copy what is built, so that the working tree stays as it is."""
    for name in FILES:
        shutil.copy2(ROOT / name, copy / name)
    objects = (ROOT / "build").glob("native-*") if native else ()  # already compiled, they save a minute
    for folder in (ROOT / "native", ROOT / "examples", *objects):
        shutil.copytree(folder, copy / folder.relative_to(ROOT))
    for path in (ROOT / "src").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path):
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if native or path.suffix != ".so":
                target.write_bytes(path.read_bytes())


def built(copy: Path, **environment: str) -> zipfile.ZipFile:
    command = [sys.executable, "-m", "pip", "wheel", *FLAGS, "--wheel-dir", str(copy / "dist"), str(copy)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return zipfile.ZipFile(next((copy / "dist").glob("*.whl")))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    copy = tmp_path_factory.mktemp("copy")
    copied(copy, native=True)
    return built(copy, CHALKGRAD_REQUIRE_NATIVE="1")


def metadata(wheel: zipfile.ZipFile) -> str:
    return wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode()


def test_without_a_compiler_the_wheel_says_that_it_is_for_any_machine(tmp_path: Path) -> None:
    copied(tmp_path, native=False)
    (tmp_path / "empty").mkdir()
    nothing = {"PATH": str(tmp_path / "empty"), "CHALKGRAD_REQUIRE_NATIVE": ""}
    wheel = built(tmp_path, **nothing, CC="no-compiler", CXX="no-compiler")
    assert str(wheel.filename).endswith("-py3-none-any.whl")
    tags = wheel.read(next(name for name in wheel.namelist() if name.endswith("/WHEEL"))).decode()
    assert "Tag: py3-none-any" in tags
    assert "Root-Is-Purelib: true" in tags
    assert not [name for name in wheel.namelist() if name.endswith(".so")]
    assert "chalkgrad/app/cli.py" in wheel.namelist()


def test_its_description_stands_alone(wheel: zipfile.ZipFile) -> None:
    described = metadata(wheel)
    assert "Description-Content-Type: text/markdown" in described
    assert "# chalkgrad" in described
    assert "](" not in described
    assert "![" not in described
    assert "graph.svg" not in described


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
    told = metadata(wheel)
    assert "License-Expression: Apache-2.0" in told
    needs = [line.split(":")[1].strip() for line in told.splitlines() if line.startswith("Requires-Dist")]
    core = {need.split(">")[0] for need in needs if "extra ==" not in need}
    assert core == {"numpy", "rich", "mpmath", "safetensors", "shtab"}


def test_it_has_the_native_core_for_every_later_python(wheel: zipfile.ZipFile) -> None:
    assert "chalkgrad/_native.abi3.so" in wheel.namelist()
    assert "-cp311-abi3-" in str(wheel.filename)
    assert Path(str(wheel.filename)).stat().st_size < 2_000_000
