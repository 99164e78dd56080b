"""Train W6 with Adam for an epoch; print the peak of resident memory after imports, and in all."""

import numpy as np

from chalkgrad import Network
from chalkgrad.train import Adam, fit


def peak() -> float:
    """Megabytes, the most so far of this program alone (getrusage would count what started it)."""
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmHWM"].split()[0]) * 1024 / 1e6


network = Network("784-512:relu-512:relu-10:softmax", loss="cross_entropy")
imported = peak()
random = np.random.default_rng(0)
x = np.empty((60_000, 784), np.float32)
for rows in np.split(x, 60):
    random.standard_normal(out=rows, dtype=np.float32)
t = random.integers(0, 10, len(x))
fit(network, x, t, optimiser=Adam(), epochs=1, batch_size=128, progress=False)
print(imported, peak())
