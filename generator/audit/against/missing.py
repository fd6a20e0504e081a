"""What a page announces and never computes, and symbols that it never introduces."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from generator.algebra import Quantity, quantities_in
from generator.audit.against.lines import mentions
from generator.audit.against.matching import Meaning, derivative_ends, is_plain
from generator.audit.against.naming import Slot, taken_apart
from generator.audit.against.network import Known, in_order
from generator.audit.reading.statements import number_of, one_line
from generator.audit.reading.values import as_text, is_rounding

if TYPE_CHECKING:
    from generator.audit.against.comparison import Comparison

DIGITS = 4  # of a value that is missing
ENOUGH = 3  # digits that cannot agree by chance
# where, kind, quote, printed, expected, message, and what makes two of them one
Gap: TypeAlias = tuple[int, str, str, str, "str | None", str, str]


def missing(page: Comparison) -> Iterator[Gap]:
    """All that is missing on a page that was held against its network."""
    yield from _question_marks(page)
    yield from _announced(page)
    yield from _without_value(page)
    yield from _without_introduction(page)
    yield from _rate(page)


def _known(page: Comparison, meaning: Meaning, *, updated: bool) -> Known | None:
    """The one quantity of a meaning, before or after the update."""
    found = page.matching.places.candidates(meaning)
    at_step = [c for c in found if c.step == int(updated)] or list(found)
    samples = {each.sample for each in at_step}
    return at_step[0].known if at_step and len(samples) == 1 and not at_step[0].is_alias else None


def _is_updated(page: Comparison, meaning: Meaning, start: int) -> bool:
    is_parameter = meaning.below is None and meaning.slot.role in ("weight", "bias")
    is_behind = page.updates_from is not None and start > page.updates_from
    return meaning.is_new or (is_parameter and is_behind)


def _question_marks(page: Comparison) -> Iterator[Gap]:
    """`w7 = ?`."""
    for line in page.lines:
        meaning = page.matching.meaning(line.head.name) if line.head is not None else None
        asks = [each for each in line.sides if "?" in each.latex and each.expression is None]
        if meaning is None or not asks:
            continue
        known = _known(page, meaning, updated=_is_updated(page, meaning, line.start))
        if known is not None and line.head is not None:
            value = as_text(known.value, DIGITS)
            why = f"`{line.head.name}` is not computed; it is {value}"
            yield line.start, "unfinished", line.quote, line.quote, value, why, str(line.start)


def _announced(page: Comparison) -> Iterator[Gap]:
    """Parameters that are named where others are updated, and never get a new value."""
    if page.updates_from is None:
        return
    computed = {quantity for quantity, all_ in page.printed.items() if all_}
    asked = {
        page.matching.meaning(s.head.name)
        for s in page.lines
        if s.head is not None and s.result is None
    }
    for start, name in mentions(page.reading):
        meaning = page.matching.meaning(name)
        if start < page.updates_from or meaning is None or meaning.below is not None:
            continue
        if meaning.slot.role not in ("weight", "bias") or meaning in asked:
            continue
        old = _known(page, meaning, updated=False)
        new = _known(page, meaning, updated=True)
        if old is None or new is None or old.quantity not in page.network.trained:
            continue
        if new.quantity not in computed and new.step == 1 and not _is_printed(page, old, new):
            value = as_text(new.value, DIGITS)
            why = f"the new value of `{name}` is announced and never computed; it is {value}"
            yield start, "unfinished", name, name, value, why, f"announced {name}"


def _is_printed(page: Comparison, old: Known, new: Known) -> bool:
    """Whether a new value stands somewhere on the page, under whatever name."""
    numbers = [number_of(side) for s in page.reading.statements for side in s.sides]
    return any(
        number is not None
        and len(number.as_tuple().digits) >= ENOUGH
        and is_rounding(new.value, number)
        and not is_rounding(old.value, number)
        for number in numbers
    )


def _without_value(page: Comparison) -> Iterator[Gap]:
    """Quantities with a formula and no number, on which no number of the page depends."""
    computed = [quantity for quantity, all_ in page.printed.items() if all_]
    needed = set(in_order(computed))
    seen = set()
    for line in page.lines:
        meaning = page.matching.meaning(line.head.name) if line.head is not None else None
        if line.head is None or meaning is None or line.result is not None:
            continue
        if not line.symbolic or meaning in seen:
            continue
        is_result = meaning.below is not None or meaning.slot.role in ("loss", "error_signal")
        known = _known(page, meaning, updated=_is_updated(page, meaning, line.start))
        if known is None or not is_result or known.quantity in needed:
            continue
        seen.add(meaning)
        value, name = as_text(known.value, DIGITS), line.head.name
        why = f"`{name}` has a formula and never a value; it is {value}"
        yield line.start, "unfinished", line.quote, str(name), value, why, f"value {name}"


def _without_introduction(page: Comparison) -> Iterator[Gap]:
    """Symbols that stand for a quantity which the page has another name for."""
    heads: dict[str, int] = {}
    aliases: set[str] = set()
    families: Counter[object] = Counter()  # how many lines are about one of them
    for line in page.lines:
        plain = [s.expression for s in line.sides if is_plain(s.expression)]
        names = [str(each.name) for each in plain if isinstance(each, Quantity)]
        aliases.update(names if len(names) > 1 else ())
        for name in names:
            heads.setdefault(name, line.start)
            families[_family(name)] += 1
    named: dict[Slot, list[str]] = defaultdict(list)
    for name in page.matching.atoms:
        meaning = page.matching.meaning(name)
        if meaning is not None and meaning.slot.role in ("activation", "pre_activation"):
            named[meaning.slot].append(name)
    introduced = {name for _, name in mentions(page.reading)} | aliases
    introduced |= {str(name) for name in page.reading.symbols.arrays}  # a whole layer
    for names in named.values():
        home = max(names, key=lambda name: (families[_family(name)], -heads.get(name, 1 << 60)))
        for name in names:
            is_foreign = _family(name) != _family(home) and name not in introduced
            if is_foreign and (name not in heads or home not in heads) and families[_family(home)]:
                yield from _uses(page, name, home)


def _family(name: str) -> object:
    parts = taken_apart(name)
    return parts.family if parts else name


def _uses(page: Comparison, name: str, home: str) -> Iterator[Gap]:
    for line in page.lines:
        for each in line.sides:
            if each.expression is None:
                continue
            atoms = [
                atom
                for quantity in quantities_in(each.expression)
                for atom in derivative_ends(str(quantity.name)) or (str(quantity.name),)
            ]
            if name in atoms:
                why = f"`{name}` is defined nowhere: it is called `{home}` on this page"
                quote = one_line(each.latex)
                yield each.start, "symbol", quote, name, home, why, f"undefined {name}"
                break


def _rate(page: Comparison) -> Iterator[Gap]:
    """A learning rate whose letter is never introduced."""
    mentioned = {name for _, name in mentions(page.reading)}
    words = page.reading.prose.lower()
    for line in page.lines:
        for index in line.symbolic:
            expression = line.sides[index].expression
            assert expression is not None
            for symbol in quantities_in(expression):
                meaning = page.matching.meaning(symbol.name)
                if meaning is None or meaning.slot.role != "learning_rate":
                    continue
                name = str(symbol.name)
                spelled = name.strip("\\").lower()
                given = any(
                    o.head is not None
                    and o.head.name == name
                    and number_of(o.sides[-1]) is not None
                    for o in page.lines
                )
                if (
                    not given
                    and name not in mentioned
                    and not re.search(rf"\b{spelled}\b|[αη]", words)
                ):
                    rate = page.matching.candidates(name)[0].value
                    why = f"`{name}` is never introduced; the learning rate is {as_text(rate)}"
                    yield (
                        line.start,
                        "symbol",
                        line.quote,
                        name,
                        f"{name} = {as_text(rate)}",
                        why,
                        name,
                    )
                    return
