"""A formula as a straight list of operations, equal subformulas computed once.

The three arithmetics each run the same tape with their own table of operations.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalkgrad.formula.build import num
from chalkgrad.formula.nodes import Add, Call, Mul, Named, Node, Num, Pow, Var, Where
from chalkgrad.formula.tidy import split

Operation = Callable[..., Any]


@dataclass(frozen=True)
class Tape:
    """Slots are numbered: inputs, then constants, then the result of each step; the last is the value."""

    inputs: tuple[Hashable, ...]
    constants: tuple[Num | Named, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]
    result: int

    @property
    def names(self) -> set[str]:
        """The operations used."""
        return {name for name, _ in self.steps}

    def run(
        self, operations: Mapping[str, Operation], inputs: Sequence[Any], constants: Sequence[Any]
    ) -> list[Any]:
        """Return the value of every slot."""
        slots = [*inputs, *constants]
        for name, places in self.steps:
            slots.append(operations[name](*[slots[place] for place in places]))
        return slots


def compile_tape(node: Node) -> Tape:
    """Return the tape of a formula; variables in order of appearance."""
    return _Compiler(node).tape


class _Compiler:
    def __init__(self, node: Node) -> None:
        self._inputs: dict[Hashable, int] = {}
        self._constants: dict[Num | Named, int] = {}
        self._steps: dict[tuple[str, tuple[int, ...]], int] = {}
        self._done: dict[int, int] = {}
        self._kept: list[Node] = []  # nodes made here stay alive, so that their ids stay their own
        result = self._place(node)
        inputs, constants = len(self._inputs), len(self._constants)
        leaves = {
            place: index for index, place in enumerate([*self._inputs.values(), *self._constants.values()])
        }

        def final(place: int) -> int:
            return leaves[place] if place < 0 else place + inputs + constants

        steps = tuple((name, tuple(final(place) for place in places)) for name, places in self._steps)
        self.tape = Tape(tuple(self._inputs), tuple(self._constants), steps, final(result))

    # while compiling, leaves are numbered −1, −2, … and steps 0, 1, …
    def _leaf(self, table: dict[Any, int], key: Any) -> int:
        if key not in table:
            table[key] = -1 - len(self._inputs) - len(self._constants)
        return table[key]

    def _step(self, name: str, *places: int) -> int:
        return self._steps.setdefault((name, places), len(self._steps))

    def _place(self, node: Node) -> int:
        place = self._done.get(id(node))
        if place is None:
            place = self._done[id(node)] = self._compile(node)
        return place

    def _compile(self, node: Node) -> int:
        if isinstance(node, Var):
            return self._leaf(self._inputs, node.name)
        if isinstance(node, Num | Named):
            return self._leaf(self._constants, node)
        if isinstance(node, Add):
            return self._sum(node)
        if isinstance(node, Mul):
            return self._product(node)
        if isinstance(node, Pow):
            return self._power(node)
        if isinstance(node, Call):
            return self._step(node.function, *(self._place(arg) for arg in node.args))
        if isinstance(node, Where):
            condition = (node.condition.left, node.condition.right)
            places = [self._place(part) for part in (*condition, node.then, node.otherwise)]
            return self._step(f"where {node.condition.op}", *places)
        raise TypeError(f"cannot compute {type(node).__name__}")

    def _sum(self, node: Add) -> int:
        total = self._place(node.terms[0])
        for term in node.terms[1:]:
            coefficient, core = split(term)
            if coefficient < 0:
                self._kept.append(positive := self._signed(-coefficient, core))
                total = self._step("-", total, self._place(positive))
            else:
                total = self._step("+", total, self._place(term))
        return total

    def _signed(self, coefficient: Any, core: Node) -> Node:
        if coefficient == 1:
            return core
        if core == num(1):
            return Num(coefficient)
        factors = core.factors if isinstance(core, Mul) else (core,)
        return Mul((Num(coefficient), *factors))

    def _product(self, node: Mul) -> int:
        total: int | None = None
        negative = node.factors[0] == num(-1)
        for factor in node.factors[negative:]:
            below = isinstance(factor, Pow) and isinstance(factor.exponent, Num) and factor.exponent.value < 0
            if below and isinstance(factor, Pow) and isinstance(factor.exponent, Num):
                inverse = Pow(factor.base, Num(-factor.exponent.value))
                self._kept.append(inverse)
                start = self._place_number(1) if total is None else total
                total = self._step("/", start, self._power(inverse))
            else:
                place = self._place(factor)
                total = place if total is None else self._step("*", total, place)
        assert total is not None
        return self._step("negate", total) if negative else total

    def _place_number(self, value: int) -> int:
        return self._leaf(self._constants, num(value))

    def _power(self, node: Pow) -> int:
        base = self._place(node.base)
        if isinstance(node.exponent, Num) and node.exponent.value.denominator == 1:
            order = int(node.exponent.value)
            if order < 0:
                return self._step("/", self._place_number(1), self._integer_power(base, -order))
            return self._integer_power(base, order)
        return self._step("power", base, self._place(node.exponent))

    def _integer_power(self, base: int, order: int) -> int:
        """Square and multiply, so that every arithmetic agrees and exact stays exact."""
        if order == 0:
            return self._place_number(1)
        if order == 1:
            return base
        half = self._integer_power(base, order // 2)
        square = self._step("*", half, half)
        return self._step("*", square, base) if order % 2 else square
