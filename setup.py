"""Build the native core: C++20, once for every instruction set, in the interpreter's limited API.

The package works without it, more slowly: where there is no compiler the build says so and goes on, unless
CHALKGRAD_REQUIRE_NATIVE=1.
"""

from __future__ import annotations

import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

FLAGS = [
    *("-std=c++20", "-O3", "-fPIC", "-fvisibility=hidden", "-ffunction-sections"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-Wall", "-Wextra", "-Wno-psabi"),
]
KERNEL_FLAGS = ["-fno-exceptions", "-fno-rtti"]
INSTRUCTION_SETS = {
    "x86_64": {
        "avx512": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512"],
        "avx2": ["-mavx2", "-mfma"],
        "sse2": [],
    },
    "aarch64": {"neon": []},
}
MACHINE = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
SHARED = ["bindings", "dispatch", "plan", "threads"]
HEADERS = sorted(f"native/{name}" for name in os.listdir("native") if name.endswith(".hpp"))


class BuildNative(build_ext):
    """One object an instruction set and one a shared source, two compilers at a time."""

    def build_extension(self, ext: Extension) -> None:
        """Compile and link, or say why there will be no native core."""
        try:
            self._build(ext)
        except Exception as error:
            if os.environ.get("CHALKGRAD_REQUIRE_NATIVE") == "1":
                raise
            print(f"chalkgrad: no native core, training will be slow ({error})", file=sys.stderr)

    def _build(self, ext: Extension) -> None:
        sets = INSTRUCTION_SETS.get(MACHINE)
        if sets is None or sys.platform == "win32":
            raise RuntimeError(f"it is not written for {sys.platform} on {platform.machine()}")
        jobs = [("executor", name, [*KERNEL_FLAGS, *flags]) for name, flags in sets.items()]
        jobs += [(name, None, []) for name in SHARED]
        with ThreadPoolExecutor(2) as pool:
            objects = list(pool.map(self._compile, jobs))
        target = self.get_ext_fullpath(ext.name)
        self.mkpath(os.path.dirname(target))
        self.compiler.link_shared_object(objects, target, target_lang="c++", extra_postargs=["-pthread"])

    def _compile(self, job: tuple[str, str | None, list[str]]) -> str:
        source, isa, flags = job
        folder = os.path.join(self.build_temp, isa or "shared")
        macros = [("CHALKGRAD_ISA", isa)] if isa else []
        return str(
            self.compiler.compile(
                [f"native/{source}.cpp"],
                output_dir=folder,
                macros=macros,
                include_dirs=[*self.compiler.include_dirs, "native"],
                extra_preargs=[*FLAGS, *flags],
                depends=HEADERS,
            )[0]
        )


setup(
    cmdclass={"build_ext": BuildNative},
    ext_modules=[Extension("chalkgrad._native", ["native/bindings.cpp"], py_limited_api=True, language="c++")],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
