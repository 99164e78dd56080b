"""Kill trainings with SIGKILL at random moments, resume each until it ends, and compare the final bits.

    python tools/kill_and_resume.py [kills for each row, by default 12]

Every row of what it prints is one training: its settings, how often it was killed, how often while a
checkpoint was being written, and whether the parameters, the optimiser's state and the history are those of
the run that nobody disturbed.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from chalkgrad import Network
from chalkgrad.train import Adam, Checkpoint, Cosine, EarlyStopping, Fit, WarmUp, fit
from chalkgrad.train.record.checkpoint import read_standing

EPOCHS, ROWS, COLUMNS = 24, 12_000, 24
SHAPE = f"{COLUMNS}-48:relu-32:tanh-3:softmax"


def train(path: str, dtype: str, threads: int) -> Fit:
    """Adam, dropout, schedule, clipping, validation and early stopping; resumed where there is a file."""
    draw = np.random.default_rng(7)
    x = draw.standard_normal((ROWS, COLUMNS))
    y = np.argmax(x @ draw.standard_normal((COLUMNS, 3)) + draw.standard_normal((ROWS, 3)), axis=1)
    return fit(
        Network(SHAPE),
        x.astype(dtype),
        y,
        optimiser=Adam(2e-3, weight_decay=1e-4),
        epochs=EPOCHS,
        batch_size=50,
        schedule=WarmUp(steps=100, then=Cosine()),
        clip_norm=1.0,
        dropout=0.2,
        validation=0.1,
        early_stopping=EarlyStopping(patience=20, on="accuracy"),
        dtype=dtype,
        threads=threads,
        progress=False,
        checkpoint=Checkpoint(path, every_epochs=1, every_seconds=0.02, keep=2),
        resume=True,
    )


def measure(path: Path, dtype: str, threads: int) -> float:
    """Train undisturbed in a process of its own; return its seconds."""
    started = time.perf_counter()
    subprocess.run([sys.executable, __file__, "--child", str(path), dtype, str(threads)], check=True)
    return time.perf_counter() - started


def killed(path: Path, dtype: str, threads: int, seconds: float) -> tuple[bool, bool]:
    """Train in a process that is killed after so long; return if it was, and if a file was half written."""
    child = subprocess.Popen([sys.executable, __file__, "--child", str(path), dtype, str(threads)])
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    was = child.wait() == -signal.SIGKILL
    spares = [file for file in path.parent.iterdir() if file.name not in (path.name, f"{path.name}.1")]
    for file in spares:
        file.unlink()
    return was, bool(spares)


def same(one: Path, other: Path) -> bool:
    """Whether two trainings ended with the same bits everywhere but in their clocks."""
    (left, _), (right, _) = read_standing(one), read_standing(other)
    pairs = [(left.parameters, right.parameters), (left.state, right.state), (left.best, right.best)]
    arrays = all(
        a is not None
        and b is not None
        and a.keys() == b.keys()
        and all(a[n].tobytes() == b[n].tobytes() for n in a)
        for a, b in pairs
    )
    losses = [[(e.loss, e.validation_loss, e.metrics) for e in s.history.epochs] for s in (left, right)]
    return arrays and losses[0] == losses[1] and left.ended == right.ended != ""


def prove(dtype: str, threads: int, kills: int, chance: random.Random) -> bool:
    """Print one row."""
    with tempfile.TemporaryDirectory() as place:
        whole, broken = Path(place, "whole", "run"), Path(place, "broken", "run")
        whole.parent.mkdir()
        broken.parent.mkdir()
        seconds, start = measure(whole, dtype, threads), 0.0
        done = torn = 0
        while done < kills:
            start = chance.uniform(0.25, 0.9) * seconds
            was, half = killed(broken, dtype, threads, start)
            if not was:  # it had come to its end: begin again
                if not same(whole, broken):
                    print(f"{dtype}  {threads} threads: DIFFERENT after {done} kills")
                    return False
                for file in broken.parent.iterdir():
                    file.unlink()
            done, torn = done + was, torn + half
        measure(broken, dtype, threads)
        equal = same(whole, broken)
        steps = read_standing(broken)[0].at.step
    verdict = "the same bits" if equal else "DIFFERENT"
    print(
        f"{dtype}  {threads} threads  {steps:,} steps  killed {done} times, {torn} while writing: {verdict}",
        flush=True,
    )
    return equal


def main() -> int:
    """Run the rows; 1 if any of them differs."""
    if sys.argv[1:2] == ["--child"]:
        path, dtype, threads = sys.argv[2:]
        train(path, dtype, int(threads))
        return 0
    kills, chance = int(sys.argv[1]) if len(sys.argv) > 1 else 12, random.Random(0)
    rows = [(dtype, threads) for dtype in ("float32", "float64") for threads in (1, 2)]
    proved = [prove(dtype, threads, kills, chance) for dtype, threads in rows]
    return 0 if all(proved) else 1


if __name__ == "__main__":
    sys.exit(main())
