"""Letters with their indices: ``w_jk^(l+1)``, ``δ^l_j``, ``a_{(1),j}``, ``w1``."""

from __future__ import annotations

from chalkgrad.check.key.reading.cursor import CLOSING, Cursor
from chalkgrad.check.key.reading.letters import LAYERED, TypedIndex
from chalkgrad.check.key.reading.nodes import Ref
from chalkgrad.formula.reader import Token


class ScriptReader(Cursor):
    """Reads a letter's indices; tells a layer's number above a letter from a power."""

    def reference(self, word: str, token: Token) -> Ref:
        below: list[TypedIndex] = []
        above: list[TypedIndex] = []
        kind = self.alphabet.kinds[word]
        if self.here.kind == "number" and not self.here.spaced and self.here.text.isdecimal():
            below.append(TypedIndex(int(self.here.text)))
            self.at += 1
        while self.here.text in ("_", "^"):
            start = self.at
            mark = self.accept("_", "^")
            found = self.script(mark, kind, bool(above) or kind not in LAYERED)
            if found is None:
                self.at = start
                break
            (below if mark == "_" else above).extend(found)
        try:
            return self.alphabet.reference(word, below, above, token.at)
        except ValueError as problem:
            raise self.error(str(problem), f"Write {word} with its own indices.", token.at) from None

    def script(self, mark: str, kind: str, no_layer: bool) -> list[TypedIndex] | None:
        """Read indices; ``None`` where a ``^`` begins a power."""
        bracket = self.here.text if self.here.text in CLOSING else ""
        if mark == "_":
            return self.indices(self.accept(*CLOSING), kind == "weight")
        if no_layer:
            return None
        start = self.at
        self.accept(*CLOSING)
        ahead = self.tokens[self.at : self.at + 2]
        is_letter = ahead[0].text in ("l", "L")
        is_alone = not bracket or (len(ahead) > 1 and ahead[1].text == CLOSING[bracket])
        is_number = ahead[0].kind == "number" and ahead[0].text.isdecimal() and is_alone
        nested = bracket == "{" and ahead[0].text in ("(", "[")
        self.at = start
        if not (is_letter or nested or (is_number and (bracket in ("(", "[") or self.reading.bare_layer))):
            return None
        return self.indices(self.accept(*CLOSING))

    def is_other_index(self, first: TypedIndex) -> bool:
        """Whether the second index of a weight follows: 0 in w_j0, k in w_2k, but not x in w_1x."""
        if isinstance(first.base, str):
            return self.here.kind == "number" and self.here.text.isdecimal()
        words = {*self.alphabet.words()}
        return self.here.kind == "name" and len(self.here.text) == 1 and self.here.text not in words

    def indices(self, bracket: str, pair: bool = False) -> list[TypedIndex]:
        found: list[TypedIndex] = []
        if not bracket:
            self.index(found, "", self.reading.loose_layer)
            if pair and len(found) == 1 and not self.here.spaced and self.is_other_index(found[0]):
                self.index(found, "", False)
            return found
        while not self.accept(CLOSING[bracket]):
            inner = self.accept(*CLOSING)
            self.index(found, inner or (bracket if bracket != "{" else ""), True)
            if inner:
                self.expect(CLOSING[inner])
            self.accept(",")
        if len(found) > 1 and bracket != "{":  # w_(jk): the bracket holds them together
            found = [
                TypedIndex(part.base, part.offset) if part.bracket == bracket else part for part in found
            ]
        return found

    def index(self, found: list[TypedIndex], bracket: str, shifted: bool) -> None:
        token = self.here
        if token.kind == "number" and token.text.isdecimal() and len(token.text) < 7:
            self.at += 1
            found.append(TypedIndex(int(token.text), 0, bracket))
            return
        if token.kind != "name" or len(token.text) > 3:
            raise self.error("have letters or whole numbers as indices", "Write w_(jk)^l, say.")
        self.at += 1
        bases = list(token.text)
        offset = 0
        if shifted and self.here.text in ("+", "-") and self.tokens[self.at + 1].text.isdecimal():
            offset = int(self.tokens[self.at + 1].text[:6]) * (1 if self.here.text == "+" else -1)
            self.at += 2
        single = bracket if len(bases) == 1 and bases[0] in ("l", "L") else ""
        found.extend(TypedIndex(base, 0, single) for base in bases[:-1])
        found.append(TypedIndex(bases[-1], offset, single))
