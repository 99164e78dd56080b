"""Run the native core's test programs under sanitizers: ``python tools/sanitize.py``, or ``make sanitize``.

native/tests/mathematics.cpp and native/tests/executor.cpp are compiled for every instruction set that this
compiler and processor have: once with AddressSanitizer and UndefinedBehaviorSanitizer, once with
ThreadSanitizer.  The first thing found ends a program with an error.

``--emulate aarch64`` compiles them for NEON instead and runs them under QEMU, without sanitizers
(on Debian and Ubuntu: apt install g++-aarch64-linux-gnu qemu-user-static).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NATIVE = Path(__file__).parents[1] / "native"
SANITIZERS = {
    "address and undefined behaviour": "-fsanitize=address,undefined",
    "threads": "-fsanitize=thread",
}
FLAGS = (
    *("-std=c++20", "-O1", "-g", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-pthread"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-Wno-psabi"),
)
AVX512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512"]
SETS: dict[str, dict[str, list[str]]] = {
    "x86_64": {"sse2": [], "avx2": ["-mavx2", "-mfma"], "avx512": AVX512},
    "aarch64": {"neon": []},
}
MACHINE = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
KERNELS = ("executor", "compact")
SHARED = ("dispatch", "epochs", "order", "plan", "threads")
OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1",
}


class Build:
    """The test programs of one machine with some more flags, in a folder."""

    def __init__(self, compiler: str, flags: list[str], machine: str, folder: Path) -> None:
        self.command = [compiler, *FLAGS, *flags]
        self.sets, self.folder = SETS[machine], folder

    def compile(self, source: str, name: str, *options: str) -> Path:
        """Compile one source; a failure is an error."""
        target = self.folder / f"{name}.o"
        subprocess.run([*self.command, *options, "-c", str(NATIVE / source), "-o", str(target)], check=True)
        return target

    def link(self, name: str, objects: list[Path]) -> Path:
        """Link one program."""
        target = self.folder / name
        subprocess.run([*self.command, *map(str, objects), "-o", str(target)], check=True)
        return target

    def programs(self) -> list[Path]:
        """Build everything, two compilers at a time."""
        jobs = [
            (f"{source}.cpp", f"{source}_{isa}", f"-DCHALKGRAD_ISA={isa}", *self.sets[isa])
            for source in KERNELS
            for isa in self.sets
        ]
        jobs += [("tests/mathematics.cpp", f"mathematics_{isa}", *self.sets[isa]) for isa in self.sets]
        jobs += [(f"{name}.cpp", name) for name in (*SHARED, "tests/executor")]
        jobs = [(source, name.replace("/", "_"), *options) for source, name, *options in jobs]
        with ThreadPoolExecutor(2) as pool:
            objects = dict(
                zip(
                    (name for _, name, *_ in jobs),
                    pool.map(lambda job: self.compile(*job), jobs),
                    strict=True,
                )
            )
        parts = {isa: [objects[f"mathematics_{isa}"]] for isa in self.sets}
        executor = [objects[name] for name in objects if not name.startswith("mathematics")]
        return [self.link(f"mathematics {isa}", parts[isa]) for isa in self.sets] + [
            self.link("executor", executor)
        ]


def run(program: Path, emulator: list[str], networks: int) -> bool:
    """Run one program, show what it says, and return whether it was clean."""
    command = [*emulator, str(program), *([str(networks)] if program.name == "executor" else [])]
    started = time.monotonic()
    done = subprocess.run(command, env={**os.environ, **OPTIONS}, capture_output=True, text=True)
    unsupported = program.name.startswith("mathematics") and done.returncode == -signal.SIGILL
    verdict = "not on this processor" if unsupported else "clean" if done.returncode == 0 else "FAILED"
    print(f"  {program.name:<20} {verdict:<8} {time.monotonic() - started:5.1f} s", flush=True)
    text = done.stdout + (done.stderr if verdict == "FAILED" else "")
    print("".join(f"    {line}\n" for line in text.splitlines()[:60]), end="", flush=True)
    return verdict != "FAILED"


def found(program: str) -> str:
    """Where a program of this machine is."""
    path = shutil.which(program)
    if path is None:
        sys.exit(f"sanitize: {program} is not installed")
    return path


def main() -> int:
    """Build and run under each sanitizer, or emulated; 0 if all is clean."""
    parser = argparse.ArgumentParser(description="Run the native core's test programs under sanitizers.")
    parser.add_argument("--networks", type=int, default=48, help="random networks an instruction set")
    parser.add_argument("--only", choices=["address", "threads"], help="one of the two sanitizers")
    parser.add_argument("--emulate", choices=["aarch64"], help="another machine, without sanitizers")
    options = parser.parse_args()
    runs = {name: [flag] for name, flag in SANITIZERS.items() if name.startswith(options.only or "")}
    compiler, emulator, machine = os.environ.get("CXX", "g++"), [], MACHINE
    if options.emulate:
        runs, machine = {f"{options.emulate}, emulated": ["-static"]}, options.emulate
        compiler, emulator = f"{machine}-linux-gnu-g++", [found(f"qemu-{machine}-static")]
    clean = True
    for name, flags in runs.items():
        print(f"{name} ({' '.join(flags)})", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            for program in Build(found(compiler), flags, machine, Path(folder)).programs():
                clean &= run(program, emulator, options.networks)
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
