"""The trace of a user's code: what it writes down, and that it runs nothing of the user's to do so."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad.usercode.call.loading import CodeTarget, load
from chalkgrad.usercode.call.tracing import Recorder


def traced(folder: Path, text: str) -> tuple[dict[str, Any], Any]:
    """Key in full → last value, of a call of ``f``; and what it returned."""
    file = folder / "their.py"
    file.write_text("import numpy as np\nfrom collections import defaultdict\n" + textwrap.dedent(text))
    target = load(file, "f")
    assert isinstance(target, CodeTarget)
    recorder = Recorder(target.file, (target.value,))
    with recorder:
        answer = target.value()
    return {row[2]: row[4] for row in recorder.rows}, answer


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("d['W1'] = g", "d['W1']"),
        ("d['W' + str(l)] = g", "d['W1']"),
        ("d[f'W{l}'] = g", "d['W1']"),
        ("d[f'W{l + 1:d}'] = g", "d['W2']"),
        ("d['W%d' % l] = g", "d['W1']"),
        ("d[w[l - 1]] = g", "d['a']"),
        ("s[-l] = g", "s[-1]"),
        ("s[len(s) - 2 * l] = g", "s[1]"),
        ("d['x'], s[0] = 1.0, g", "s[0]"),
        ("s.append(g)", "s[-1]"),
        ("s.insert(0, g)", "s[0]"),
        ("np.add(g, 0, out=h)", "h"),
        ("h[:] = g", "h"),
        ("h[h <= 0] = g[h <= 0]", "h"),
        ("h += g", "h"),
        ("o.grad = g", "o.grad"),
        ("o.all['W1'] = g", "o.all['W1']"),
        ("made['W1'] = g", "made['W1']"),
    ],
)
def test_a_target_is_read_under_its_key(statement: str, key: str, tmp_path: Path) -> None:
    text = f"""
    class Object:
        pass

    def f():
        g, h, l, d, s, w = np.array([1.0, 2.0]), np.zeros(2), 1, {{}}, [0, 0, 0], ("a", "b")
        o, made = Object(), defaultdict(list)
        o.all = {{}}
        {statement}
        return 0
    """
    rows, _ = traced(tmp_path, text)
    np.testing.assert_array_equal(rows[key], [1.0, 2.0])


def test_nothing_of_the_users_is_run_again(tmp_path: Path) -> None:
    """Properties, own brackets, own arithmetic, calls: each runs as often as without the trace."""
    text = """
    count = []

    class Odd(dict):
        def __getitem__(self, key):
            count.append("getitem")
            return dict.__getitem__(self, key)

        def __missing__(self, key):
            count.append("missing")
            return 0.0

        @property
        def seen(self):
            count.append("property")
            return [0.0]

        def __getattr__(self, name):
            count.append("getattr")
            return 0.0

        def __index__(self):
            count.append("index")
            return 0

        def __radd__(self, other):
            count.append("radd")
            return 0

        def __repr__(self):
            count.append("repr")
            return ""

        def __hash__(self):
            count.append("hash")
            return 0

    def which():
        count.append("call")
        return 0

    def f():
        odd, s, made = Odd(), [0.0, 0.0], defaultdict(which)
        odd["a"] = 1.0
        odd.seen[0] = 2.0
        odd.other = 3.0
        s[which()] = 4.0
        s[odd] = 5.0
        s[0 + odd] = 6.0
        s[odd.nothing == 1] = 7.0
        made.pop(odd, None)
        made[odd] = 8.0
        str = which_of
        s[str(1)] = 9.0
        return count

    def which_of(x):
        count.append("str")
        return 0
    """
    file = tmp_path / "untraced.py"
    file.write_text("from collections import defaultdict\n" + textwrap.dedent(text))
    target = load(file, "f")
    assert isinstance(target, CodeTarget)
    expected = list(target.value())
    _, count = traced(tmp_path, text)
    assert count == expected
