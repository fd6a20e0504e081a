"""A page held against a network: every value, every formula, every number put in.

Symbols whose meaning is certain are judged by the network's own quantities; the others are
listed. A wrong value has the cause that reproduces its digits, or the finding that it
carries on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property

from generator.algebra import Constant, Expression, Product, Quantity, evaluate, quantities_in
from generator.algebra.expression import children, expanded, substitute
from generator.algebra.number import GUARDED
from generator.audit.corrections import Correction, corrections, written
from generator.audit.explanations import explained
from generator.audit.findings import Audit, Finding, Unread
from generator.audit.latex import Side
from generator.audit.lines import Line, evidence, flat, lines, pairs
from generator.audit.matching import Candidate, Matching, Meaning
from generator.audit.missing import missing
from generator.audit.network import Known, Network, Variant, recomputed
from generator.audit.parser import derivative_name
from generator.audit.statements import Reading, number_of, one_line, printed_text
from generator.audit.tolerance import Tolerance
from generator.audit.values import as_text, half_unit, is_rounding, place, rounded_like

UPDATED_ROLES = ("weight", "bias")
BIASES_TRAINED = "the biases are trained too"  # a variant of networks that freeze some


def against(reading: Reading, own: Audit, network: Network) -> Audit:
    """The audit of a page by a network, with what the page alone tells."""
    with localcontext(GUARDED):
        comparison = Comparison(reading, network)
        comparison.run()
        return comparison.merged(own)


@dataclass
class _Found:
    """A finding before it has its place among the others."""

    start: int
    kind: str
    quote: str
    printed: str
    expected: str | None
    message: str
    cause: str | None = None
    root: int | None = None

    @property
    def size(self) -> Decimal:
        """How far off the printed number is, relatively."""
        try:
            printed, right = Decimal(self.printed), Decimal(str(self.expected))
        except ArithmeticError:
            return Decimal(0)
        return abs(printed - right) / (abs(right) or 1)


@dataclass(frozen=True)
class Printed:
    """A number that the page prints for a quantity; finding: what is wrong with it."""

    number: Decimal
    start: int
    finding: int | None


@dataclass(frozen=True)
class _WrongFormula:
    """A formula that is wrong as it stands; fixed: what it should be, if that is known."""

    finding: int
    tree: Expression
    fixed: Expression | None

    def gives(self, number: Decimal) -> bool:
        """Whether a number is what the wrong formula comes to."""
        try:
            value = evaluate(self.tree)
        except ArithmeticError:
            return False
        return is_rounding(value, number) or _near(value, number)

    def explains(self, quantity: Quantity, number: Decimal) -> bool:
        """Whether a number was put in for a quantity because the formula has another there."""
        if self.fixed is None:
            return False
        both = zip(quantities_in(self.tree), quantities_in(self.fixed), strict=False)
        return any(
            right is quantity and wrong is not right and _near(wrong.value, number)
            for wrong, right in both
        )


@dataclass(frozen=True)
class Setting:
    """For which step and sample a line is read; head_step: the step of what it defines."""

    head_step: int
    step: int
    sample: int | None


class Comparison:
    """One page beside one network."""

    def __init__(self, reading: Reading, network: Network) -> None:
        self.reading, self.network = reading, network
        self.matching = Matching(network, evidence(reading))
        self.lines = list(lines(reading))
        self.found: list[_Found] = []
        self.printed: dict[Quantity, list[Printed]] = defaultdict(list)
        self.slips: dict[Quantity, list[Printed]] = defaultdict(list)  # wrong numbers put in
        self.definitions: dict[Meaning, Expression] = {}  # over the network's quantities
        self.judged_right: set[int] = set()  # lines of the file that hold by the network
        self.unmatched: list[Unread] = []
        self.compared = 0
        self.updates_from: int | None = None  # where the first updated value stands
        self.mistakes: dict[str, int] = {}  # mistakes of the whole computation, once each
        self.repeated: dict[str, int] = {}  # wrong formulas that may come again
        self.wrong_formulas: dict[Meaning, _WrongFormula] = {}
        self.placeholders: dict[object, Quantity] = {}
        self._written: dict[Quantity, str] = {}
        self.tolerance = Tolerance(self._coarsest())

    def run(self) -> None:
        for line in self.lines:
            self._line(line)
        for start, kind, quote, printed, expected, message, key in missing(self):
            root = self.repeated.get(key)
            finding = self._report(start, kind, quote, printed, expected, message, None, root)
            self.repeated.setdefault(key, finding)

    # One line.

    def _line(self, line: Line) -> None:
        if line.head is None:
            return
        meaning = self.matching.meaning(line.head.name)
        if meaning is None or not self.matching.places.candidates(meaning):
            if line.result is not None:
                at = self.reading.place(line.start)
                why = f"which quantity of the network `{line.head.name}` is, is not certain"
                self.unmatched.append(Unread(*at, line.quote, why))
            return
        before = len(self.found)
        is_update = self._is_update(line, meaning)
        if is_update and self._is_frozen(meaning):
            self._moved_though_frozen(line, meaning)
            return
        meaning, formula = self._formulas(line, meaning, is_update)
        target = self._target(line, meaning, is_update)
        if target is not None:
            operands = self._operands(line, meaning, target)
            self._result(line, meaning, target, formula, operands)
        if len(self.found) == before and target is not None:
            self.judged_right.add(self.reading.place(line.start)[0])

    def _is_update(self, line: Line, meaning: Meaning) -> bool:
        """Whether a line gives a parameter its new value: from itself and a gradient."""
        if meaning.slot.role not in UPDATED_ROLES or meaning.below is not None:
            return False
        if meaning.is_new:
            return True
        for index in line.symbolic:
            expression = line.sides[index].expression
            assert expression is not None
            if any(each is line.head for each in quantities_in(expression)):
                return True
        return False

    def _is_frozen(self, meaning: Meaning) -> bool:
        """Whether the network has no new value of a parameter."""
        candidates = self.matching.places.candidates(meaning)
        is_parameter = meaning.slot.role in UPDATED_ROLES and meaning.below is None
        return is_parameter and all(each.step == 0 for each in candidates)

    def _moved_though_frozen(self, line: Line, meaning: Meaning) -> None:
        """An update of a parameter that the network keeps as it is."""
        candidate = self.matching.places.candidates(meaning)[0]
        number = number_of(line.result) if line.result is not None else None
        if candidate.known is None or number == candidate.value:
            return
        cause = BIASES_TRAINED if meaning.slot.role == "bias" else None
        root = self.mistakes.get(str(cause))
        value = as_text(candidate.value)
        why = f"the network keeps it fixed at {value}, and here it is updated"
        side = line.result or line.sides[-1]
        printed = printed_text(side)
        finding = self._report(side.start, "value", line.quote, printed, value, why, cause, root)
        if cause is not None:
            self.mistakes.setdefault(cause, finding)
        if number is not None:
            self.slips[candidate.known.quantity].append(Printed(number, side.start, finding))

    # Formulas in symbols.

    def _formulas(
        self, line: Line, meaning: Meaning, is_update: bool
    ) -> tuple[Meaning, _WrongFormula | None]:
        """Checks the sides in symbols; what the head must mean, and the formula that is wrong."""
        wrong = None
        if is_update and not meaning.is_new and line.symbolic:
            self._old_is_new(line)
        for index in line.symbolic:
            side = line.sides[index]
            assert side.expression is not None
            trees = [
                (setting, self._translated(side.expression, setting))
                for setting in self._settings(meaning, is_update)
            ]
            read = [(setting, tree) for setting, tree in trees if tree is not None]
            heads = {setting: self._head(meaning, setting) for setting, _ in read}
            right = [tree for s, tree in read if _same(heads[s], tree)]
            if right and not isinstance(side.expression, Quantity):
                self.definitions[meaning] = right[0]
            if right or not read or (self.network.samples > 1 and meaning.sample is None):
                continue
            setting, tree = read[0]
            head = heads[setting]
            if head is not None:
                fix = self._fix(head, meaning, tree, side, setting)
                finding = self._report_formula(line, side, fix, head)
                wrong = _WrongFormula(finding, tree, fix.tree if fix else None)
                meaning = fix.meaning if fix is not None else meaning
                self.wrong_formulas[meaning] = wrong
                if fix is not None:
                    self.definitions[meaning] = tree if fix.tree is None else fix.tree
        return meaning, wrong

    def _fix(
        self,
        head: Candidate,
        meaning: Meaning,
        tree: Expression,
        side: Side,
        setting: Setting,
    ) -> Correction | None:
        """What the formula should be, if one change makes it right."""
        assert side.expression is not None
        factors = side.expression.factors if isinstance(side.expression, Product) else ()
        meanings = [
            self.matching.meaning(each.name) for each in factors if isinstance(each, Quantity)
        ]
        chain = [each for each in meanings if each is not None and each.below is not None]
        is_chain = len(chain) == len(factors) > 1
        found = corrections(
            head, meaning, tree, chain if is_chain else [], self.matching.places, self._names
        )
        fix = next(found, None)
        if fix is None or not fix.chain:
            return fix
        quantities = [self._quantity(each, setting) for each in fix.chain]
        return replace(fix, tree=Product(tuple(each for each in quantities if each is not None)))

    def _quantity(self, meaning: Meaning, setting: Setting) -> Quantity | None:
        candidates = self.matching.places.candidates(meaning)
        candidate = self._pick(candidates, setting.step, setting.sample)
        return self._as_quantity(candidate, meaning) if candidate is not None else None

    def _old_is_new(self, line: Line) -> None:
        """`w = w - ...`: the old and the new value are one symbol."""
        assert line.head is not None
        name = str(line.head.name)
        why = f"the old and the new `{name}` are one symbol: true only if the gradient is 0"
        root = self.repeated.get("old is new")
        printed, expected = f"{name} = {name} - …", f"{name}^+ = {name} - …"
        finding = self._report(line.start, "symbol", line.quote, printed, expected, why, None, root)
        self.repeated.setdefault("old is new", finding)

    def _report_formula(
        self, line: Line, side: Side, fix: Correction | None, head: Candidate
    ) -> int:
        quote = one_line(f"{line.sides[0].latex.strip()} = {side.latex.strip()}")
        is_factor = fix is not None and not fix.printed
        key = fix.message if fix is not None and is_factor else quote
        root = self.repeated.get(key)
        if fix is None:
            why = f"this does not come to the network's {as_text(head.value, 6)}"
            finding = self._report(
                side.start, "symbol", quote, printed_text(side), None, why, None, root
            )
        else:
            whole = printed_text(side)
            printed, expected = fix.printed or whole, fix.expected
            if not fix.printed and expected is not None:
                expected = expected.format(whole)
            finding = self._report(
                side.start, "symbol", quote, printed, expected, fix.message, None, root
            )
        self.repeated.setdefault(key, finding)
        return finding

    def _settings(self, meaning: Meaning, is_update: bool) -> Iterator[Setting]:
        samples: Sequence[int | None] = [meaning.sample]
        if meaning.sample is None and self.network.samples > 1:
            samples = [None, *range(self.network.samples)]
        for sample in samples:
            if is_update:
                yield Setting(1, 0, sample)
                continue
            if meaning.is_new:
                yield Setting(1, 1, sample)
                yield Setting(1, 0, sample)
                continue
            yield Setting(0, 0, sample)
            yield Setting(1, 1, sample)
            if meaning.slot.role in UPDATED_ROLES:
                yield Setting(1, 0, sample)

    def _head(self, meaning: Meaning, setting: Setting) -> Candidate | None:
        return self._pick(
            self.matching.places.candidates(meaning), setting.head_step, setting.sample
        )

    @staticmethod
    def _pick(candidates: Sequence[Candidate], step: int, sample: int | None) -> Candidate | None:
        fitting = [c for c in candidates if sample is None or c.sample in (None, sample)]
        at_step = [c for c in fitting if c.step == step] or [c for c in fitting if c.step == 0]
        return (at_step or fitting or [None])[0]

    def _translated(self, expression: Expression, setting: Setting) -> Expression | None:
        """A formula of the page over the network's quantities; None if a symbol is unknown."""
        found: dict[Quantity, Expression] = {}
        for symbol in quantities_in(expression):
            meaning = self.matching.meaning(symbol.name)
            quantity = self._quantity(meaning, setting) if meaning is not None else None
            if quantity is None:
                return None
            found[symbol] = quantity
        return substitute(expression, found)

    def _as_quantity(self, candidate: Candidate, meaning: Meaning) -> Quantity:
        """The quantity of a candidate; a derivative that is none gets one of its own."""
        if candidate.known is not None and meaning.slot.sign > 0 and not candidate.is_alias:
            return candidate.known.quantity
        key = (meaning, candidate.step, candidate.sample)
        if key not in self.placeholders:
            self.placeholders[key] = Quantity(meaning, None, candidate.value)
        return self.placeholders[key]

    # The value that a line is about.

    def _target(self, line: Line, meaning: Meaning, is_update: bool) -> Candidate | None:
        """Which value of its symbol a line gives; None where that is not certain."""
        candidates = self.matching.places.candidates(meaning)
        number = number_of(line.result) if line.result is not None else None
        if is_update or meaning.is_new:
            candidates = tuple(c for c in candidates if c.step == 1) or candidates
            if self.updates_from is None and meaning.slot.role in UPDATED_ROLES:
                self.updates_from = line.start
        samples = {c.sample for c in candidates if c.sample is not None}
        steps = {c.step for c in candidates}
        if number is not None:
            for each in sorted(candidates, key=lambda c: c.step):
                if self._is_right(each, number):
                    return each
        if len(samples) > 1:
            return None
        if len(steps) == 1:
            return candidates[0]
        return self._by_place(line, candidates, meaning, number)

    def _by_place(
        self, line: Line, candidates: Sequence[Candidate], meaning: Meaning, number: Decimal | None
    ) -> Candidate | None:
        """Before or after the update, by where a line stands and what it prints."""
        old = next(c for c in candidates if c.step == 0)
        new = next(c for c in candidates if c.step == 1)
        is_behind = self.updates_from is not None and line.start > self.updates_from
        is_repeated = (
            number is not None
            and old.known is not None
            and self._printed_before(old.known.quantity, number) is not None
        )
        if not is_behind or is_repeated:
            return old
        if number is None:
            return new if meaning.slot.role in UPDATED_ROLES else None
        if new.known is not None and explained(new.known, number, self.network, {}, self._names):
            return new
        if meaning.slot.role in UPDATED_ROLES:
            return new
        near = min((old, new), key=lambda c: abs(c.value - number))
        return near if abs(near.value - number) <= Decimal("0.02") * abs(near.value) else None

    def _is_right(self, candidate: Candidate, number: Decimal) -> bool:
        if candidate.known is None:
            spread = Decimal("0.001") * abs(candidate.value)
            placeholder = Quantity("", None, candidate.value)
            return self.tolerance.allows(placeholder, number) or abs(
                candidate.value - number
            ) <= spread * (len(number.as_tuple().digits) < 4)
        return self.tolerance.allows(candidate.known.quantity, number, candidate.value)

    # Numbers put in.

    def _operands(self, line: Line, meaning: Meaning, target: Candidate) -> list[int]:
        """Checks the numbers put in; the findings behind those that are wrong."""
        causes: list[int] = []
        for index in line.numeric:
            side = line.sides[index]
            assert side.expression is not None
            put_in = self._put_in(line, index, meaning, target)
            for quantity, number in put_in or ():
                causes += self._operand(line, meaning, side, quantity, number)
            if put_in is None:
                causes += self._reused(side.expression)
        return causes

    def _put_in(
        self, line: Line, index: int, meaning: Meaning, target: Candidate
    ) -> list[tuple[Quantity, Decimal]] | None:
        """Which number stands for which quantity, by the form that the most of them fit."""
        expression = line.sides[index].expression
        assert expression is not None
        numbers = flat(expression)
        best, fewest = None, 1 << 60
        for form in self._forms(line, index, meaning, target):
            for put_in in (pairs(form, numbers), self._in_any_order(form, numbers)):
                misfits = sum(not self._fits(q, n) for q, n in put_in)
                if put_in and misfits < fewest:
                    best, fewest = list(dict.fromkeys(put_in)), misfits
        return best

    def _in_any_order(
        self, form: Expression, numbers: Expression
    ) -> list[tuple[Quantity, Decimal]]:
        """The factors of a product, each with a number that fits it; none if one has none."""
        if not isinstance(form, Product) or not isinstance(numbers, Product):
            return []
        left = [each for each in numbers.factors if isinstance(each, Constant)]
        found = []
        for factor in flat(form).factors:  # type: ignore[attr-defined]
            fitting = [
                each
                for each in left
                if isinstance(factor, Quantity) and self._fits(factor, each.value)
            ]
            if not fitting:
                return []
            left = [each for each in left if each is not fitting[0]]
            found.append((factor, fitting[0].value))
        return found if not left else []

    def _forms(
        self, line: Line, index: int, meaning: Meaning, target: Candidate
    ) -> Iterator[Expression]:
        """What a side in numbers may be the numbers of, over the network's quantities."""
        setting = Setting(
            target.step, 0 if meaning.slot.role in UPDATED_ROLES else target.step, target.sample
        )
        if meaning in self.definitions:
            yield self.definitions[meaning]
        for before in reversed([i for i in line.symbolic if i < index]):
            expression = line.sides[before].expression
            assert expression is not None
            tree = self._translated(expression, setting)
            if tree is not None and not isinstance(tree, Quantity):
                yield tree
        if target.known is not None and target.known.quantity.definition is not None:
            definition = target.known.quantity.definition
            for other, tree in list(self.definitions.items()):
                same = (other.slot.role, other.slot.layer) == (
                    meaning.slot.role,
                    meaning.slot.layer,
                )
                if same and other.below is None and meaning.below is None and other != meaning:
                    turned = self._transferred(other, tree, definition)
                    if turned is not None:
                        yield turned
            yield definition
            yield expanded(definition)

    def _transferred(
        self, other: Meaning, tree: Expression, definition: Expression
    ) -> Expression | None:
        """The formula of one unit with another one's quantities in their places."""
        source = self._pick(self.matching.places.candidates(other), 0, None)
        if source is None or source.known is None or source.known.quantity.definition is None:
            return None
        mine = list(quantities_in(source.known.quantity.definition))
        yours = list(quantities_in(definition))
        if len(mine) != len(yours):
            return None
        by = dict(zip(mine, yours, strict=True))
        if any(q not in by for q in quantities_in(tree)):
            return None
        return substitute(tree, by)

    def _operand(
        self, line: Line, meaning: Meaning, side: Side, quantity: Quantity, number: Decimal
    ) -> list[int]:
        """One number put in for a quantity; the finding behind it if it is wrong."""
        if self._fits(quantity, number):
            return []
        before = self._printed_before(quantity, number)
        if before is not None:
            return [before.finding] if before.finding is not None else []
        wrong = self.wrong_formulas.get(meaning)
        root, cause = None, None
        if wrong is not None and wrong.explains(quantity, number):
            root = self._root_of(wrong.finding)
        known = self.network.by_quantity.get(quantity)
        if root is None and known is not None:
            root = self._carried(known, number, [])
            if root is not None:
                return [root]
        if root is None:
            owner = self._owner(number, quantity)
            cause = f"{as_text(number)} is {owner}" if owner else None
            if cause is None and known is not None:
                root, cause = self._cause(known, number)
        name, expected = self._names(quantity), like(quantity.value, number)
        why = f"`{name}` is {expected}, not {as_text(number)}"
        finding = self._report(
            side.start, "substitution", line.quote, as_text(number), expected, why, cause, root
        )
        self.slips[quantity].append(Printed(number, side.start, finding))
        if root is None and known is not None:
            self._suspect(known, number, finding)
        return [finding]

    def _printed_before(self, quantity: Quantity, number: Decimal) -> Printed | None:
        """Where the page printed just that number for a quantity, to some other digits maybe."""
        for each in reversed([*self.slips.get(quantity, ()), *self.printed.get(quantity, ())]):
            if is_rounding(each.number, number) or is_rounding(number, each.number):
                return each
        return None

    def _fits(self, quantity: Quantity, number: Decimal) -> bool:
        """Whether a number is a quantity's value; its sign may stand before it."""
        return self.tolerance.allows(quantity, number) or self.tolerance.allows(quantity, -number)

    def _reused(self, expression: Expression) -> list[int]:
        """The findings behind numbers of a formula that are printed wrong above."""
        wrong = {
            abs(each.number): each.finding
            for all_ in self.printed.values()
            for each in all_
            if each.finding is not None
        }
        return [wrong[abs(n)] for n in _numbers_in(expression) if abs(n) in wrong]  # type: ignore[misc]

    def _owner(self, number: Decimal, not_of: Quantity) -> str | None:
        """Another quantity with just that value, as the page calls it."""
        if len(number.as_tuple().digits) < 2 and number in (0, 1, 2):
            return None
        for quantity, all_ in self.printed.items():
            if quantity is not not_of and any(each.number == number for each in all_):
                return f"the printed `{self._names(quantity)}`"
        kinds = {each.role for each in self.network.knowns if each.quantity is not_of}
        for known in self.network.knowns:
            alike = known.role in kinds and known.step == 0
            if alike and known.quantity is not not_of and known.value == number:
                return f"`{self._names(known.quantity)}`"
        return None

    # Results.

    def _result(
        self,
        line: Line,
        meaning: Meaning,
        target: Candidate,
        formula: _WrongFormula | None,
        operands: list[int],
    ) -> None:
        side = line.result
        number = number_of(side) if side is not None else None
        if side is None or number is None:
            return
        quantity = self._as_quantity(target, meaning)
        self.compared += 1
        if self._is_right(target, number):
            self.printed[quantity].append(Printed(number, side.start, None))
            return
        behind = self._behind(target, number, operands)
        if behind is None and formula is not None and formula.gives(number):
            behind = self._root_of(formula.finding)
        expected = like(target.value, number)
        why, cause = f"the network gives {expected}", None
        if behind is not None:
            why = f"{why}; it carries an earlier error on"
        elif target.known is not None:
            behind, cause = self._cause(target.known, number)
        finding = self._report(
            side.start, "value", line.quote, as_text(number), expected, why, cause, behind
        )
        if behind is None and target.known is not None:
            self._suspect(target.known, number, finding)
        self.printed[quantity].append(Printed(number, side.start, finding))

    def _behind(self, target: Candidate, number: Decimal, operands: list[int]) -> int | None:
        """The finding behind a wrong result, if it has one."""
        if target.known is not None:
            return self._carried(target.known, number, operands)
        return self._root_of(operands[0]) if operands else None

    def _cause(self, known: Known, number: Decimal) -> tuple[int | None, str | None]:
        """The mistake that gives a number, and the finding that is the same mistake."""
        for variant in self.network.variants:
            is_made = variant.cause in self.mistakes and known.quantity in variant.values
            if is_made and self._is_possible(variant):
                value = variant.values[known.quantity]
                if self.tolerance.allows(known.quantity, number, value):
                    first = self.mistakes[variant.cause]
                    self.found[first].cause = variant.cause
                    return self._root_of(first), variant.cause
        explanation = explained(known, number, self.network, self._values(), self._names)
        return None, explanation.cause if explanation else None

    def _suspect(self, known: Known, number: Decimal, finding: int) -> None:
        """Notes the mistakes of the whole computation that would give a number.

        The next value that one of them gives shows that it was made.
        """
        for variant in self.network.variants:
            value = variant.values.get(known.quantity)
            if value is not None and is_rounding(value, number) and self._is_possible(variant):
                self.mistakes.setdefault(variant.cause, finding)

    def _is_possible(self, variant: Variant) -> bool:
        """Whether no right result of the page speaks against a mistake that would change it."""
        return all(
            self.tolerance.allows(quantity, each.number, variant.values[quantity])
            for quantity, all_ in self.printed.items()
            if quantity in variant.values and quantity.definition is not None
            for each in all_
            if each.finding is None
        )

    def _carried(self, known: Known, number: Decimal, operands: list[int]) -> int | None:
        """The finding that a wrong number carries on, if what the page prints leads to it."""
        if operands:
            return self._root_of(max(operands, key=lambda each: self.found[each].size))
        before = self._printed_before(known.quantity, number)
        if before is not None and before.finding is not None:
            return self._root_of(before.finding)
        if known.quantity.definition is None:
            return None
        wrong = {
            quantity: all_[-1]
            for quantity, all_ in self.printed.items()
            if all_[-1].finding is not None and quantity is not known.quantity
        }
        if not wrong:
            return None
        values = self._values()
        values.pop(known.quantity, None)
        try:
            came = recomputed([known.quantity], values)[known.quantity]
        except ArithmeticError:
            return None
        if came == known.value or not self.tolerance.allows(known.quantity, number, came):
            return None
        effects: dict[int, Decimal] = {}
        for quantity, each in wrong.items():
            without = {q: v for q, v in values.items() if q is not quantity}
            moved = abs(recomputed([known.quantity], without)[known.quantity] - came)
            assert each.finding is not None
            effects[each.finding] = max(moved, effects.get(each.finding, moved))
        largest = max(effects, key=lambda each: effects[each])
        if not effects[largest]:  # two wrong values agree with each other
            direct = [
                wrong[q].finding for q in quantities_in(known.quantity.definition) if q in wrong
            ]
            largest = next((each for each in direct if each is not None), largest)
        return self._root_of(largest)

    def _values(self) -> dict[Quantity, Decimal]:
        """What the page printed last for each quantity."""
        return {quantity: all_[-1].number for quantity, all_ in self.printed.items() if all_}

    # Names, findings.

    def _names(self, quantity: Quantity) -> str:
        """What the page calls a quantity, or else words for it."""
        if isinstance(quantity.name, Meaning):
            return written(quantity.name, self.matching.places, self._names)
        if not self._written:
            for name in self.matching.evidence:
                meaning = self.matching.meaning(name)
                for each in self.matching.candidates(name):
                    if each.known is not None and not each.is_alias and meaning is not None:
                        is_plain_name = each.step == 0 or meaning.is_new
                        called = name if is_plain_name else f"{name} after the update"
                        self._written.setdefault(each.known.quantity, called)
        if quantity in self._written:
            return self._written[quantity]
        known = self.network.by_quantity.get(quantity)
        if known is None:
            return str(quantity.name)
        if known.of is None or known.by is None:
            return known.words
        above, below = known.by, known.of
        if known.role == "local_derivative":
            above, below = below, above
        return derivative_name(self._names(above), self._names(below))

    def _report(
        self,
        start: int,
        kind: str,
        quote: str,
        printed: str,
        expected: str | None,
        message: str,
        cause: str | None = None,
        root: int | None = None,
    ) -> int:
        self.found.append(_Found(start, kind, quote, printed, expected, message, cause, root))
        return len(self.found) - 1

    def _root_of(self, number: int) -> int:
        root = self.found[number].root
        return number if root is None else root

    def _coarsest(self) -> Mapping[Quantity, Decimal]:
        """The least precise number that the page prints for each quantity, right or wrong."""
        found: dict[Quantity, Decimal] = {}
        for name, said in self.matching.evidence.items():
            candidates = self.matching.candidates(name)
            for number in said.numbers if candidates else ():
                nearest = min(candidates, key=lambda each: (abs(each.value - number), each.step))
                if nearest.known is not None:
                    quantity = nearest.known.quantity
                    found[quantity] = max(found.get(quantity, number), number, key=place)
        return found

    def merged(self, own: Audit) -> Audit:
        """The findings of both; of two that speak of the same, the network's."""
        return merged(own, self._findings(), self)

    def _findings(self) -> list[tuple[Finding, int]]:
        """The findings with the places of their statements, roots by their index here."""
        found = []
        for each in self.found:
            line, column = self.reading.place(each.start)
            finding = Finding(
                line, column, each.kind, each.quote, each.printed, each.expected,
                each.cause, each.root, each.message,
            )  # fmt: skip
            found.append((finding, self.statement_at((line, column))))
        return found

    def statement_at(self, place: tuple[int, int]) -> int:
        """The number of the last statement that begins at a place or before it."""
        return bisect_right(self._starts, place)

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return [self.reading.place(each.start) for each in self.reading.statements]


