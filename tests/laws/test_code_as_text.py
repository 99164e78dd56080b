"""What the text of somebody's code tells, by itself: rates, steps, containers, what is for batches."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

from chalkgrad.usercode.syntax.indexing import is_keyed, is_list, keyed_layers, paired
from chalkgrad.usercode.syntax.source import (
    constant_keys,
    constant_places,
    is_for_batches,
    is_for_samples,
    is_of_framework,
    line_of,
    nested_unpack,
    node_of,
    rates,
    returned_names,
    takes_a_step,
    unpacked,
    values_unpack,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("W1 -= 0.1 * dW1", [0.1]),
        ("W1 += -0.1 * dW1", [0.1]),
        ("W1 = W1 - dW1 * 0.5", [0.5]),
        ("self.b1 = self.b1 + 2 * self.db1", [2.0]),
        ("W[l] -= 3 * dW / m", [3.0]),
        ("params['W1'] -= alpha * dW", ["alpha", "alpha"]),
        ("W1 -= self.lr * dW1", ["self.lr", "self.lr"]),
        ("step = learning_rate * dW1", ["learning_rate"]),
        ("W1 *= 0.1 * dW1", []),
        ("W1 = 0.1 * dW1", []),
        ("dW1 -= 0.1 * x", []),
        ("dW1 = dW1 - 0.1 * x", []),
        ("W1 -= dW1 / 0.1", []),
        ("x = 1", []),
    ],
)
def test_the_rate_of_a_step(text: str, found: list[Any]) -> None:
    assert list(rates(ast.parse(text))) == found
    assert list(rates(None)) == []


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("W1 -= dW1", True),
        ("W1 = W1 - dW1", True),
        ("self.b[l] -= g", True),
        ("theta = theta - g", True),
        ("u = W1 - lr * dW1", True),
        ("v += learning_rate * g", True),
        ("W1 += dW1", False),
        ("W1 = W1 + dW1", False),
        ("W1 = W2 - dW1", False),
        ("dW1 -= g", False),
        ("d = d - g", False),
        ("v = lr * g", False),
        ("v = lr - g", False),
    ],
)
def test_whether_a_step_is_taken(text: str, steps: bool) -> None:
    assert takes_a_step(ast.parse(text)) is steps
    assert not takes_a_step(None)


LISTS = [
    "len(c)",
    "reversed(c)",
    "enumerate(c)",
    "zip(a, c)",
    "c.pop()",
    "for x in c: pass",
    "c[0]",
    "c[i - 1]",
]
KEYED = ["c['W1']", "c[f'W{i}']", "c['W' + str(i)]"]
LAYERS = ["c[1]['A']", "c[i]['W']"]
NO_PAIRS = ["c[i]['W']", "d[i][0]", "c[i][j]", "W = c[i]", "W, b = c", "W, b = d[i]", "W, b, z = c[i]"]
NO_PAIRS += ["for W in c: pass", "for W, b, z in c: pass", "for W, b in d: pass"]
PAIRS = ["c[i][0]", "for W, b in c: pass", "[W for W, b in c]", "W, b = c[i]"]


@pytest.mark.parametrize(
    ("asked", "yes", "no"),
    [
        (is_list, LISTS, [*KEYED, "sum(c)", "len(d)", "d.pop()", "for x in d: pass", "d[0]", "c.keys()"]),
        (is_keyed, KEYED, ["c[0]", "c[i]", "d['W1']", "c.W1"]),
        (keyed_layers, LAYERS, ["c['A']", "c[1][0]", "d[1]['A']", "c[1]", "c[1][key]"]),
        (
            paired,
            PAIRS,
            NO_PAIRS,
        ),
    ],
)
def test_how_a_container_is_taken_apart(
    asked: Callable[[ast.AST | None, str], bool], yes: list[str], no: list[str]
) -> None:
    for text in yes:
        assert asked(ast.parse(f"x = 1\n{text}\ny = 2"), "c"), text
    for text in no:
        assert not asked(ast.parse(f"x = 1\n{text}\ny = 2"), "c"), text
    assert not asked(None, "c")


def test_a_layers_keys_are_anybodys_without_a_name() -> None:
    assert keyed_layers(ast.parse("d[1]['A']"), "")


def test_what_is_unpacked_from_a_cache() -> None:
    def names(text: str, name: str = "") -> list[list[str]]:
        return list(unpacked(ast.parse(text), name))

    assert names("A_prev, W, b = cache") == [["A_prev", "W", "b"]]
    assert names("(A, W), Z = self.caches[l]") == [["A", "W", "Z"]]
    assert names("a, b = caches[0]\nc, d = linear_cache") == [["a", "b"], ["c", "d"]]
    assert names("a, b = params") == []
    assert names("a, b = params", "params") == [["a", "b"]]
    assert names("a, b = cache", "params") == []
    for other in ("a = cache", "a = b, c = cache", "a, b = cache()"):
        assert names(other) == []
    target = nested_unpack(ast.parse("x = c\n(Z1, A1), Z2 = c"), "c")
    assert target is not None
    assert ast.unparse(target) == "((Z1, A1), Z2)"
    assert nested_unpack(ast.parse("a, b = d\nc = (1, 2)"), "c") is None
    assert values_unpack(ast.parse("a, (b, d) = c.values()"), "c") == ["a", "b", "d"]
    assert values_unpack(ast.parse("[a, b] = list(c.values())"), "c") == ["a", "b"]
    assert values_unpack(ast.parse("a, b = d.values()\nx = c.values()\na, b = c.keys()"), "c") == []
    assert (list(unpacked(None)), values_unpack(None, "c")) == ([], [])
    assert nested_unpack(None, "c") is None


def test_the_constants_in_brackets() -> None:
    tree = ast.parse("p['W1'] + p[1] + q['b'] + p[i] + p[-1] + r[3] + f(p)[2]")
    assert sorted(constant_keys(tree)) == ["W1", "b"]
    assert constant_places(tree, "p") == {1}
    assert constant_places(tree, "r") == {3}
    assert constant_keys(None) == []
    assert constant_places(None, "p") == set()


@pytest.mark.parametrize(
    ("text", "batches", "samples"),
    [
        ("def f(X, y): pass", True, False),
        ("def f(x, m): pass", True, False),
        ("g / N", True, False),
        ("g / len(y)", True, False),
        ("g / y.shape[0]", True, False),
        ("g / y.size", True, False),
        ("g.mean()", True, False),
        ("def f(x, y): return g / 2", False, False),
        ("g * m", False, False),
        ("mean(g)", False, False),
        ("g / k", False, False),
        ("x = np.array(x, ndmin=2).T", False, True),
        ("x = x.reshape(-1, 1)", False, True),
        ("def f(inputs_list): pass", False, True),
        ("dW = np.outer(d, x)", False, True),
    ],
)
def test_what_takes_batches_and_what_one_sample(text: str, batches: bool, samples: bool) -> None:
    tree = ast.parse(text)
    assert (is_for_batches(tree), is_for_samples(tree)) == (batches, samples)
    assert not is_for_batches(None)
    assert not is_for_samples(None)


def test_classes_of_a_framework() -> None:
    of = {text: is_of_framework(ast.parse(text).body[0]) for text in CLASSES}
    assert list(of.values()) == [True, True, True, False, False, False]


CLASSES = [
    "class A(torch.autograd.Function): pass",
    "class A(nn.Module): pass",
    "class A(B, MLPClassifier): pass",
    "class A: pass",
    "class A(Layer): pass",
    "def Module(): pass",
]


def test_a_line_by_its_number() -> None:
    text = "a\n  b \nc"
    assert [line_of(text, k) for k in (0, 1, 2, 3, 4, None)] == ["", "a", "b", "c", "", ""]


def marked(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that hands back what it was given."""
    return function


@marked
def twice(a: Any, b: Any) -> Any:
    if a:
        return a
    return a.x, b, a + b


class Holder:
    def twice(self) -> Any:
        self.x, self.y = 1, 2
        return self.x, self.y

    def nothing(self) -> None:
        return

    def one(self) -> Any:
        return self.x


def test_a_functions_own_text_is_found() -> None:
    """By its name and its first line: two have one name here."""
    for function, names in (
        (twice, ["a.x", "b", ""]),
        (Holder.twice, ["x", "y"]),
        (Holder().twice, ["x", "y"]),
        (Holder.nothing, []),
        (Holder.one, []),
        (len, []),
        (print, []),
        (Holder, []),
    ):
        assert returned_names(function) == names, function
    found = node_of(twice)
    assert found is not None
    assert [argument.arg for argument in found.args.args] == ["a", "b"]
    assert node_of(len) is None
    made: dict[str, Any] = {}
    exec(compile("def f(): return a, b", "<nowhere>", "exec"), made)  # noqa: S102
    assert node_of(made["f"]) is None
