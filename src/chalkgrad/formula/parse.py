"""Formulas typed by people become nodes, or a located ``FormulaError``; nothing is ever executed.

The grammar is the ``Reader``'s, where a name stands for
    name  := variable | "pi" | "e" | function "(" expression, … ")" | where
    where      := "where(" expression (">"|">="|"<"|"<=") expression "," expression "," expression ")"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, reduce

from chalkgrad._errors import Fault, FormulaError, did_you_mean
from chalkgrad.formula.build import power, substitute
from chalkgrad.formula.caps import MAX_EXPONENT, constant, nested_exponent
from chalkgrad.formula.functions import ABBREVIATIONS, FUNCTIONS
from chalkgrad.formula.nodes import Call, Compare, Named, Node, Num, Var
from chalkgrad.formula.reader import Reader, Token

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<op>\*\*|>=|<=|[-+*/^(),<>])"
    r"|(?P<space>[ \t\r\n]+)"
    r"|(?s:(?P<strange>.))"
)
_COMPARE = (">", ">=", "<", "<=")
_CONSTANTS = ("pi", "e")


def parse_formula(text: str, variables: Sequence[str] = ("z",), path: str = "formula") -> Node:
    """Return the formula that ``text`` says.

    Parameters
    ----------
    text
        For example ``z*sigmoid(z)`` or ``-t*log(y) - (1 - t)*log(1 - y)``; powers are ``^`` or ``**``.
    variables
        The names that may occur besides ``pi`` and ``e``.
    path
        Where the text stands in the description, for the message.

    Raises
    ------
    FormulaError
        If the text is not such a formula, is longer than 500 characters, nests deeper than 50, or
        raises to a number beyond 64.

    Examples
    --------
    >>> from chalkgrad.formula import format_formula
    >>> format_formula(parse_formula("0.5*(y - t)**2", ("y", "t")))
    '(y - t)^2/2'

    """
    if not isinstance(text, str):
        raise FormulaError(Fault(path, "be a formula as text", repr(text)[:60], "Put it in quotes."))
    return _Parser(text, tuple(variables), path).parse()


class _Parser(Reader):
    def __init__(self, text: str, names: tuple[str, ...], path: str) -> None:
        self.names = names
        super().__init__(text, path)

    def read_tokens(self, text: str) -> list[Token]:
        self.text = text.encode("ascii", "replace").decode()  # as errors show it
        tokens = []
        for match in _TOKEN.finditer(text):
            kind, word = match.lastgroup or "", match.group()
            if kind == "strange":
                fix = "Allowed are numbers, names, + - * / ^ ( ) , and comparisons inside where."
                raise self.error(f"not contain {word!a}", fix, match.start())
            if kind != "space":
                tokens.append(Token(kind, word, match.start()))
        return [*tokens, Token("end", "", len(text))]

    def parse(self) -> Node:
        if len(self.tokens) == 1:
            raise self.error("be a formula", f"Write for example {self._example()}.", 0, got="nothing")
        node = self.expression(0)
        if self.here.kind != "end":
            raise self.unexpected()
        return node

    def named(self) -> Node:
        _, word, at, *_ = self.here
        self.at += 1
        if self.accept("("):
            return self._called(word, at)
        if word in self.names:
            return Var(word)
        if word in _CONSTANTS:
            return Named(word)
        if word in FUNCTIONS or word in ABBREVIATIONS or word == "where":
            raise self.error(f"give {word} its argument", f"Write {word}({self._example()}).", at)
        options = (*self.names, *_CONSTANTS)
        near = next((f"Did you mean {name!r}?" for name in self.names if word.lower().startswith(name)), "")
        fix = near or did_you_mean(word, options) or f"Names that may stand here: {', '.join(options)}."
        raise self.error(f"use only the names {', '.join(options)}", fix, at, got=repr(word))

    def _called(self, word: str, at: int) -> Node:
        if word == "where":
            return self.where()
        arguments = self.arguments()
        if word in FUNCTIONS:
            wanted = len(FUNCTIONS[word].arguments)
        elif word in ABBREVIATIONS:
            wanted = len(ABBREVIATIONS[word][0])
        else:
            known = sorted([*FUNCTIONS, *ABBREVIATIONS, "where"])
            fix = did_you_mean(word, known) or f"Known functions: {', '.join(known)}."
            raise self.error("call only known functions", fix, at, got=repr(word))
        if word in ("max", "min") and len(arguments) > 2:
            return reduce(lambda left, right: Call(word, (left, right)), arguments)
        if len(arguments) != wanted:
            example = "z" if wanted == 1 else "z, 0.01"
            raise self.wrong_count(word, wanted, len(arguments), example, at)
        if word in ABBREVIATIONS:
            names = ABBREVIATIONS[word][0]
            return substitute(_abbreviation(word), dict(zip(names, arguments, strict=True)))
        return Call(word, tuple(arguments))

    def condition(self) -> Compare:
        left = self.expression(0)
        word = self.accept(*_COMPARE)
        if not word:
            raise self.error("compare in where", "Write where(z > 0, then, otherwise).")
        return Compare(word, left, self.expression(0))

    def raised(self, base: Node, exponent: Node, at: int) -> Node:
        limit = f"raise to numbers of size at most {MAX_EXPONENT}"
        try:
            value = constant(exponent)
        except OverflowError:
            raise self.error(limit, "Use a smaller exponent.", at) from None
        if value is None:
            return power(base, exponent)
        if abs(value) * nested_exponent(base) > MAX_EXPONENT:
            raise self.error(limit, "Use a smaller exponent.", at)
        if value.numerator > 10**9 or value.denominator > 10**9:
            raise self.error("raise to numbers with at most nine digits", "Round the exponent.", at)
        return power(base, Num(value))

    def unexpected(self) -> FormulaError:
        if self.here.text in _COMPARE:
            return self.error("compare only inside where", "Write where(z > 0, then, otherwise).")
        if self.here.kind in ("number", "name") or self.here.text == "(":
            return self.error("join its parts by an operator", "Put a * at the mark, for example.")
        return super().unexpected()

    def _example(self) -> str:
        return self.names[0] if self.names else "1"


@cache
def _abbreviation(word: str) -> Node:
    names, text = ABBREVIATIONS[word]
    return parse_formula(text, names)
