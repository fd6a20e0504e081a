"""How far a right value may be printed from the true one, on a page that rounds as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from generator.algebra import Quantity, evaluate, local_derivatives
from generator.audit.reading.values import half_unit, is_rounding


class Tolerance:
    """The rounding that each quantity may have gathered on its way.

    coarsest: the least precise number that the page prints for each quantity; what is
    given, or never printed, adds nothing of its own.
    """

    def __init__(self, coarsest: Mapping[Quantity, Decimal]) -> None:
        self._coarsest = coarsest
        self._spreads: dict[Quantity, Decimal] = {}

    def allows(self, quantity: Quantity, number: Decimal, value: Decimal | None = None) -> bool:
        """Whether a printed number is right for a quantity: of its value, or of another."""
        true = quantity.value if value is None else value
        if is_rounding(true, number) or number == true:
            return True
        return abs(true - number) <= half_unit(number) + self.gathered(quantity)

    def gathered(self, quantity: Quantity) -> Decimal:
        """What the rounding of its operands may move a quantity by, to first order."""
        if quantity not in self._spreads:
            self._spreads[quantity] = Decimal(0)  # where definitions go in a circle
            self._spreads[quantity] = self._gathered(quantity, self.spread)
        return self._spreads[quantity]

    def spread(self, quantity: Quantity) -> Decimal:
        """The same with its own rounding."""
        own = self._coarsest.get(quantity) if quantity.definition is not None else None
        return self.gathered(quantity) + (half_unit(own) if own is not None else 0)

    def _gathered(self, quantity: Quantity, spread: Callable[[Quantity], Decimal]) -> Decimal:
        if quantity.definition is None:
            return Decimal(0)
        total = Decimal(0)
        for operand, local in local_derivatives(quantity.definition, quantity).items():
            moved = spread(operand)
            if moved:
                total += abs(evaluate(local)) * moved
        return total
