"""The matrix view of a page: each layer's laws in one line, with the numbers put in.

Columns are samples, as in network/forward.py. Every entry obeys the calculator rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from generator.algebra import Function, Quantity, expanded
from generator.algebra.expression import as_expression
from generator.network.names import Name
from generator.network.training import TrainingStep
from generator.page.arrays import ArraySymbols, activation_pattern, derivative_pattern
from generator.page.backward import has_shortcut
from generator.page.equations import Block, Equation, Writer, block, local_derivative
from generator.page.numbers import latex_number
from generator.page.outline import LayerMatrices
from generator.page.tables import layer_title

MOST_ROWS = MOST_COLUMNS = 8  # of a matrix that helps a reader


def given_matrices(step: TrainingStep, write: Writer) -> Block | None:
    """What is given as matrices: inputs, weights, biases and targets."""
    view, last = _View(step, write), len(step.example.layers)
    given = [("input", 0, step.forward.inputs)]
    for layer, own in enumerate(step.forward.parameters, start=1):
        given.append(("weight", layer, own.weights))
        if own.bias is not None:
            units = step.example.layers[layer - 1].units
            given.append(("bias", layer, np.broadcast_to(own.bias, (units, 1))))
    if step.forward.targets is not None:
        given.append(("target", last, step.forward.targets))
    lines = [view.stated(role, layer, array) for role, layer, array in given]
    printable = [line for line in lines if line is not None]
    return block(printable) if printable else None


def forward_matrices(step: TrainingStep, write: Writer) -> Iterator[LayerMatrices]:
    """Each layer as z = W x + b and a = f(z)."""
    view = _View(step, write)
    for index in range(len(step.example.layers)):
        yield from view.layer(index, view.forward(index))


def backward_matrices(step: TrainingStep, write: Writer) -> Iterator[LayerMatrices]:
    """Error signals and the weights' gradients of each layer, from the last to the first."""
    view = _View(step, write)
    for index in reversed(range(len(step.example.layers) if step.by_sample else 0)):
        yield from view.layer(index, [*view.error_signals(index), *view.weight_gradients(index)])


