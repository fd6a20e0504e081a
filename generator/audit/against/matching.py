"""Which quantity of a network each symbol of a page means, as far as that is certain.

First by the symbols of a notation of our own, then family by family (`net_{h1}`, `net_{h2}`,
...) by every convention that worked examples have. A convention must be borne out by numbers
that the page prints, and by more of them than any other; what stays open is not judged.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from generator.algebra import Call, Expression, Product, Quantity, Quotient, Sum, quantities_in
from generator.algebra.calculus import local_derivatives
from generator.algebra.expression import expanded
from generator.audit.against.naming import Convention, Parts, Slot, conventions, slot, taken_apart
from generator.audit.against.network import Known, Network
from generator.audit.reading.latex import side
from generator.audit.reading.names import Opaque
from generator.audit.reading.symbols import SymbolTable
from generator.audit.reading.values import half_unit, is_rounding

STRONG, WEAK, CONFLICT = 2, 1, -2  # what a symbol's numbers say for a reading of it
NEAR = Decimal("0.03")
CERTAIN = 8  # symbols that a notation reads right: then it is the page's
_DERIVATIVE = re.compile(r"\\frac\{\\partial (.*)\}\{\\partial (.*)\}(\[\d+\])?")


@dataclass(frozen=True)
class Candidate:
    """One value that a symbol may have: at a step, for a sample.

    known: the quantity itself, where it is one; a derivative may be none. is_alias: it is a
    derivative that equals that quantity.
    """

    value: Decimal
    known: Known | None
    step: int
    sample: int | None
    is_alias: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a symbol means: a place in the network, or a derivative of one place in another.

    is_new: it is marked as updated; sample: where the symbol says which.
    """

    slot: Slot
    below: Slot | None = None
    is_new: bool = False
    sample: int | None = None


