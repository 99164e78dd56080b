"""Start-up: what importing adds to NumPy's import, the time of --help, deriving and rendering 50 layers."""

from __future__ import annotations

import contextlib
import io
import sys

from benchmarks.timing import alternate, python, report


def derive_fifty_layers() -> None:
    """Derive and render a network of 50 layers, as text, through the command line."""
    from chalkgrad.app.cli import main

    widths = ["16:relu", "24:tanh", "8:sigmoid:nobias", "16:gelu", "32"]
    spec = "-".join(["16", *(widths[l % 5] for l in range(49)), "1:sigmoid"])
    with contextlib.redirect_stdout(io.StringIO()):
        main(["derive", spec, "--loss", "binary_cross_entropy"])


def main() -> int:
    """Print the figures; return 1 if a promise is broken."""
    numpy, chalkgrad, helped = alternate(
        [
            python("-c", "import numpy"),
            python("-c", "import numpy, chalkgrad"),
            python("-m", "chalkgrad.app.cli", "--help"),
        ],
        rounds=11,
    )
    kept = report("import chalkgrad, beyond NumPy's import", chalkgrad - numpy, "s", 0.15)
    kept &= report("chalkgrad --help", helped, "s", 0.4)
    fifty = "from benchmarks.bench_start import derive_fifty_layers as f; f()"
    (cold,) = alternate([python("-c", fifty)], rounds=3)
    kept &= report("derive and render 50 unlike layers (with start-up)", cold, "s", 1.0)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
