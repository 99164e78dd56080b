"""Answers as people type them: ``a_k^(l-1)*delta_j^l``, ``Σ_k w_kj δ_k f'(z_j)``, ``1/(1+e^(-z))``, LaTeX.

    name    := letter scripts | function primes argument | "sum" scripts expression | "∂" letter
             | "frac" group group
    scripts := ("_" | "^") (index | group of indices)

Nothing is executed, and no letter means anything that the notation does not say.
"""

from __future__ import annotations

from fractions import Fraction

from chalkgrad._errors import FormulaError
from chalkgrad.check.key.reading.cursor import CLOSING, Disambiguation
from chalkgrad.check.key.reading.letters import AnswerAlphabet
from chalkgrad.check.key.reading.nodes import AppliedFunction, Differential, Node, Partial, Ref, Total
from chalkgrad.check.key.reading.scripts import ScriptReader
from chalkgrad.formula import FUNCTIONS, nodes, walk
from chalkgrad.formula.build import mul, power
from chalkgrad.formula.reader import INFIX, Token

_ARGUMENT = 25
_PRIMES = (("'",), ("^", "'"), ("^", "{", "'", "}"), ("_", "prime"))
_LOSS = Ref("loss", text="C")


def read_answer(
    text: str, alphabet: AnswerAlphabet, reading: Disambiguation | None = None, path: str = "answer"
) -> Node:
    """Return the formula that a typed answer says.

    Parameters
    ----------
    text
        At most 500 characters; in ``w = …`` only what is right of the last ``=`` counts.
    alphabet
        What the letters mean.
    reading
        How doubtful writing is read; by default as the notation has it.
    path
        Where the answer stands, for the message.

    Raises
    ------
    FormulaError
        If the text cannot be read, with the place marked.
    """
    return _Reader(text, alphabet, reading or Disambiguation(bare_layer=alphabet.layer_bare), path).read()


def answer_or_none(text: str, alphabet: AnswerAlphabet) -> Node | None:
    """Return the formula that a typed answer says as the notation has it, ``None`` if it cannot be read."""
    try:
        return read_answer(text, alphabet)
    except FormulaError:
        return None