class Places:
    """The quantities of a network by their places, and the values of meanings."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._by_place: dict[object, list[Known]] = defaultdict(list)
        self._gradients: dict[tuple[Quantity, Quantity], Known] = {}
        self._cache: dict[Meaning, tuple[Candidate, ...]] = {}
        for known in network.knowns:
            role = known.role
            if role == "gradient" and known.of is not None and known.by is not None:
                self._gradients[known.of, known.by] = known
            elif role == "local_derivative" and known.of is not None and known.by is not None:
                self._gradients[known.by, known.of] = known
            else:
                self._by_place[role, known.layer, known.unit, known.source].append(known)

    def at(self, place: Slot) -> Sequence[Known]:
        found = self._by_place.get((place.role, place.layer, place.unit, place.source), [])
        if not found and place.role == "loss_term" and self.network.layers[-1] == 1:
            found = self._by_place["loss", 0, None, None]
        if not found and place.role == "bias":
            found = self._by_place["bias", place.layer, None, None]
        return found

    def candidates(self, meaning: Meaning) -> tuple[Candidate, ...]:
        if meaning not in self._cache:
            self._cache[meaning] = tuple(self._candidates(meaning))
        return self._cache[meaning]

    def _candidates(self, meaning: Meaning) -> Iterator[Candidate]:
        if meaning.slot.role == "error_signal":
            signal = replace(meaning.slot, role="pre_activation", sign=1)
            loss = Slot("sample_loss" if self.network.samples > 1 else "loss", 0)
            for each in self._derivatives(loss, signal, meaning.sample):
                yield (
                    replace(each, value=meaning.slot.sign * each.value)
                    if (meaning.slot.sign < 0)
                    else each
                )
            return
        if meaning.below is not None:
            yield from self._derivatives(meaning.slot, meaning.below, meaning.sample)
            return
        for known in self.at(meaning.slot):
            if meaning.sample is not None and known.sample not in (None, meaning.sample):
                continue
            if meaning.is_new and known.step == 0 and self.network.updated(known) is not None:
                continue
            yield Candidate(known.value, known, known.step, known.sample)

    def _derivatives(self, above: Slot, below: Slot, sample: int | None) -> Iterator[Candidate]:
        for top in self.at(above):
            for bottom in self.at(below):
                if top.step or bottom.step:
                    continue
                samples = {s for s in (top.sample, bottom.sample) if s is not None}
                if len(samples) > 1 or (sample is not None and samples - {sample}):
                    continue
                known = self._gradients.get((bottom.quantity, top.quantity))
                is_alias = known is None
                if known is not None:
                    value = known.value
                else:
                    value = self.network.derivative(top.quantity, bottom.quantity)
                    known = self._alias(top.quantity, bottom.quantity, value)
                yield Candidate(value, known, 0, min(samples, default=None), is_alias)

    def _alias(self, top: Quantity, bottom: Quantity, value: Decimal) -> Known | None:
        """A quantity that a derivative equals.

        ∂net/∂w is the activation that w multiplies; ∂E_o1/∂out_o1 is ∂E/∂out_o1.
        """
        for (below, above), known in self._gradients.items():
            if below is bottom and known.value == value and self.network.depends(above, top):
                return known
        if top.definition is None:
            return None
        inner = {q for q in quantities_in(top.definition) if q is not bottom}
        if any(self.network.depends(each, bottom) for each in inner):
            return None
        local = local_derivatives(top.definition, top).get(bottom)
        return self.network.by_quantity.get(local) if isinstance(local, Quantity) else None


@dataclass(frozen=True)
class Evidence:
    """What a page says of a symbol: the numbers printed for it and the formulas."""

    numbers: tuple[Decimal, ...]
    formulas: tuple[Expression, ...]


@dataclass(frozen=True)
class _FamilyReading:
    """What a family means under a convention, and how well its numbers bear that out."""

    meanings: tuple[Meaning, ...]
    score: int
    is_certain: bool
    convention: Convention

    @property
    def rank(self) -> tuple[int, bool]:
        return self.score, self.is_certain


class Matching:
    """The meanings of a page's symbols."""

    def __init__(self, network: Network, evidence: Mapping[str, Evidence]) -> None:
        self.places = Places(network)
        self.network = network
        self.evidence = evidence
        self._meanings = self._by_notation()
        self._by_families()
        self._by_marks()

    def meaning(self, name: object) -> Meaning | None:
        """What a symbol means, if that is certain."""
        if not isinstance(name, str):
            return None
        if name in self._meanings:
            return self._meanings[name]
        ends = derivative_ends(name)
        if ends is None:
            return None
        above, below = self.meaning(ends[0]), self.meaning(ends[1])
        if above is None or below is None or above.below or below.below:
            return None
        sample = above.sample if above.sample is not None else below.sample
        return Meaning(above.slot, below.slot, False, sample)

    def candidates(self, name: object) -> tuple[Candidate, ...]:
        found = self.meaning(name)
        return self.places.candidates(found) if found else ()

    @cached_property
    def atoms(self) -> list[str]:
        """Every symbol of the page, derivatives taken apart."""
        found: dict[str, None] = {}
        for name in self.evidence:
            for each in derivative_ends(name) or (name,):
                found[each] = None
        return list(found)

    # By the symbols of a notation of our own.

    def _by_notation(self) -> dict[str, Meaning]:
        best: dict[str, Meaning] = {}
        best_score = 3
        for dictionary in notations(self.network):
            found = {name: dictionary[name] for name in self.atoms if name in dictionary}
            verdicts = [self._verdict(name, meaning) for name, meaning in found.items()]
            score, right = sum(verdicts), sum(v > 0 for v in verdicts)
            is_clear = right >= CERTAIN or right >= 2 * sum(v < 0 for v in verdicts)
            if score > best_score and is_clear:
                best, best_score = found, score
        if sum(self._verdict(name, meaning) > 0 for name, meaning in best.items()) >= CERTAIN:
            return best
        families: dict[object, list[str]] = defaultdict(list)
        for name in best:
            families[_family(name)].append(name)
        for members in families.values():
            verdicts = [self._verdict(name, best[name]) for name in members]
            shape = self._shape(members, best[members[0]].slot.role)
            if min(verdicts) < 0 and max(verdicts) <= 0 and min(verdicts) + shape < 0:
                for name in members:
                    del best[name]
        return best

    # By families.

    def _by_families(self) -> None:
        families: dict[tuple[object, ...], dict[str, Parts]] = defaultdict(dict)
        for name in self.atoms:
            parts = None if name in self._meanings else taken_apart(name)
            if parts is not None:
                families[parts.family][name] = parts
        for members in families.values():
            self._meanings |= self._of_family(members)
        right = sum(self._verdict(n, each) > 0 for n, each in self._meanings.items())
        for members in families.values():
            if right >= CERTAIN and not members.keys() & self._meanings.keys():
                self._meanings |= self._by_letters(members)

    def _by_letters(self, members: Mapping[str, Parts]) -> Mapping[str, Meaning]:
        """The reading that a family's letters leave no doubt about, whatever its numbers."""
        some = next(iter(members.values()))
        sure = [each for each in conventions(some, self.network) if each.certain]
        found = [self._under(each, members) for each in sure]
        readings = {each for each in found if each is not None}
        return dict(zip(members, readings.pop(), strict=True)) if len(readings) == 1 else {}

    def _by_marks(self) -> None:
        """`b_1^{+}` is b_1 after the update, also where the network has no such quantity."""
        plain = {_unmarked(name): each for name, each in self._meanings.items()}
        for name in self.atoms:
            parts = taken_apart(name)
            if name not in self._meanings and parts is not None and parts.is_new:
                found = plain.get(_unmarked(name))
                if found is not None:
                    self._meanings[name] = replace(found, is_new=True)

    def _of_family(self, members: Mapping[str, Parts]) -> Mapping[str, Meaning]:
        """The one reading of a family that its numbers bear out, if there is one."""
        readings: dict[object, _FamilyReading] = {}
        some = next(iter(members.values()))
        for convention in conventions(some, self.network):
            meanings = self._under(convention, members)
            if meanings is None:
                continue
            score = sum(self._verdict(n, m) for n, m in zip(members, meanings, strict=True))
            score += self._shape(members, convention.role)
            key = tuple(self.places.candidates(each) for each in meanings)
            old = readings.get(key)
            if old is None or score > old.score or convention.certain:
                is_certain = convention.certain or (old is not None and old.is_certain)
                readings[key] = _FamilyReading(meanings, score, is_certain, convention)
        if not readings:
            return {}
        ranked = sorted(readings.values(), key=lambda each: each.rank, reverse=True)
        best, others = ranked[0], ranked[1:]
        is_alone = not others or others[0].rank < best.rank
        if is_alone and best.score >= (WEAK if best.is_certain else STRONG):
            return dict(zip(members, best.meanings, strict=True))
        if best.score < 0 or any(
            self.evidence[name].numbers for name in members if name in self.evidence
        ):
            return {}
        sure = [each for each in ranked if each.is_certain] or [
            each
            for each in ranked
            if each.convention.numbering in ("", "one")
            and {other.convention.role for other in ranked} == {each.convention.role}
        ]
        return dict(zip(members, sure[0].meanings, strict=True)) if len(sure) == 1 else {}

    def _under(
        self, convention: Convention, members: Mapping[str, Parts]
    ) -> tuple[Meaning, ...] | None:
        found = []
        for parts in members.values():
            place = slot(parts, convention, self.network)
            if place is None or not self.places.candidates(Meaning(place, None, parts.is_new)):
                return None
            found.append(Meaning(place, None, parts.is_new))
        return tuple(found)

    def _verdict(self, name: str, meaning: Meaning) -> int:
        """What the numbers of a symbol say for a meaning of it: 0 where there are none."""
        evidence = self.evidence.get(name)
        if evidence is None or not evidence.numbers:
            return 0
        values = [each.value for each in self.places.candidates(meaning)]
        return max((_agreement(v, n) for v in values for n in evidence.numbers), default=CONFLICT)

    def _shape(self, members: Iterable[str], role: str) -> int:
        """What the formulas of a family say for a role."""
        formulas = [f for n in members if n in self.evidence for f in self.evidence[n].formulas]
        if not formulas:
            return 0
        shapes = {_shape_of(each) for each in formulas}
        if role in ("pre_activation", "activation"):
            return STRONG if role in shapes else 0
        if role in ("input", "target"):
            return CONFLICT
        return 0