@dataclass(frozen=True)
class _View:
    """The arrays of a step; a layer is given by its index, from 0."""

    step: TrainingStep
    write: Writer

    @property
    def symbols(self) -> ArraySymbols:
        return ArraySymbols(self.write.symbols)

    def layer(self, index: int, equations: Sequence[Equation | None]) -> Iterator[LayerMatrices]:
        """A layer's lines, as far as they can be printed."""
        lines = [equation for equation in equations if equation is not None]
        if lines:
            yield LayerMatrices(layer_title(self.step.example, index), block(lines))

    def stated(self, role: str, layer: int, array: Any) -> Equation | None:
        """What an array is given as."""
        return self._values(self.symbols.array(role, layer), array)

    def forward(self, index: int) -> list[Equation | None]:
        values, own = self.step.forward.layers[index], self.step.forward.parameters[index]
        x, layer = self.step.forward.input_of(index), index + 1
        weights, reads = (
            self.symbols.array("weight", layer),
            self.symbols.array("activation", index),
        )
        z, a = (self.symbols.array(role, layer) for role in ("pre_activation", "activation"))
        symbols, numbers, arrays = f"{weights} {reads}", "%s %s", [own.weights, x]
        entries = own.weights @ x
        if own.bias is not None:
            bias = np.broadcast_to(own.bias, entries.shape)
            symbols += " + " + self.symbols.array("bias", layer)
            numbers, arrays, entries = "%s %s + %s", [*arrays, bias], entries + bias
        pattern = activation_pattern(self.step.example.layers[index].activation)
        return [
            self._line(z, [symbols], numbers, arrays, values.pre_activations, entries),
            self._line(
                a,
                [pattern % z],
                pattern,
                [values.pre_activations],
                values.activations,
                _definitions(values.activations),
            ),
        ]

    def error_signals(self, index: int) -> list[Equation | None]:
        """From the gradient in the activations to that in the pre-activations."""
        values, layer = self.step.forward.layers[index], index + 1
        signals, towards = (
            self._gradients(values.pre_activations),
            self._gradients(values.activations),
        )
        delta, in_a = self.symbols.array("error_signal", layer), self._partial("activation", layer)
        is_last = layer == len(self.step.example.layers)
        equations: list[Equation | None] = []
        if is_last:
            equations.append(self._values(in_a, towards))
        else:
            above = self.step.forward.parameters[index + 1].weights
            after = self._gradients(self.step.forward.layers[index + 1].pre_activations)
            next_weights, next_delta = (
                self.symbols.array(role, layer + 1) for role in ("weight", "error_signal")
            )
            symbols = rf"\left({next_weights}\right)^\top {next_delta}"
            equations.append(
                self._line(in_a, [symbols], r"%s^\top %s", [above, after], towards, above.T @ after)
            )
        slopes = self._slopes(values.pre_activations)
        if is_last and has_shortcut(self.step, 0):
            a, y = self.symbols.array("activation", layer), self.symbols.array("target", layer)
            outputs, targets = values.activations, self.step.forward.targets
            arrays = [outputs, targets]
            short = self._line(delta, [f"{a} - {y}"], "%s - %s", arrays, signals, outputs - targets)
            if short is not None:
                return [*equations, short]
        if slopes is None:  # each unit's signal depends on all units; see the units one by one
            return [*equations, self._values(delta, signals)]
        activation = self.step.example.layers[index].activation
        if activation_pattern(activation) == "%s":
            return [*equations, self._line(delta, [in_a], "%s", [towards], signals, towards)]
        z = self.symbols.array("pre_activation", layer)
        slope = rf"\frac{{\partial {self.symbols.array('activation', layer)}}}{{\partial {z}}}"
        has_law = isinstance(activation, Function) and not self.write.is_stepwise
        in_z = [derivative_pattern(activation) % z] if has_law else []
        known = self._values(slope, slopes)
        if known is not None:
            laws = tuple(("=", law) for law in in_z)
            equations.append(replace(known, rows=laws + known.rows))
        symbols, entries = rf"{in_a} \odot {slope}", towards * slopes
        arrays = [towards, slopes]
        equations.append(self._line(delta, [symbols], r"%s \odot %s", arrays, signals, entries))
        return equations

    def weight_gradients(self, index: int) -> list[Equation | None]:
        r"""\delta x^\top; over several samples their sum or mean."""
        values, own = self.step.forward.layers[index], self.step.forward.parameters[index]
        delta, x = self._gradients(values.pre_activations), self.step.forward.input_of(index)
        reads = self.symbols.array("activation", index)
        transposed = rf"{reads}^\top" if "^" not in reads else rf"\left({reads}\right)^\top"
        symbols = f"{self.symbols.array('error_signal', index + 1)} {transposed}"
        entries, numbers = delta @ x.T, r"%s %s^\top"
        if len(self.step.by_sample) == 1:
            gradients = self._gradients(own.weights)
        elif self.step.gradients is None or self.step.example.has_penalty:
            return []
        else:
            gradients = self.step.gradients[index].weights
            divisor = self.step.example.divisor(len(self.step.by_sample))
            if divisor > 1:
                entries = as_expression(1) / as_expression(divisor) * entries
                share = rf"\frac{{1}}{{{divisor}}} "
                symbols, numbers = share + symbols, share + numbers
        left = self._partial("weight", index + 1, gradients.flat[0].name.by)
        return [self._line(left, [symbols], numbers, [delta, x], gradients, entries)]

    def _partial(self, role: str, layer: int, by: Name | None = None) -> str:
        """The symbol of the loss's gradient in a layer's array."""
        if by is None:
            first = self.step.forward.layers[0].activations[0, 0]
            by = replace(self.step.by_sample[0][first].quantity.name.by, sample=None)
        loss = self.write.symbols(by).latex
        return rf"\frac{{\partial {loss}}}{{\partial {self.symbols.array(role, layer)}}}"

    def _gradients(self, array: Any) -> Any:
        """The gradients in an array's quantities: of a column's own sample, or of the first."""
        gradients = np.empty_like(array)
        for place in np.ndindex(array.shape):
            sample = array[place].name.sample or 0
            gradients[place] = self.step.by_sample[sample][array[place]].quantity
        return gradients

    def _slopes(self, z: Any) -> Any | None:
        """The slopes of the activation, unless its units are coupled."""
        slopes = np.empty_like(z)
        for place in np.ndindex(z.shape):
            path, *others = self.step.by_sample[place[1]][z[place]].contributions
            if others:
                return None
            slopes[place] = local_derivative(path, z[place])
        return slopes

    def _values(self, left: str, array: Any) -> Equation | None:
        """An array with its values, as they are known by now; None where it is too large."""
        if max(0, *_excess(array)):
            return None
        numbers = [[self.write.number(q, self.write.digits) for q in row] for row in array]
        is_exact = all(
            number == quantity.value
            for row, own in zip(numbers, array, strict=True)
            for number, quantity in zip(row, own, strict=True)
        )
        texts = [[latex_number(number) for number in row] for row in numbers]
        return Equation("", left, (("=" if is_exact else r"\approx", _matrix(texts)),))

    def _line(
        self,
        left: str,
        forms: Sequence[str],
        numbers: str,
        operands: Sequence[Any],
        results: Any,
        entries: Any,
    ) -> Equation | None:
        """One law: in symbols, with its matrices put in, with its result.

        numbers: a pattern with a place for each operand; entries: the expression of
        each result over the operands. None where a matrix is too large to read, or
        where rounded operands do not give the results of the page.
        """
        if any(max(0, *_excess(array)) for array in (*operands, results)):
            return None
        pairs = [(q, entry) for q, entry in zip(results.flat, entries.flat, strict=True)]
        found = self.write.together(pairs)
        if found is None:
            return None
        digits = self.write.digits
        shown = [
            [
                [latex_number(found.shown.get(q, self.write.number(q, digits))) for q in row]
                for row in array
            ]
            for array in operands
        ]
        texts = iter(map(latex_number, found.results))
        result = _matrix([[next(texts) for _ in row] for row in results])
        rows = [("=", form) for form in forms]
        put_in = numbers % tuple(map(_matrix, shown))
        rows += [("=", put_in)] if put_in != result else []
        return Equation("", left, (*rows, ("=" if found.is_exact else r"\approx", result)))


def _definitions(quantities: Any) -> Any:
    definitions = np.empty_like(quantities)
    for place in np.ndindex(quantities.shape):
        quantity: Quantity = quantities[place]
        assert quantity.definition is not None, quantity
        definitions[place] = expanded(quantity.definition)
    return definitions


def _excess(array: Any) -> tuple[int, int]:
    rows, columns = array.shape
    return rows - MOST_ROWS, columns - MOST_COLUMNS


def _matrix(rows: Sequence[Sequence[str]]) -> str:
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