def merged(own: Audit, found: list[tuple[Finding, int]], page: Comparison) -> Audit:
    """An audit by the page alone with what its network adds to it.

    A finding of the page alone is left out where the network's speaks of the same, or knows
    that the line is right; in a chain with a wrong formula it follows from that.
    """
    taken = {(each.line, each.printed) for each, _ in found}
    lines = {each.line for each, _ in found}
    open_lines = {each.line for each, _ in found if each.kind == "unfinished"}
    formulas = {
        statement: index
        for index, (each, statement) in reversed(list(enumerate(found)))
        if each.kind == "symbol"
    }

    def is_settled(each: Finding) -> bool:
        if each.kind == "unfinished":
            return each.line in open_lines
        is_number = re.fullmatch(r"[-−+]?[\d.,]+", each.printed)
        if page.statement_at((each.line, each.column)) in formulas and not is_number:
            return True
        if each.kind in ("substitution", "symbol"):
            return each.line in lines or each.line in page.judged_right
        return (each.line, each.printed) in taken

    rows: list[tuple[Finding, int, object]] = []  # a finding, its old index, its old root
    kept: dict[int, int] = {}
    for index, (each, _) in enumerate(found):
        rows.append((each, index, each.root))
    for index, each in enumerate(own.findings):
        if not is_settled(each):
            kept[index] = len(rows)
            root = kept.get(each.root) if each.root is not None else None
            if root is None and each.kind != "unfinished":
                root = formulas.get(page.statement_at((each.line, each.column)))
            rows.append((each, len(rows), root))
    order = sorted(rows, key=lambda row: (row[0].line, row[0].column, row[1]))
    place = {old: new for new, (_, old, _) in enumerate(order)}
    findings = tuple(
        replace(each, root=place[root] if isinstance(root, int) else None)
        for each, _, root in order
    )
    coverage = replace(own.coverage, compared=page.compared, unmatched=tuple(page.unmatched))
    return Audit(coverage, findings)