def notations(network: Network) -> Iterator[Mapping[str, Meaning]]:
    """For each notation of ours, what its symbols mean, by their canonical LaTeX."""
    columns = max((len(each.written) for each in network.knowns), default=0)
    for column in range(columns):
        found: dict[str, Meaning] = {}
        taken: dict[str, int] = defaultdict(int)
        for known in network.knowns:
            for latex in known.written[column]:
                name = canonical_name(latex)
                if name is None or derivative_ends(name):
                    continue
                meaning = _of_known(known, network)
                if found.get(name, meaning) != meaning:
                    taken[name] += 1
                found.setdefault(name, meaning)
        yield {name: each for name, each in found.items() if not taken[name]}


def canonical_name(latex: str) -> str | None:
    """The name that the reader gives to a symbol's LaTeX."""
    expression = side(latex, 0, SymbolTable()).expression
    if isinstance(expression, Quantity) and isinstance(expression.name, str):
        return expression.name
    return None


def derivative_ends(name: str) -> tuple[str, str] | None:
    """What is differentiated in what, where a symbol is a derivative."""
    match = _DERIVATIVE.fullmatch(name)
    if match is None or r"\frac" in match[1] + match[2]:
        return None
    return match[1], match[2] + (match[3] or "")


def _of_known(known: Known, network: Network) -> Meaning:
    role, sample = known.role, known.sample if network.samples > 1 else None
    if role == "gradient":  # not a fraction, so an error signal
        return Meaning(Slot("error_signal", known.layer, known.unit), None, False, sample)
    return Meaning(Slot(role, known.layer, known.unit, known.source), None, known.step > 0, sample)


