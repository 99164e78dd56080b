"""Build the native core: C++20, once for every instruction set, in the interpreter's limited API.

The package works without it, more slowly: where there is no compiler the build says so, goes on, and makes a
wheel for every platform, unless CHALKGRAD_REQUIRE_NATIVE=1.  The examples come along as chalkgrad/examples.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.modified import newer_group

FLAGS = [
    *("-std=c++20", "-O2", "-g0", "-fPIC", "-fvisibility=hidden"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-Wall", "-Wextra", "-Wno-psabi"),
]
LINK_FLAGS = ["-pthread", "-s"]
KERNEL_FLAGS = ["-fno-exceptions", "-fno-rtti"]
INSTRUCTION_SETS = {
    "x86_64": {
        "avx512": [
            "-mavx512f",
            "-mavx512bw",
            "-mavx512dq",
            "-mavx512vl",
            "-mfma",
            "-mprefer-vector-width=512",
        ],
        "avx2": ["-mavx2", "-mfma"],
        "sse2": [],
    },
    "aarch64": {"neon": []},
}
MACHINE = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
KERNELS = ["executor", "compact"]
SHARED = ["bindings", "dispatch", "epochs", "order", "plan", "threads"]
HEADERS = sorted(f"native/{name}" for name in os.listdir("native") if name.endswith(".hpp"))


log = logging.getLogger(__name__)
REQUIRED = os.environ.get("CHALKGRAD_REQUIRE_NATIVE") == "1"


class BuildNative(build_ext):
    """One object an instruction set and one a shared source, two compilers at a time; none twice."""

    def finalize_options(self) -> None:
        """Keep the objects where the next build finds them."""
        super().finalize_options()
        self.build_temp = os.path.join("build", f"native-{MACHINE}")

    def build_extension(self, ext: Extension) -> None:
        """Compile and link, or say why there will be no native core."""
        target = self.get_ext_fullpath(ext.name)
        try:
            self._build(target)
        except Exception as error:
            if REQUIRED:
                raise
            log.warning("chalkgrad: no native core, training will be slow (%s)", error)

    def _build(self, target: str) -> None:
        sets = INSTRUCTION_SETS.get(MACHINE)
        if sets is None or sys.platform == "win32":
            raise RuntimeError(f"it is not written for {sys.platform} on {platform.machine()}")
        jobs = [(source, name, [*KERNEL_FLAGS, *flags]) for source in KERNELS for name, flags in sets.items()]
        jobs += [(name, None, []) for name in SHARED]
        with ThreadPoolExecutor(2) as pool:
            objects = list(pool.map(self._compile, jobs))
        self.mkpath(os.path.dirname(target))
        self.compiler.link_shared_object(
            objects, target, target_lang="c++", extra_postargs=["-pthread", "-s"]
        )

    def _compile(self, job: tuple[str, str | None, list[str]]) -> str:
        name, isa, flags = job
        source, folder = f"native/{name}.cpp", os.path.join(self.build_temp, isa or "shared")
        compiled = os.path.join(folder, "native", f"{name}.o")
        if not newer_group(["setup.py", source, *HEADERS], compiled):
            return compiled
        (compiled,) = self.compiler.compile(
            [source],
            output_dir=folder,
            macros=[("CHALKGRAD_ISA", isa)] if isa else [],
            include_dirs=["native"],
            extra_preargs=[*FLAGS, *flags],
        )
        return str(compiled)


class BuildWithExamples(build_py):
    """The package, with the project's examples in it; an editable install reads them where they are."""

    def run(self) -> None:
        """Copy the examples beside the modules."""
        super().run()
        if not self.editable_mode:
            target = os.path.join(self.build_lib, "chalkgrad", "examples")
            ignored = shutil.ignore_patterns("__pycache__", "*-grades", ".*")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree("examples", target, ignore=ignored)


class Wheel(bdist_wheel):
    """A wheel whose tag says what is in it: the machine's if there is a native core, any if there is none."""

    def run(self) -> None:
        """Build the native core first; without it the package is pure Python."""
        native = self.get_finalized_command("build_ext")
        native.ensure_finalized()
        self.run_command("build_ext")
        if not all(map(os.path.exists, native.get_outputs())):
            self.distribution.ext_modules = []
            self.root_is_pure, self.py_limited_api = True, False
            log.warning("chalkgrad: the wheel is for any platform and holds no native core")
        super().run()


def standing_alone(text: str) -> str:
    """The README without pictures and links, which lead to files that only the source has."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)\n*", "", text)
    return re.sub(r"\[([^\]]*)\]\([^)\s]*\)", r"\1", text)


setup(
    long_description=standing_alone(Path("README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
    cmdclass={"build_ext": BuildNative, "build_py": BuildWithExamples, "bdist_wheel": Wheel},
    ext_modules=[
        Extension(
            "chalkgrad._native",
            ["native/bindings.cpp"],
            py_limited_api=True,
            language="c++",
            optional=not REQUIRED,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
