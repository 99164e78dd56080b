"""A user's target, called at any number of probes in one child process a time."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.answer.choice import Choice
from chalkgrad.usercode.answer.frames import answers, observed
from chalkgrad.usercode.answer.observation import Observed
from chalkgrad.usercode.answer.probe import Probe
from chalkgrad.usercode.call.forward_pass import BACKWARD, named
from chalkgrad.usercode.call.loading import CodeTarget, wrap
from chalkgrad.usercode.call.probe_arrays import ProbeArrays
from chalkgrad.usercode.calls import observe
from chalkgrad.usercode.child_report import ChildReport
from chalkgrad.usercode.layouts.candidates import readings, unusual
from chalkgrad.usercode.layouts.reading import Reading, Wanted
from chalkgrad.usercode.process.sandbox import run_child, split_target
from chalkgrad.usercode.refusals import refuse_misfit, refuse_unknown
from chalkgrad.usercode.syntax.source import is_for_batches, is_for_samples, is_of_framework, tree_of
from chalkgrad.usercode.vocabulary.names import plain, role

LEARNING_RATE = 0.1


class Session:
    """Calls somebody's function, class or method on data that we choose.

    Parameters
    ----------
    target
        ``FILE.py:name`` (a function, ``Class`` or ``Class.method``), run in a child process; or a Python
        callable, class or object, run in this process and without limits.
    network
        What its gradients should be of.
    time_limit, memory_limit
        Seconds and bytes for one child process.
    reading
        What the user has settled about the layout; the rest is tried out.
    path
        How an error calls the target.

    Raises
    ------
    InputError
        If there is no such file, or nothing of that name in it.
    """

    def __init__(
        self,
        target: Any,
        network: Network,
        *,
        time_limit: float = 10.0,
        memory_limit: int = 4_000_000_000,
        reading: Reading | Wanted | None = None,
        path: str = "against",
    ) -> None:
        self.network, self.time_limit, self.memory_limit, self.path = network, time_limit, memory_limit, path
        self.wanted = Wanted(**reading.to_dict()) if isinstance(reading, Reading) else reading or Wanted()  # type: ignore[arg-type]
        if isinstance(target, str):
            self._file, self.name = split_target(target, path)
            self._target: CodeTarget | None = None
        else:
            self._target = wrap(target)
            self._file = Path(self._target.file)
            self.name = getattr(target, "__qualname__", type(target).__name__)
        self.source = self._text()
        self.skipped = 0
        """The first line at the top of the file that failed and was left out, or 0."""
        self.fixed_widths = False
        """Whether it works only for the widths of the network: known after ``choose``."""

    def _text(self) -> str:
        try:
            return self._file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    @property
    def is_file(self) -> bool:
        """Whether the target is in a file and runs in a child process."""
        return self._target is None

    @property
    def file(self) -> Path:
        """The user's file."""
        return self._file

    def choose(self, data: Data, network: Network | None = None, *, again: int = 0) -> list[Observed]:
        """Try all readings at one probe (of another network if given); those that make sense, best first.

        ``again`` is how many more calls are made of each, on fresh copies of the same arrays.
        There is more than one only where the gradients are not all right and other layouts fit as well:
        then a reader must decide.

        Raises
        ------
        InputError
            If the function wants something that the network does not have.
        """
        network = network or self.network
        probe = Probe.of(network, data)
        batch, single = self._readings(network, data)
        choice = Choice(probe)
        found = self._tried(probe, batch or single, again)
        best = choice.best_first(found)[0]
        if not (best.stopped or choice.all_right(best)):
            rare = unusual(network, batch, best.reading, self.asks_for_penalty) if batch else []
            more = [each for each in (*(single if batch else []), *rare) if self.wanted.allows(each)]
            if more:
                found = choice.useful(found, self._tried(probe, more, again), rare)
        return choice.best_first(choice.considered(found, bool(batch), is_for_samples(self._node())))

    def _tried(self, probe: Probe, tried: Sequence[Reading], again: int) -> list[Observed]:
        ran = self._run([probe], tried, trace=True, again=again, choosing=True)
        return self._observed(ran, [probe], tried)

    def settled(self, reading: Reading) -> Session:
        """The same target with a whole layout settled."""
        other = copy(self)
        other.wanted = Wanted(**reading.to_dict())  # type: ignore[arg-type]
        return other

    @property
    def asks_for_penalty(self) -> bool:
        """Whether the code asks for a λ under a name that leaves open which."""
        tree = tree_of(str(self._file)) if self.source else None
        names = [
            node.arg for node in (ast.walk(tree) if tree is not None else ()) if isinstance(node, ast.arg)
        ]
        return any(role(name) == "l2" and plain(name) != "l2" for name in names)

    def _readings(self, network: Network, data: Data) -> tuple[list[Reading], list[Reading]]:
        batch = [r for r in readings(network, data.t) if self.wanted.allows(r)]
        single = [r for r in readings(network, data.t, single=True) if self.wanted.allows(r)]
        for_batches = is_of_framework(self._definition()) or is_for_batches(self._node())
        if network.statistics or (self.wanted.mode is None and for_batches):
            single = []
        if not batch and not single:
            fix = "Leave one of them out."
            raise InputError(Fault("reading", "fit the network and its targets", str(self.wanted), fix))
        return batch, single

    def _node(self) -> ast.AST | None:
        """The definition of the target in its file; of a class its method that goes backward."""
        node = self._definition()
        if not isinstance(node, ast.ClassDef):
            return node
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef | ast.ClassDef)}
        chosen = self.name.partition(".")[2] or named(dict.fromkeys(methods, len), BACKWARD) or ""
        return methods.get(chosen, node)

    def _definition(self) -> ast.AST | None:
        """The definition of the target in its file: its function, or its class."""
        tree = tree_of(str(self._file)) if self.source else None
        outer = self.name.partition(".")[0]
        found = (
            node for node in ast.walk(tree or ast.Module([], [])) if getattr(node, "name", None) == outer
        )
        return next(found, None)

    def observe(
        self,
        probes: Sequence[tuple[Network, Data]],
        reading: Reading,
        *,
        trace: bool = True,
        again: int = 0,
    ) -> Observed:
        """Call at every probe in one reading.

        Parameters
        ----------
        probes
            Networks of the same depth and layers, of any widths, and their data.
        reading
            As ``choose`` found it.
        trace
            Write down the assignments.
        again
            How many more calls on fresh copies of the same arrays.
        """
        listed = [Probe.of(network, data) for network, data in probes]
        ran = self._run(listed, [reading], trace=trace, again=again, choosing=False)
        return self._observed(ran, listed, [reading])[0]

    # -- running ------------------------------------------------------------------------------------------

    def _run(
        self, probes: Sequence[Probe], tried: Sequence[Reading], *, trace: bool, again: int, choosing: bool
    ) -> ChildReport:
        scenes = [probe.table(LEARNING_RATE) for probe in probes]
        if self._target is None:
            request = {
                "path": str(self._file),
                "name": self.name,
                "scenes": scenes,
                "readings": [reading.to_dict() for reading in tried],
                "trace": trace,
                "again": again,
                "choosing": choosing,
            }
            return run_child(request, self.time_limit, self.memory_limit, self.path)
        frames: list[dict[str, Any]] = []
        for number, table in enumerate(scenes):
            for place, reading in enumerate(tried):
                for row in observe(self._target, ProbeArrays.of(table), reading, trace, again):
                    frames.append({"scene": number, "reading": place, "row": row})
        return ChildReport(tuple(frames))

    def _observed(
        self, ran: ChildReport, probes: Sequence[Probe], tried: Sequence[Reading]
    ) -> list[Observed]:
        """An ``Observed`` for each reading of which there is an answer."""
        self.skipped = next((frame["skipped"] for frame in ran.frames if "skipped" in frame), 0)
        given = answers(ran)
        self.fixed_widths |= any(answer.get("fixed") for answer in given)
        found = observed(ran, probes, tried, self.name, self.source)
        refuse_unknown(given, self.network, self.name, self.path)
        refuse_misfit(given, self.network, self.name, self.path)
        return found