def _family(name: str) -> object:
    parts = taken_apart(name)
    return parts.family if parts else name


def _unmarked(name: str) -> object:
    parts = taken_apart(name)
    return (parts.family, parts.digits) if parts else name


def _agreement(value: Decimal, number: Decimal) -> int:
    if is_rounding(value, number) or value == number:
        return STRONG
    if abs(value - number) <= max(NEAR * abs(value), 2 * half_unit(number) * (value != 0)):
        return WEAK
    return CONFLICT


def _shape_of(formula: Expression) -> str:
    """What kind of quantity a formula looks like."""
    if isinstance(formula, Call):
        return "activation"
    if isinstance(formula, Quotient):
        inner = expanded(formula)
        is_logistic = isinstance(inner, Quotient) and _has_call(inner.denominator)
        return "activation" if is_logistic else ""
    if isinstance(formula, Sum):
        pairs = [t for t in formula.terms if isinstance(t, Product) and len(t.factors) == 2]
        if any(all(isinstance(f, Quantity) for f in pair.factors) for pair in pairs):
            return "pre_activation"
    return ""


def _has_call(node: Expression) -> bool:
    return isinstance(node, Sum) and any(isinstance(each, Call) for each in node.terms)


def is_plain(expression: Expression | None) -> bool:
    """Whether a side is one symbol, not a law."""
    return isinstance(expression, Quantity) and not isinstance(expression.name, Opaque)