class _Reader(ScriptReader):
    def read(self) -> Node:
        if self.here.kind == "end":
            raise self.error("be an answer", "Write a number or a formula.", got="nothing")
        node = self.expression(0)
        if self.here.text == "if":
            node = self.conditional(node)
        if self.here.kind != "end":
            raise self.unexpected()
        self.refuse_differentials(node)
        return node

    def refuse_differentials(self, node: Node) -> None:
        alone = [part for part in walk(node) if isinstance(part, Differential)]
        if alone:
            raise self.error("have every ∂ in a quotient", "Write (∂C)/(∂w).", alone[-1].at)

    # -- expressions --
    def starts_factor(self) -> bool:
        is_word = self.here.text in ("if", "else")
        return (self.here.kind in ("number", "name") and not is_word) or self.here.text in CLOSING

    def combine(self, word: str, left: Node, right: Node, at: int) -> Node:
        if word in INFIX:
            return super().combine(word, left, right, at)
        one, zero = nodes.Num(Fraction(1)), nodes.Num(Fraction(0))
        return nodes.Where(nodes.Compare(word, left, right), one, zero)

    def divided(self, left: Node, right: Node, at: int) -> Node:
        if isinstance(right, Differential):
            *before, last = left.factors if isinstance(left, nodes.Mul) else (left,)
            if not isinstance(last, Differential):
                raise self.error("have ∂ above and below", "Write (∂C)/(∂w).", at)
            return mul(*before, Partial(last.of, right.of))
        return super().divided(left, right, at)

    def fraction_part(self) -> Node:
        """Read what LaTeX takes for one part of a fraction: a group, a digit or a letter."""
        token = self.here
        if token.kind == "number" and len(token.text) > 1 and token.text.isdecimal():
            self.tokens[self.at] = Token("number", token.text[1:], token.at + 1)
            return nodes.Num(Fraction(token.text[0]))
        return self.group() if token.text == "{" else self.prefix()

    def conditional(self, then: Node) -> Node:
        """Read ``1 if z > 0 else 0``."""
        self.at += 1
        condition = self.expression(0)
        if not isinstance(condition, nodes.Where) or self.here.text != "else":
            raise self.error("have a condition and an else", "Write 1 if z > 0 else 0.")
        self.at += 1
        return nodes.Where(condition.condition, then, self.expression(0))

    # -- names --
    def named(self) -> Node:
        token = self.here
        word = self.split_name()
        if word == "sum":
            return self.total()
        if word == "where":
            self.expect("(")
            return self.where()
        if word == "frac":
            return self.divided(self.fraction_part(), self.fraction_part(), token.at)
        if word in ("partial", "d"):
            return self.differential(word, token.at)
        if word in self.alphabet.kinds:
            return nodes.Var(self.reference(word, token))
        if word in self.alphabet.functions:
            return self.applied(self.alphabet.functions[word], token.at)
        return nodes.Named(word)

    def differential(self, word: str, at: int) -> Node:
        bracket = self.accept("(") if word == "partial" else ""
        token = self.here
        if token.kind != "name":
            raise self.error(f"have a letter after {'∂' if word == 'partial' else 'd'}", "Write ∂C, say.")
        letter = self.split_name()
        if letter not in self.alphabet.kinds:
            raise self.error("have a letter of the notation after ∂", "Write ∂C, say.", token.at)
        of = self.reference(letter, token)
        if bracket:
            self.expect(")")
        is_half = word == "partial" or of.kind == "loss" or self.after_slash() or self.before_slash(at)
        return Differential(of, at) if is_half else Partial(_LOSS, of)

    def after_slash(self) -> bool:
        """Whether another ``d`` or ``∂`` stands behind a slash here."""
        ahead = [token.text for token in self.tokens[self.at : self.at + 4] if token.text not in (")", "(")]
        return ahead[:1] == ["/"] and len(ahead) > 1 and ahead[1].startswith(("d", "partial"))

    def before_slash(self, at: int) -> bool:
        """Whether the ``d`` at a place stands behind a slash or in the lower part of a fraction."""
        index = next(i for i, token in enumerate(self.tokens) if token.at == at)
        while index and self.tokens[index - 1].text in ("(", "{"):
            index -= 1
        return bool(index) and self.tokens[index - 1].text in ("/", "}")

    def applied(self, function: str, at: int) -> Node:
        order, exponent = self.primes(), None
        if self.here.text == "^":
            self.at += 1
            exponent = self.prefix()
        if self.here.text in CLOSING and not (self.reading.values and self.is_formula_ahead()):
            arguments = self.arguments(CLOSING[self.accept(*CLOSING)])
        elif self.here.kind in ("name", "number") and not self.reading.values:
            arguments = [self.expression(_ARGUMENT)]
        else:
            arguments = []
        node = self.call(function, order, arguments, at)
        return node if exponent is None else power(node, exponent)

    def is_formula_ahead(self) -> bool:
        """Whether the bracket here holds more than one letter."""
        ahead = self.tokens[self.at + 2 : self.at + 3]
        return not ahead or ahead[0].text not in CLOSING.values()

    def primes(self) -> int:
        order = 0
        while signs := next((s for s in _PRIMES if self.stands(*s)), None):
            self.at += len(signs)
            order += 1
        return order

    def stands(self, *words: str) -> bool:
        return [token.text for token in self.tokens[self.at : self.at + len(words)]] == [*words]

    def call(self, function: str, order: int, arguments: list[Node], at: int) -> Node:
        name = function or "f"
        if order > 1:
            raise self.error("have first derivatives only", f"Write {name}'(z).", at)
        wanted = len(FUNCTIONS[function].arguments) if function in FUNCTIONS else 1
        if len(arguments) not in (wanted, 0) or (not arguments and wanted > 1):
            raise self.wrong_count(name, wanted, len(arguments), "…", at)
        if function == "sech" and arguments and not order:
            return power(nodes.Call("cosh", tuple(arguments)), nodes.Num(Fraction(-1)))
        if wanted > 1 or (function in FUNCTIONS and not order and arguments):
            return nodes.Call(function, tuple(arguments))
        return AppliedFunction(function, order, arguments[0] if arguments else None)

    def condition(self) -> nodes.Compare:
        condition = self.expression(0)
        if not isinstance(condition, nodes.Where):
            raise self.error("compare in where", "Write where(z > 0, 1, 0).")
        return condition.condition

    # -- scripts --
    def total(self) -> Node:
        index, first, last = "", None, None
        while self.here.text in ("_", "^"):
            mark = self.accept("_", "^")
            start = self.at
            self.skip_group()
            brackets = (*CLOSING, *CLOSING.values())
            inside = [token for token in self.tokens[start : self.at] if token.text not in brackets]
            numbers = [int(token.text[:6]) for token in inside if token.text.isdecimal()]
            if mark == "_":
                index = inside[0].text if inside and inside[0].kind == "name" else ""
                first = numbers[0] if len(inside) == 3 and numbers and inside[1].text == "=" else None
            else:
                last = numbers[0] if len(inside) == 1 and numbers else None
        if len(index) != 1 or index in ("l", "L"):
            raise self.error("name the index of the sum", "Write sum_k followed by what is added.")
        return Total(index, self.expression(15), first, last)
