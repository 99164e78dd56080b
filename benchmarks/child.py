"""One side in a process of its own: reads what to do as JSON lines, does it, answers with a JSON line.

python -m benchmarks.child KIND THREADS
{"do": "prepare", "workload": {…}, "data": "random"}   →  {"seconds": …, "loss": …}
{"do": "run", "steps": 640}                            →  {"seconds": …, "foreign": …}
{"do": "score"}                                        →  {"accuracy": …}
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import Any, TextIO

from benchmarks.sides import KINDS, Side, Task
from benchmarks.watch import Watch, allowed_cpus, stay_on

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def environment(threads: int) -> dict[str, str]:
    """The environment in which every library takes so many threads."""
    return {
        **os.environ,
        **dict.fromkeys(THREAD_VARIABLES, str(threads)),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
    }


class Child:
    """Carries out the parent's orders."""

    def __init__(self, key: str, threads: int) -> None:
        self.kind, self.threads = KINDS[key], threads
        self.side: Side | None = None

    def prepare(self, workload: dict[str, Any], data: str) -> dict[str, Any]:
        """Take the checked steps once, tell the loss, then make the side anew for timing."""
        from benchmarks import float64, mnist
        from benchmarks.workloads import Workload, initial_parameters, random_data

        w = Workload.from_dict(workload)
        self.side = None
        x, t = random_data(w) if data == "random" else mnist.training_rows(w.rows)
        self.task = Task(w, x, t, initial_parameters(w), self.threads, self.kind.variant)
        module = importlib.import_module(f"benchmarks.sides.{self.kind.module}")
        start = time.perf_counter()
        side = module.prepare(self.task)
        side.run(w.checked_steps)
        answer = {"seconds": time.perf_counter() - start, "loss": float64.loss(w, side.parameters(), x, t)}
        del side
        self.side = module.prepare(self.task)
        answer["granularity"] = self.side.granularity
        return answer

    def run(self, steps: int) -> dict[str, float]:
        """Take steps on the clock."""
        assert self.side is not None
        with Watch() as watch:
            self.side.run(steps)
        return {"seconds": watch.seconds, "foreign": watch.foreign}

    def score(self) -> dict[str, float]:
        """The accuracy on MNIST's test rows."""
        from benchmarks import float64, mnist

        assert self.side is not None
        return {"accuracy": float64.accuracy(self.task.workload, self.side.parameters(), *mnist.test_rows())}


def serve(child: Child, orders: TextIO, answers: TextIO) -> None:
    """Answer until the orders end."""
    for line in orders:
        order = json.loads(line)
        try:
            answer = getattr(child, order.pop("do"))(**order)
        except Exception as error:  # a peer may fail in any way; the parent reports it
            answer = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
        print(json.dumps(answer), file=answers, flush=True)


def main(key: str, threads: int) -> None:
    """Keep the pipe to the parent clear of what libraries print."""
    stay_on(allowed_cpus()[-threads:])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(Child(key, threads), sys.stdin, answers)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
