"""From nothing to a trained model: 784-128-10 over every row of two files once, in NumPy by hand."""

import sys
from pathlib import Path

import numpy as np

from benchmarks.sides import Task
from benchmarks.sides.numpy_by_hand import prepare
from benchmarks.workloads import Workload, initial_parameters

folder = Path(sys.argv[1])
x = np.load(folder / "x.npy", mmap_mode="r")
t = np.load(folder / "t.npy", mmap_mode="r")
w = Workload("cold", (784, 128, 10), "relu", "cross_entropy", 32, rows=len(x), learning_rate=0.1)
side = prepare(Task(w, x, t, initial_parameters(w)))
side.run(w.steps_per_epoch)
for name, value in side.parameters().items():
    np.save(folder / f"by_hand-{name}.npy", value)
