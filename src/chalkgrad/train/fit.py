"""Train a network: the equations that were derived for it, run over data."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._reading import read_flag, read_whole
from chalkgrad.derive.optimisers import Optimiser
from chalkgrad.evaluate.data import fit_parameters, initial_statistics
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network
from chalkgrad.train.plan import Plan, train
from chalkgrad.train.record.checkpoint import Checkpoint, read_checkpoint
from chalkgrad.train.record.resume_point import Arrays, Standing
from chalkgrad.train.result.result import Fit
from chalkgrad.train.result.resume import Resumed, read_resume
from chalkgrad.train.rows.given import read_rows
from chalkgrad.train.run.progress import Progress, read_progress
from chalkgrad.train.setup.defaults import BATCH, PATIENCE, SCHEDULE, usual_epochs
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.metrics import read_metrics
from chalkgrad.train.setup.schedule import Schedule
from chalkgrad.train.setup.settings import Settings, read_callbacks, read_network, read_schedule, read_setup
from chalkgrad.train.setup.stopping import EarlyStopping, read_watch


def fit(
    network: Network,
    x: Any,
    y: Any = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    optimiser: Optimiser | str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    shuffle: bool = True,
    seed: int = 0,
    schedule: Schedule | str | None = None,
    clip_norm: float | None = None,
    dropout: float | Sequence[float] = 0.0,
    l2: float | None = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | Literal["balanced"] | None = None,
    validation: Any = None,
    early_stopping: EarlyStopping | None = None,
    metrics: Any = (),
    callbacks: Any = (),
    progress: bool | Callable[[Progress], object] | None = None,
    dtype: str = "float32",
    threads: int | None = None,
    checkpoint: Checkpoint | str | os.PathLike[str] | None = None,
    resume: Fit | str | os.PathLike[str] | bool | None = None,
    explain: int | None = None,
) -> Fit:
    """Train a network on rows of data by mini-batch descent on its derived gradients.

    L = (1/m) Σ_i s_i ℓ_i [+ l2 ΣW²] over the m rows of a mini-batch, s_i being what a row counts; the
    optimiser moves the parameters along ∂L/∂θ after every mini-batch.  The same data, settings and seed give
    the same numbers.

    Parameters
    ----------
    network
        With its loss.
    x, y
        Inputs, m × n₀, and targets: m × n_L, or m class numbers from 0 for a cross-entropy; or x is a source
        of both and y is left out.  They are not copied, unless their type is another than ``dtype``.
    parameters
        To start from; left out, drawn by ``initialise(network, seed)``.
    optimiser
        ``SGD``, ``Adam``, ``AdamW`` or ``RMSprop`` with its learning rate; left out,
        ``AdamW(0.003, weight_decay=0.1)``, or that of the ``Fit`` that is resumed.
    epochs
        Passes over all rows, in all: when a training is resumed, those it has done count.  Left out, those
        that make 6,000 steps, E = ⌈6000/⌈m/B⌉⌉ for m rows in mini-batches of B, but from 20 to 200; or those
        that the training that is resumed was to have.
    batch_size
        Rows of a mini-batch; the last of an epoch may have fewer.  Left out, 32, or all where they are fewer.
    shuffle
        Whether every epoch visits the rows in an order of its own.
    seed
        Of parameters, order, dropout and the rows set aside.
    schedule
        How the learning rate changes: ``StepDecay``, ``Cosine``, ``OneCycle``, ``WarmUp``,
        ``ReduceOnPlateau``.  Left out, it stays where ``epochs`` are given; else ``Cosine()``, it falls to 0.
    clip_norm
        The gradient of all parameters is scaled down to this Euclidean norm where it is longer.
    dropout
        The part of the activations set to 0 after every hidden layer; or a list, one for each of them.
    l2
        The constant of the penalty l2·ΣW², in place of the network's.
    sample_weight
        What each row counts in the loss, m numbers of at least 0.
    class_weight
        What each class counts besides, ``{0: 1.0, 1: 2.5}``; ``"balanced"`` gives m/(C·m_c).
    validation
        The part of the rows to set aside, such as 0.1; or ``(x, y)`` or ``(x, y, weight)``.
    early_stopping
        When to stop before the last epoch, and whether to return the best parameters.  Left out,
        ``EarlyStopping(20)`` where there is validation and ``epochs`` are left out too, else none.
    metrics
        ``"mae"``, ``"r2"``, or functions of outputs and targets; a classifier's accuracy is always measured,
        unless this is None.
    callbacks
        Functions of an ``EpochReport``, or objects with a method ``on_epoch``; ``"stop"`` ends the training.
    progress
        A bar on the terminal (True), none (False), a function that is told; left out, a bar where there is
        a terminal.
    dtype
        ``"float32"`` or ``"float64"``.
    threads
        How many at most; left out, as many as pay, and one while others keep the processors busy.  No number
        depends on it.
    checkpoint
        Where and when to write all of the training to a file.
    resume
        A checkpoint's file or a ``Fit`` to go on from; True: from ``checkpoint``'s file if it is there.
    explain
        The number of a step, from 0, that is kept on the way for ``Fit.explain``.

    Returns
    -------
    Fit
        Also if it is stopped by Ctrl-C or diverges: then ``Fit.outcome`` and ``Fit.advice`` say so, and the
        parameters are the last good ones.

    Raises
    ------
    InputError
        With everything that is wrong with data and settings, before the training begins.

    Examples
    --------
    >>> import numpy as np
    >>> from chalkgrad import Network
    >>> from chalkgrad.train import Adam
    >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> xor = Network("2-4:tanh-1:sigmoid")
    >>> done = fit(xor, x, [0, 1, 1, 0], optimiser=Adam(0.05), epochs=300, batch_size=4)
    >>> done.outcome, (done.predict(x).ravel() > 0.5).tolist()
    ('finished', [False, True, True, False])
    """
    expect_network(network)
    faults: list[Fault] = []
    network = read_network(network, l2, faults)
    if optimiser is None and isinstance(resume, Fit):
        optimiser = resume.setup.optimiser
    setup = read_setup(
        network,
        optimiser=optimiser,
        batch_size=BATCH if batch_size is None else batch_size,
        dtype=dtype,
        clip_norm=clip_norm,
        dropout=dropout,
        seed=seed,
        threads=threads,
        faults=faults,
    )
    passes = None if epochs is None else read_whole("epochs", epochs, 1, faults)
    shuffled = read_flag("shuffle", shuffle, faults)
    told_each = read_callbacks(callbacks, faults)
    last: list[Fault] = []
    saving = read_checkpoint(checkpoint, last)
    resumed = read_resume(resume, saving, last)
    if epochs is None and schedule is None:
        schedule = SCHEDULE if resumed is None else resumed.schedule
    rates = read_schedule(schedule, faults)
    rows = read_rows(
        network,
        x,
        y,
        sample_weight,
        class_weight,
        validation,
        dtype=setup.dtype,
        seed=setup.seed,
        faults=faults,
        known=None if resumed is None else resumed.standing.names,
    )
    measures = read_metrics(metrics, network, faults)
    if epochs is None and early_stopping is None and validation is not None:
        early_stopping = _usual_stopping(resumed)
    watch = read_watch(early_stopping, measures, validation is not None, faults)
    given = _read_parameters(network, parameters, resume, setup.dtype, faults)
    faults += last
    shows = read_progress(progress, faults)
    if rows is not None and setup.batch_size > rows.source.rows and isinstance(batch_size, int):
        condition = f"be at most {rows.source.rows}, the rows to learn from"
        fix = f"Write batch_size={rows.source.rows}."
        faults.append(Fault("batch_size", condition, shown(batch_size), fix))
    if faults or rows is None:
        raise InputError(faults)
    if batch_size is None:
        setup = replace(setup, batch_size=min(BATCH, rows.source.rows))
    if passes is None:
        meant = None if resumed is None else resumed.standing.epochs
        passes = meant or usual_epochs(rows.source.rows, setup.batch_size)
    settings = Settings(setup, passes, shuffled, rates, told_each)
    standing = None if resumed is None else resumed.check(settings, rows, faults)
    pace = Pace(settings.schedule, settings.clock(rows.source.rows))
    capture_at = _read_step(explain, standing, pace.clock.steps, faults)
    if faults:
        raise InputError(faults)
    plan = Plan(settings, rows, pace, watch, measures, given, standing, saving, capture_at)
    return train(plan, shows)


def _usual_stopping(resumed: Resumed | None) -> EarlyStopping | None:
    """Where nothing is said: when validation has not got better for long; as before if it is gone on with."""
    return EarlyStopping(PATIENCE) if resumed is None or resumed.standing.watch is not None else None


def _read_parameters(
    network: Network, value: Any, resume: object, dtype: str, faults: list[Fault]
) -> Arrays | None:
    """Return the parameters that were given, in the run's type, or None."""
    if value is None:
        return None
    if resume is not None and resume is not False:
        fix = "Leave one of them out."
        faults.append(Fault("parameters", "be left out with resume", "both", fix))
    fitted = fit_parameters(network, value, faults)
    fitted |= {name: start for name, start in initial_statistics(network).items() if name not in fitted}
    return {name: array.astype(dtype) for name, array in fitted.items()}


def _read_step(value: object, standing: Standing | None, steps: int, faults: list[Fault]) -> int | None:
    if value is None:
        return None
    step = read_whole("explain", value, 0, faults)
    first = standing.at.step if standing is not None else 0
    if not first <= step < steps:
        condition = f"be a step from {first} to {steps - 1}"
        faults.append(Fault("explain", condition, shown(value), "Steps are counted from 0."))
    return step
