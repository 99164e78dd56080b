"""What a training takes of the memory, measured in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

MB = 2**20
SCRIPT = """
import sys
import numpy as np
from chalkgrad import Adam, Network, fit

n0, n1, n2, batch, rows = map(int, sys.argv[1:])
random = np.random.default_rng(0)
x = np.empty((rows, n0), dtype=np.float32)
for start in range(0, rows, 1000):
    x[start : start + 1000] = random.standard_normal(x[start : start + 1000].shape, dtype=np.float32)
y = random.integers(0, n2, rows)
run = fit(Network(f"{n0}-{n1}:relu-{n2}:softmax"), x, y, optimiser=Adam(), epochs=1, batch_size=batch)
assert run.outcome == "finished"
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) * 1024, x.nbytes + y.nbytes)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system does not tell the peak")
@pytest.mark.parametrize(
    ("n0", "n1", "n2", "batch", "rows"), [(64, 64, 10, 256, 300_000), (512, 4096, 512, 64, 512)]
)
def test_the_peak_is_what_the_documentation_says(n0: int, n1: int, n2: int, batch: int, rows: int) -> None:
    """Data, 4 × parameters (Adam), the activations of one batch, and 60 MB."""
    arguments = [str(number) for number in (n0, n1, n2, batch, rows)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], env=environment, capture_output=True, check=True
    )
    peak, data = map(int, done.stdout.split())
    parameters = 4 * (n0 * n1 + n1 + n1 * n2 + n2)
    activations = 4 * 6 * batch * (n0 + n1 + n2)
    assert peak < data + 4 * parameters + activations + 60 * MB
