"""What all tests share: one hypothesis profile, oracles that may be required, and their summary."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

from tests.thorough import THOROUGH

# The same examples on every machine; a failure is reproducible and a slow machine is no failure.
settings.register_profile("reproducible", derandomize=True, deadline=None, print_blob=True, max_examples=50)
settings.register_profile("thorough", settings.get_profile("reproducible"), max_examples=300)
settings.load_profile("thorough" if THOROUGH else "reproducible")

# A background job (`nohup make test &`) ignores Ctrl-C, and what it starts would too: tests wait for it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Without the native core every training would warn, and warnings are errors here.
if importlib.util.find_spec("chalkgrad._native") is None:
    os.environ.setdefault("CHALKGRAD_EXECUTOR", "reference")

TESTS = Path(__file__).parent
SLOW = {
    "data": "hostile_files streams",
    "faults": "against against_containers backward_corpus backward_corpus_itself changing_data grade_examples"
    " grade_hostile model_file other_network real_cases unknown_parameters usercode_hostile"
    " usercode_session usercode_shapes",
    "golden": "cli_reports course_homework diagnose_cli graph seen_rows stopping tour",
    "laws": "check checkpoint csv_readers deep diagnose display_reads_back divergence executors"
    " formula_arithmetic keys lower model network new_problem notations opened own_notations paths problem"
    " shown writers",
    "native": "activation compact executor loss math tape update",
    "oracles": "extremes saturated_networks sympy writers",
    "project": "benchmarks docstrings problem_files_doc readme startup training_doc wheel",
}
"""The files that take more than a few seconds, by room: ``--quick`` leaves them out."""

FIGURE = "oracle figure"  # user property: {"oracle": name, "networks": count, "worst": relative error}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-oracles",
        action="store_true",
        help="fail where an oracle's library is missing, do not skip",
    )

    parser.addoption("--quick", action="store_true", help="leave out the files that take long")


def slow_files() -> set[Path]:
    """Every file that takes long."""
    return {TESTS / room / f"test_{name}.py" for room, names in SLOW.items() for name in names.split()}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Under --quick what takes long is not even read."""
    return True if config.getoption("--quick") and collection_path in slow_files() else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("oracle"):
        library = marker.args[0]
        if importlib.util.find_spec(library) is None:
            reason = f"the oracle {library} is not installed; `make oracles` installs it"
            if item.config.getoption("--require-oracles"):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under --require-oracles a skip of another kind is a failure too: nothing may go missing quietly."""
    if config.getoption("--require-oracles"):
        for item in items:
            skips = [marker for marker in item.iter_markers() if marker.name == "skip"]
            skips += [marker for marker in item.iter_markers() if marker.name == "skipif" and marker.args[0]]
            if skips:
                reason = skips[0].kwargs.get("reason", "")
                raise pytest.UsageError(f"oracles are required, but {item.nodeid} would be skipped: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that oracle tests recorded, also when they ran in other processes."""
    counts: Counter[str] = Counter()
    worst: dict[str, float] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, figure in report.user_properties if report.when == "call" else ():
            if name == FIGURE:
                oracle = figure["oracle"]
                counts[oracle] += figure["networks"]
                worst[oracle] = max(worst.get(oracle, 0.0), figure["worst"])
    if counts:
        terminalreporter.section("oracles")
    for oracle, count in counts.items():
        line = f"{oracle}: {count} random networks, worst relative error {worst[oracle]:.1e}"
        terminalreporter.line(line)
