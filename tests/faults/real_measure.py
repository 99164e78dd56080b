"""What a diagnosis says about every real case: ``python -m tests.faults.real_measure [case …] [--show]``.

A line a case: whether it is named right, what was expected, what was said; ``--show`` prints the diagnoses.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from chalkgrad._errors import InputError
from chalkgrad.diagnose import diagnose
from tests.faults.real_problem import CASES, FOLDER, network_of


def out(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def judged(case: dict[str, Any], d: Any) -> str:
    """Say ``ok`` if the diagnosis says what the table has, ``wrong step`` if only its place is another."""
    if "rules" not in case:
        return "ok" if d.outcome == "right" else "ACCUSED" if d.outcome != "failed" else "not called"
    named = [set(d.rules), *({mistake.rule for mistake in each} for each in d.alternatives)]
    answers = [set(rules) for rules in ([case["rules"]] if case["rules"] else []) + case.get("also", [])]
    if d.outcome == "right":
        kinds = {remark.kind for remark in d.remarks}
        return "ok" if set() in answers and set(case["rules"]) <= kinds else "MISSED"
    if not case["rules"] and d.outcome == "unexplained":
        return "ok"
    if not any(rules in named for rules in answers):
        return "not called" if d.outcome == "failed" else "other"
    exact = d.outcome == "explained" and set(d.rules) == set(case["rules"])
    return "wrong step" if exact and case["first"] and d.first_wrong not in case["first"].split("|") else "ok"


def main(arguments: list[str]) -> None:
    """Print the table and its counts."""
    show = "--show" in arguments
    wanted = {argument for argument in arguments if not argument.startswith("-")}
    counts: Counter[str] = Counter()
    for kind, cases in CASES.items():
        for case in cases:
            name = case["file"].removesuffix(".py")
            if wanted and name not in wanted:
                continue
            started = time.perf_counter()
            try:
                d = diagnose(f"{FOLDER / case['file']}:{case['target']}", network_of(case))
                verdict, said = judged(case, d), f"{d.outcome} {' + '.join(d.rules)} at {d.first_wrong}"
            except InputError as error:
                d, verdict, said = None, "not called", str(error).replace("\n", " ")[:120]
            except Exception as error:  # ours: a crash is the worst of answers, and the table goes on
                d, verdict, said = None, "CRASH", f"{type(error).__name__}: {error}"
            seconds = time.perf_counter() - started
            expected = " + ".join(case.get("rules", ["right"])) or "(no rule)"
            counts[f"{kind} {verdict}"] += 1
            out(f"{verdict:<11} {name:<32} {expected:<44} {said}  {seconds:.1f} s")
            if show and d is not None:
                out(str(d))
    out("\n".join(f"{count} {what}" for what, count in sorted(counts.items())))


if __name__ == "__main__":
    main(sys.argv[1:])
