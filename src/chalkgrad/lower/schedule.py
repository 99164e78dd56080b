"""From equations to kernel calls: what can be one pass over the data becomes one instruction."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad._errors import UnsupportedError
from chalkgrad.derive import Derivation
from chalkgrad.derive.algebra import split_scale
from chalkgrad.evaluate.stable import SampleKernel
from chalkgrad.expr import Apply, Expr, RowApply, Symbol, symbols
from chalkgrad.formula.build import mul
from chalkgrad.formula.nodes import Node, Num
from chalkgrad.formula.tape import Tape
from chalkgrad.lower import matches
from chalkgrad.lower import program as p
from chalkgrad.lower.equations import users
from chalkgrad.lower.pairs import data_term, number
from chalkgrad.lower.parts import LoweredEquation, Pair, Pull, kernel_function
from chalkgrad.lower.tapes import entering, formula_of, is_elementwise, tape_of


class Scheduler:
    """Writes the instructions in the order of the equations, weight gradients last."""

    def __init__(self, derivation: Derivation, found: list[LoweredEquation]) -> None:
        self.derivation, self.found = derivation, found
        self.rates = dict(derivation.training.dropout)
        self.loss = data_term(derivation.loss)
        self.target = next(s for s in derivation.loss.premises if s.kind == "target")
        self.count = users(found)
        self.user_of = {symbol: eq for eq in found for symbol in symbols(eq.expr)}
        self.done: set[Symbol] = set()
        self.buffers: dict[str, p.Buffer] = {}
        self.schedule: list[p.Instruction] = []
        self.gradients: dict[int, p.WeightGradient] = {}
        self.penalties: dict[int, Fraction] = {}
        self.idle_steps: tuple[str, ...] = ()
        self.output, self.output_function = self._predicted()

    def program(self, clipped: bool) -> p.Program:
        """Everything together."""
        x = next(s for s in self.derivation.forward[0].premises if s.kind == "input")
        self._add(p.GatherInputs((), self._place(x)), p.GatherTargets((), self._place(self.target)))
        for eq in self.found:
            if eq.symbol not in self.done:
                self._write(eq)
        known, batch = number(self.loss.coefficient)
        function = self.derivation.network.loss.loss_function
        return p.Program(
            buffers=tuple(self.buffers.values()),
            parameters=self._parameters(),
            instructions=(*self.schedule, *self.gradients.values()),
            output=self.output,
            output_function=self.output_function,
            loss_factor=float(known),
            mean_over_samples=batch == -1,
            class_targets=function.takes_classes(self.target.shape[1].size or 1),
            clipped=clipped,
        )

    def _predicted(self) -> tuple[str, p.Function | None]:
        """Where a prediction is read, and what is applied to it: Ŷ, or Z_L where no instruction needs Ŷ."""
        for eq in self.found:
            if isinstance(eq.expr, Pair):
                return eq.expr.z.name, eq.expr.head or eq.expr.function
        output = self.derivation.forward[-1].symbol
        match next(eq for eq in self.found if eq.symbol == output):
            case LoweredEquation(Symbol() as y, Apply(function, (Symbol() as z,), None), steps):
                kernel = kernel_function(function)
                if kernel is not None and not self.count[y]:
                    self.done.add(y)
                    self.idle_steps = steps
                    return z.name, kernel
        return output.name, None

    def _parameters(self) -> tuple[p.LayerParameters, ...]:
        network = self.derivation.network
        return tuple(
            p.LayerParameters(l, n_in, layer.width, layer.bias, self.penalties.get(l, Fraction(0)))
            for l, (layer, n_in) in enumerate(zip(network.layers, network.widths, strict=False), start=1)
        )

    def _add(self, *instructions: p.Instruction) -> None:
        self.schedule.extend(instructions)

    def _place(self, symbol: Symbol) -> str:
        """The name of a symbol's buffer, which exists from now on."""
        features = symbol.shape[1].size
        assert features is not None
        self.buffers.setdefault(symbol.name, p.Buffer(symbol.name, features))
        return symbol.name

    def _sole_user(self, symbol: Symbol) -> LoweredEquation | None:
        return self.user_of[symbol] if self.count[symbol] == 1 else None

    def _refuse(self, eq: LoweredEquation) -> UnsupportedError:
        layer = eq.symbol.root.layer
        norm = self.derivation.network.layers[layer - 1].norm if layer else None
        if norm is not None:
            return UnsupportedError(f"no kernel for the {norm.name} of layer {layer}")
        name = eq.steps[-1] if eq.steps else eq.symbol.name
        return UnsupportedError(f"no kernel for {name} = {eq.expr}")

    def _write(self, eq: LoweredEquation) -> None:
        of = eq.symbol.of
        if of is not None and of.kind == "weight":
            self._weight_gradient(eq, of)
        elif of is not None and of.kind == "bias":
            self._bias_gradient(eq, of)
        elif eq.symbol.kind != "grad" and (line := matches.linear(eq.expr)) is not None:
            self._linear(eq, *line)
        elif eq.symbol.kind == "loss":
            self._loss(eq)
        elif isinstance(eq.expr, Pair):
            self._pair(eq, eq.expr)
        elif isinstance(eq.expr, RowApply | Pull) or eq.symbol.kind == "log":
            self._softmax(eq, eq.expr)
        elif (dropped := matches.masked(eq.expr)) is not None:
            self._add(self._dropout(eq.steps, *dropped, self._place(eq.symbol)))
        elif (error := matches.propagated(eq.expr)) is not None:
            self._backpropagate(eq, *error)
        else:
            self._map(eq)

    # -- forward ---------------------------------------------------------------------------------------

    def _linear(self, eq: LoweredEquation, source: Symbol, layer: int) -> None:
        value = self._sole_user(eq.symbol)
        if value is not None and value.symbol not in self.done:
            match value.expr:
                case Apply(function, (z,), None) if z == eq.symbol and kernel_function(function):
                    self.done.add(value.symbol)
                    steps, out = (*eq.steps, *value.steps), self._place(value.symbol)
                    self._add(p.Linear(steps, source.name, layer, out, kernel_function(function)))
                    return
        self._add(p.Linear(eq.steps, source.name, layer, self._place(eq.symbol)))

    def _softmax(self, eq: LoweredEquation, expr: Expr) -> None:
        out = self._place(eq.symbol)
        match expr:
            case RowApply("softmax", Symbol() as z):
                self._add(p.Softmax(eq.steps, z.name, out))
            case SampleKernel("log_softmax", (Symbol() as z,)):
                self._add(p.LogSoftmax(eq.steps, z.name, out))
            case Pull(y, error, weighted):
                self._add(p.SoftmaxGradient(eq.steps, y.name, error.name, out, weighted))
            case _:
                raise self._refuse(eq)

    def _dropout(self, steps: tuple[str, ...], source: Symbol, layer: int, out: str) -> p.Dropout:
        rate = self.rates[layer]
        if rate is None:
            raise UnsupportedError(f"no rate for the mask M{layer} of {steps[-1]}")
        return p.Dropout(steps, source.name, layer, float(rate), out)

    # -- the loss and the error that enters ------------------------------------------------------------

    def _pair(self, eq: LoweredEquation, pair: Pair) -> None:
        out = self._place(eq.symbol)
        self._add(
            p.LossAndError(eq.steps, pair.kind, pair.z.name, out, pair.function, float(pair.coefficient))
        )

    def _loss(self, eq: LoweredEquation) -> None:
        data = data_term(self.derivation.loss, eq.expr)
        factor = matches.share(data.coefficient, self.loss.coefficient)
        if factor is None or not is_elementwise(data.arg):
            raise self._refuse(eq)
        names, tape = self._tape(formula_of(data.arg))
        self._add(p.LossMap((*self.idle_steps, *eq.steps), names, tape, float(factor)))

    def _tape(self, node: Node) -> tuple[tuple[str, ...], Tape]:
        sources, tape = tape_of(node, self.target)
        return tuple(source.name for source in sources), tape

    def _map(self, eq: LoweredEquation) -> None:
        front, rest = split_scale(eq.expr)
        if not is_elementwise(rest):
            raise self._refuse(eq)
        enters = _is_error(eq.symbol) and not any(map(_is_error, symbols(rest)))
        if enters:
            factor = matches.share(front, self.loss.coefficient)
            if factor is None:
                raise self._refuse(eq)
            names, tape = self._tape(entering(rest))
            self._add(p.Map(eq.steps, names, tape, self._place(eq.symbol), True, float(factor)))
        elif front.powers:
            raise self._refuse(eq)
        else:
            names, tape = self._tape(mul(Num(front.rational), formula_of(rest)))
            self._add(p.Map(eq.steps, names, tape, self._place(eq.symbol)))

    # -- backward --------------------------------------------------------------------------------------

    def _backpropagate(
        self, eq: LoweredEquation, error: Symbol, layer: int, by_another: Symbol | None
    ) -> None:
        """dA = dZ W + …; with what follows, ⊙ M and ⊙ f′, in the same pass where nothing else needs dA."""
        add = None if by_another is None else by_another.name
        user = self._sole_user(eq.symbol)
        dropped = None if user is None else matches.masked(user.expr)
        behind = user if dropped is None or user is None else self._sole_user(user.symbol)
        here = eq.symbol if dropped is None or user is None else user.symbol
        slope = None if behind is None else matches.sloped(behind.expr, here)
        if behind is None or slope is None:
            self._add(p.Backpropagate(eq.steps, error.name, layer, self._place(eq.symbol), add=add))
            return
        kernel, out = kernel_function(slope.function), self._place(behind.symbol)
        self.done.add(behind.symbol)
        if dropped is None or user is None:
            steps = (*eq.steps, *behind.steps)
            self._add(p.Backpropagate(steps, error.name, layer, out, kernel, slope.value.name, add))
            return
        self.done.add(user.symbol)
        self._add(p.Backpropagate(eq.steps, error.name, layer, out, kernel, slope.value.name, add))
        self._add(self._dropout((*user.steps, *behind.steps), behind.symbol, dropped[1], out))

    def _weight_gradient(self, eq: LoweredEquation, w: Symbol) -> None:
        found = matches.weight_gradient(eq.expr, w)
        if found is None:
            raise self._refuse(eq)
        error, source, self.penalties[w.layer] = found
        self.gradients[w.layer] = p.WeightGradient(
            (*eq.steps, f"{w.name}_new"), error.name, source.name, w.layer
        )

    def _bias_gradient(self, eq: LoweredEquation, b: Symbol) -> None:
        found, gradient = matches.bias_gradient(eq.expr), self.gradients[b.layer]
        if found is None or found.name != gradient.error:
            raise self._refuse(eq)
        steps = (*gradient.steps[:-1], *eq.steps, gradient.steps[-1], f"{b.name}_new")
        self.gradients[b.layer] = p.WeightGradient(steps, gradient.error, gradient.source, b.layer)


def _is_error(symbol: Symbol) -> bool:
    return symbol.kind in ("grad", "error", "paths", "weighted")