def _same(head: Candidate | None, tree: Expression) -> bool:
    """Whether a formula comes to what its head is, as far as its own numbers tell."""
    if head is None:
        return False
    try:
        other = evaluate(tree)
    except ArithmeticError:
        return False
    digits = [len(n.as_tuple().digits) for n in _numbers_in(tree)]
    long = [count for count in digits if count > 2]
    relative = Decimal(10) ** (1 - min(long)) if long else Decimal("1e-20")
    size = max(abs(head.value), abs(other))
    return abs(head.value - other) <= relative * size + Decimal("1e-30")


def _near(value: Decimal, number: Decimal) -> bool:
    """Whether a number is a value but for rounding on the way."""
    return abs(value - number) <= 4 * half_unit(number)


def like(value: Decimal, number: Decimal) -> str:
    """A value to as many digits as a printed number has, behind the point or in all."""
    digits = len(number.as_tuple().digits)
    exponent = min(place(number), value.adjusted() - digits + 1) if value else place(number)
    return rounded_like(value, Decimal(1).scaleb(exponent))


def _numbers_in(node: Expression) -> Iterator[Decimal]:
    value = getattr(node, "value", None)
    if isinstance(value, Decimal) and not isinstance(node, Quantity):
        yield value
    for part in children(node):
        yield from _numbers_in(part)
