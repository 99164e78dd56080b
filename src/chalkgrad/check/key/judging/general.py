"""Answers about the general layer l, tried on a network that stands for all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from chalkgrad._errors import Fault, FormulaError, InputError
from chalkgrad.check.key.judging.formula import REPEATED, Trial, Trials, judge_formula
from chalkgrad.check.key.judging.scene import GENERAL_LAYER, Draw, draws, general_network
from chalkgrad.check.key.judging.stage import Places, Stage, UnreadableError, WrongAnswerError
from chalkgrad.check.key.judging.typed import typed_step
from chalkgrad.check.key.judging.value import Evaluator, canonical_name
from chalkgrad.check.key.reading.answers import answer_or_none
from chalkgrad.check.key.reading.letters import UNITS, AnswerAlphabet
from chalkgrad.check.key.reading.nodes import (
    AppliedFunction,
    Node,
    Partial,
    Ref,
    Total,
    references,
    with_references,
)
from chalkgrad.check.key.reading.quantities import EntryOf
from chalkgrad.check.key.report import KeyFinding
from chalkgrad.formula import nodes, walk
from chalkgrad.network import Network

DRAWS = 5
MANY_DRAWS = 30
"""For activations with branches, each of which must be seen."""
_SEED = 5
LOSS, FUNCTIONS = "loss", "functions"
LIKENESSES = ("", LOSS, FUNCTIONS)
"""What the general network has of the problem's own: nothing, its loss, also its activations."""


@dataclass
class GeneralLayer:
    """Judges formulas for any layer of any network; ``network`` is the problem's own.

    A formula that holds only for the activations and the loss of the problem's network is right with a
    remark: y − t is the output's error under a canonical link.
    """

    network: Network
    alphabet: AnswerAlphabet
    stages: dict[tuple[bool, str], tuple[Stage, tuple[Draw, ...]]] = field(default_factory=dict)

    def judge(self, answer: str, quantity: EntryOf, path: str) -> KeyFinding:
        """Return what is found of a formula."""
        node = answer_or_none(answer, self.alphabet)
        is_single = self._is_single(quantity.node, node)
        question = quantity.node if is_single else filled(quantity.node, self.alphabet)
        if _repeats(question, node):
            return REPEATED
        self._expect(is_single, question, path)
        attempts = [
            (self._trials(is_single, likeness, question, quantity.new), self._note(likeness))
            for likeness in LIKENESSES
            if self._exists(is_single, likeness)
        ]
        text = partial(self._text, is_single, question, quantity.new)
        return judge_formula(answer, self.alphabet, attempts, path, text)

    def _expect(self, is_single: bool, question: Node, path: str) -> None:
        """Refuse a question that no network has: the bias of layer 0."""
        stage, numbers = self._stage(is_single, "")
        try:
            places = question_places(stage, question, random.Random(_SEED))
            Evaluator(stage, numbers[0]).value(question, places)
        except WrongAnswerError as error:
            fault = Fault(path, "ask for what a network has", "something else", f"Here {error}.")
            raise FormulaError(fault) from None
        except UnreadableError:
            return  # told with the answer, at its place

    @staticmethod
    def _is_single(question: Node, answer: Node | None) -> bool:
        """Whether neither question nor answer has an index: then there is one neuron in each layer."""
        if answer is None or any(isinstance(part, Total) for part in walk(answer)):
            return False
        return not any(ref.units for ref in [*references(question), *references(answer)])

    def _exists(self, is_single: bool, likeness: str) -> bool:
        """Whether the problem's own loss fits a general network (cross-entropy needs probabilities)."""
        try:
            return bool(self._stage(is_single, likeness)[1])
        except InputError:
            return False

    def _stage(self, is_single: bool, likeness: str) -> tuple[Stage, tuple[Draw, ...]]:
        key = (is_single, likeness)
        if key not in self.stages:
            like = self.network if likeness else None
            network = general_network(is_single, like, likeness == FUNCTIONS)
            self.stages[key] = (
                Stage(network, self.alphabet, GENERAL_LAYER),
                draws(network, MANY_DRAWS if likeness == FUNCTIONS else DRAWS),
            )
        return self.stages[key]

    def _note(self, likeness: str) -> str:
        names = [str(layer.activation) for layer in self.network.layers if likeness == FUNCTIONS]
        return (
            f"for this network's {', '.join(dict.fromkeys([*names, str(self.network.loss)]))}"
            if likeness
            else ""
        )

    def _trials(self, is_single: bool, likeness: str, question: Node, new: bool) -> Trials:
        def run(node: Node) -> Iterator[Trial]:
            stage, numbers = self._stage(is_single, likeness)
            if likeness == FUNCTIONS and any(
                isinstance(part, AppliedFunction) and not part.function for part in walk(node)
            ):
                raise WrongAnswerError("f stands for every activation")
            picker = random.Random(_SEED)
            for draw in numbers:
                evaluator = Evaluator(stage, draw)
                places = question_places(stage, question, picker)
                true = evaluator.value(question, places)
                if new:
                    slope = Partial(Ref("loss"), next(references(question)))
                    true -= draw.rate * evaluator.value(slope, places)
                yield Trial(evaluator.value(node, places), true, "for random numbers")

        return run

    def _text(self, is_single: bool, question: Node, new: bool) -> str:
        """Return the derived equation of the general layer in the question's letters, if there is one."""
        stage, _ = self._stage(is_single, "")
        if isinstance(question, Partial) and question.of.kind != "loss":
            return ""
        places = question_places(stage, question, random.Random(_SEED))
        name, _ = canonical_name(stage, question, places, new)
        return typed_step(stage, name, {space: letter for letter, (space, _) in places.items()})


def filled(question: Node, alphabet: AnswerAlphabet) -> Node:
    """Return the question with the notation's own indices where it has none: δ^l is δ_j^l."""
    sender, unit, _ = alphabet.indices

    def fill(ref: Ref) -> Ref:
        if ref.units or not UNITS.get(ref.kind):
            return ref
        pair = (sender, unit) if alphabet.sender_first else (unit, sender)
        return replace(ref, units=pair if ref.kind == "weight" else (unit,))

    return with_references(question, fill)


def question_places(stage: Stage, question: Node, picker: random.Random) -> Places:
    """Return where the question's indices stand, each at some unit of its layer."""
    places: dict[str, tuple[int, int]] = {}
    for ref in references(question):
        if ref.kind == "loss":
            continue
        for unit, space in zip(ref.units, stage.spaces(ref, {}), strict=False):
            if isinstance(unit, str) and 0 <= space < len(stage.network.widths):
                places.setdefault(unit, (space, picker.randint(1, stage.network.widths[space])))
    return places


def _repeats(question: Node, answer: Node | None) -> bool:
    """Whether the answer is the question itself."""
    if answer is None or type(answer) is not type(question) or not isinstance(answer, nodes.Var | Partial):
        return False
    asked, given = list(references(question)), list(references(answer))
    return len(asked) == len(given) and all(map(Ref.same_as, asked, given))
