"""Wrong symbols: repeated factors, chain rules that do not hold, circles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from generator.algebra import (
    Call,
    Expression,
    Negative,
    Product,
    Quantity,
    Quotient,
    Sum,
    quantities_in,
)
from generator.audit.consistency.history import History
from generator.audit.reading.latex import Side
from generator.audit.reading.names import Opaque, derivative_name, shape
from generator.audit.reading.statements import Reading, Statement, number_of
from generator.audit.reading.symbols import SymbolTable
from generator.audit.substitution import written_out


@dataclass(frozen=True)
class Suspect:
    """A symbol that should be another one; `about` is the symbol, `instead` the right one."""

    side: Side
    printed: str
    expected: str | None
    message: str
    about: Quantity | None = None


def suspects(reading: Reading, statement: Statement, history: History) -> Iterator[Suspect]:
    """What is suspicious in the symbols of one chain."""
    head = statement.sides[0].expression
    whole: tuple[str, str] | None = None  # the derivative that the chain is of
    is_plain = not any("\\" in side.latex for side in statement.sides)  # `x = max(0, x)` assigns
    for index, side in enumerate(statement.sides):
        if side.expression is None:
            continue
        yield from _repeated_factors(side, reading.symbols)
        if index > 0 and isinstance(head, Quantity) and not is_plain:
            yield from _circle(head, side)
        if index > 0 and "matrix}" not in side.latex:  # whose entries may stand beside each other
            yield from _broken_chain(whole, side, reading, history)
        kept = whole if number_of(side) is None else None  # behind a number it is another
        whole = split_derivative(side.expression) or kept


def _repeated_factors(side: Side, symbols: SymbolTable) -> Iterator[Suspect]:
    """w6·h1 beside w5·h1 where h2 is known: one index goes on, the other should too."""
    assert side.expression is not None
    terms = side.expression.terms if isinstance(side.expression, Sum) else ()
    pairs = [_indexed_pair(term) for term in terms]
    for place, (first, second) in enumerate(pairwise(pairs)):
        if not first or not second:
            continue
        for this, other in ((0, 1), (1, 0)):
            repeated, former = second[this], first[this]
            moved, before = second[other], first[other]
            if repeated.quantity is not former.quantity or moved.base != before.base:
                continue
            step = moved.number - before.number
            if step == 0 or moved.stem != before.stem or repeated.base == moved.base:
                continue
            used = {pair[this].quantity for pair in pairs if pair}
            following = repeated.following(1)
            expected = symbols.get(following)
            if expected is None or (expected in used and len(used) > 1):
                continue
            if place and pairs[place - 1] and pairs[place - 1][this].quantity is repeated.quantity:  # type: ignore[index]
                continue
            yield Suspect(
                side,
                f"{moved.quantity.name} {repeated.quantity.name}",
                f"{moved.quantity.name} {following}",
                f"`{repeated.quantity.name}` stands beside `{before.quantity.name}` and again"
                f" beside `{moved.quantity.name}`, where `{following}` is expected",
                repeated.quantity,
            )


@dataclass(frozen=True)
class _Indexed:
    """A symbol as its base and the number that its index ends with."""

    quantity: Quantity
    base: str
    stem: str
    number: int
    tail: str

    def following(self, step: int) -> str:
        index = f"{self.stem}{self.number + step}"
        index = index if len(index) < 2 else f"{{{index}}}"
        return f"{self.base}_{index}{self.tail}"


def indexed(quantity: Quantity) -> _Indexed | None:
    match = re.fullmatch(r"(.+?)_(?:\{([^{}]*?)(\d)\}|(\d))(\^\{.*\})?", str(quantity.name))
    if match is None or isinstance(quantity.name, Opaque):
        return None
    number = int(match[3] or match[4])
    return _Indexed(quantity, match[1], match[2] or "", number, match[5] or "")


def _indexed_pair(term: Expression) -> tuple[_Indexed, _Indexed] | None:
    if isinstance(term, Product) and len(term.factors) == 2:
        both = [indexed(each) for each in term.factors if isinstance(each, Quantity)]
        if len(both) == 2 and both[0] and both[1] and both[0].base != both[1].base:
            return both[0], both[1]
    return None


def _circle(head: Quantity, side: Side) -> Iterator[Suspect]:
    """Out = σ(out): a function of the quantity that it defines."""
    assert side.expression is not None
    node = side.expression
    definition = written_out(node) if isinstance(node, Call) else node
    calls = []
    if isinstance(node, Call):
        calls = [node]
    elif isinstance(definition, Quotient) and isinstance(definition.denominator, Sum):
        calls = [each for each in definition.denominator.terms if isinstance(each, Call)]
    for call in calls:
        if call.function.name in ("sin", "cos"):
            continue  # an equation to solve: x = cos x
        inside = [each.operand if isinstance(each, Negative) else each for each in call.arguments]
        if head in [each for each in inside if isinstance(each, Quantity)]:
            message = f"`{head.name}` is defined by itself"
            yield Suspect(side, str(head.name), None, message, head)


# An index that stands for any number, or 0: where a sequence begins, only put in as a number.
_UNVALUED = re.compile(r"_\{?(?:[i-n]{1,2}|0)\b")


def undefined(reading: Reading, history: History) -> Iterator[tuple[str, str, Side]]:
    """Names without a value on a page that gives all others one; a sibling; the first use."""
    used: dict[Quantity, Side] = {}
    differentiated: dict[str, list[Side]] = {}  # the ends of derivatives
    for symbol, side in uses_of_symbols(reading):
        used.setdefault(symbol, side)
        for name in split_derivative(symbol) or ():
            differentiated.setdefault(name, []).append(side)
    valued = {symbol for symbol in used if history.values.get(symbol)}
    missing = {str(symbol.name): side for symbol, side in used.items() if symbol not in valued}
    missing = {name: side for name, side in missing.items() if not _UNVALUED.search(name)}
    for name, sides in differentiated.items():
        is_known = reading.symbols.get(name) in used or name in reading.symbols.arrays
        if len(sides) == 1 and not is_known:
            missing.setdefault(name, sides[0])
    if len(valued) < 15 or len(missing) > max(1, len(used) // 30):
        return
    shapes = {shape(str(name)): str(name) for name in reading.symbols.arrays}
    shapes |= {shape(str(symbol.name)): str(symbol.name) for symbol in valued}
    for name, side in missing.items():
        sibling = shapes.get(shape(name))
        if sibling is not None:
            yield name, sibling, side


def lonely_indices(reading: Reading) -> Iterator[tuple[str, int]]:
    """Symbols with a number above that stands nowhere else, where it is always an index."""
    letters = "|".join(re.escape(letter) for letter in sorted(reading.symbols.indexed))
    if not letters:
        return
    pattern = re.compile(rf"(?:{letters})(?:_(?:\w|\{{[^{{}}]*\}}))?\^\{{?(\d+)[^{{}}]*\}}?")
    found: dict[str, list[tuple[str, int]]] = {}
    for formula in reading.formulas:
        for match in pattern.finditer(formula.latex):
            found.setdefault(match[1], []).append((match[0], formula.start + match.start()))
    often = [places for places in found.values() if len(places) > 9]
    # One number alone is a square: where σ² is a symbol, σ⁴ is its power.
    for places in found.values() if len(often) > 1 else ():
        if len(places) == 1:
            yield places[0]


def uses_of_symbols(reading: Reading) -> Iterator[tuple[Quantity, Side]]:
    """Every symbol of every side."""
    for statement in reading.statements:
        for side in statement.sides:
            if side.expression is not None:
                for symbol in dict.fromkeys(quantities_in(side.expression)):
                    if not isinstance(symbol.name, Opaque):
                        yield symbol, side


_LOSSES = ("E", "L", "C", "J", r"\mathcal{L}", "Loss", "loss", "Error", "error", "cost", "Cost")
_FUNCTION = re.compile(r"[fgF]|\\sigma|\\(?:var)?phi|\\psi|\\(?:mathcal|mathbf)\{F\}")
_BIAS = re.compile(r"(?:\\(?:mathbf|boldsymbol|vec)\{)?(?:b|bias|\\theta)(?![A-Za-z])")
_DERIVATIVE = re.compile(r"\\frac\{\\partial (.*)\}\{\\partial (.*)\}")


def split_derivative(quantity: Expression) -> tuple[str, str] | None:
    """Above and below of a derivative."""
    if not isinstance(quantity, Quantity) or isinstance(quantity.name, Opaque):
        return None
    match = _DERIVATIVE.fullmatch(str(quantity.name))
    return (match[1], match[2]) if match and r"\frac" not in match[1] + match[2] else None


def _broken_chain(
    whole: tuple[str, str] | None, side: Side, reading: Reading, history: History
) -> Iterator[Suspect]:
    """A product of derivatives whose inner terms do not cancel."""
    if not isinstance(side.expression, Product):
        return
    factors = [split_derivative(factor) for factor in side.expression.factors]
    if len(factors) < 2 or not all(factors):
        return
    known = [each for each in factors if each]
    above = Counter(each[0] for each in known)
    below = Counter(each[1] for each in known)
    if whole is None:  # of a product alone; the innermost factor may stand first
        whole, backwards = (known[0][0], known[-1][1]), (known[-1][0], known[0][1])
        if above + Counter(backwards[1:]) == below + Counter(backwards[:1]):
            whole = backwards
    above[whole[1]] += 1
    below[whole[0]] += 1
    too_many, too_few = list((above - below).elements()), list((below - above).elements())
    if not too_many and not too_few:
        yield from _independent(known, side, reading, history)
        return
    if len(too_many) != 1 or len(too_few) != 1 or _are_alike(too_many[0], too_few[0]):
        return
    extra, missing = too_many[0], too_few[0]
    is_named = derivative_name(missing, extra) in reading.symbols  # the factor that is left out
    if missing == whole[0] and (not is_named or _is_function_of(extra, missing, reading)):
        return  # df/dx of f(x) = h(g(x)) begins with dh/dg
    if _FUNCTION.fullmatch(extra) or (extra == whole[1] and _BIAS.match(extra)):
        return  # a function stands for its value; a bias has 1 for the factor that is left out
    for factor, (top, bottom) in zip(side.expression.factors, known, strict=True):
        swaps = [(top, extra) if bottom == missing else None]
        swaps += [(missing, bottom) if top == extra and extra != whole[1] else None]
        for swap in filter(None, swaps):
            expected = derivative_name(*swap)
            if expected in reading.symbols or len([s for s in swaps if s]) == 1:
                assert isinstance(factor, Quantity)
                message = (
                    f"the chain rule does not close: `{extra}` above and `{missing}` below"
                    " do not cancel"
                )
                yield Suspect(side, str(factor.name), expected, message, factor)
                return


def _is_function_of(function: str, symbol: str, reading: Reading) -> bool:
    """Whether a page says `y = f(…)`, so that df/dg is a factor of dy/dx."""
    applied = r"(?:\s*\([^()=]*\))?"  # h(x) = f(g(x))
    head, name = re.escape(symbol), re.escape(function)
    pattern = re.compile(rf"{head}{applied}\s*&?=\s*{name}\s*(?:\\left)?\s*\(")
    return any(pattern.search(formula.latex) for formula in reading.formulas)


def _are_alike(one: str, other: str) -> bool:
    """Whether two names may be of one thing: E_total and E_1, h_1 and out_{h1}."""
    bases = [re.split(r"[_^]", name)[0] for name in (one, other)]
    if bases[0] == bases[1] and bases[0] in _LOSSES:
        return True
    flat = [re.sub(r"[_{}()^\\ ]", "", name) for name in (one, other)]
    return flat[0] in flat[1] or flat[1] in flat[0]


def _independent(
    factors: list[tuple[str, str]], side: Side, reading: Reading, history: History
) -> Iterator[Suspect]:
    """∂h1/∂w5 where h1 is a function of others only."""
    for above, below in factors:
        top, bottom = reading.symbols.get(above), reading.symbols.get(below)
        if top is None or bottom is None or history.defined_by(top, side.start) is None:
            continue  # what is defined further on may be another example's
        if re.split(r"[_^]", above)[0] in _LOSSES:
            continue  # what a loss depends on is seldom written out
        reached = history.leads_to(top)
        if reached is None or bottom in reached or top in reached:
            continue
        if any(_are_alike(str(each.name), below) for each in reached):
            continue
        users = [
            symbol
            for symbol, formulas in list(history.definitions.items())[:500]
            if split_derivative(symbol) is None
            and any(bottom in set(quantities_in(formula)) for _, formula in formulas)
            and symbol is not bottom
        ]
        if users and all(other in history.definitions for other in _leaves(reached, history)):
            names = ", ".join(f"`{user.name}`" for user in users[:2])
            message = f"`{above}` does not depend on `{below}`, which only {names} does"
            yield Suspect(side, derivative_name(above, below), None, message)


def _leaves(reached: set[Quantity], history: History) -> list[Quantity]:
    """Symbols that look as if they should be defined further: none that has a value or an index."""
    return [
        each
        for each in reached
        if each not in history.definitions and each not in history.values and indexed(each) is None
    ]
