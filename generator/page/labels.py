"""Labels of a figure: symbols with their scripts and values as texts, and how wide they are.

Text leaves this module safe for XML. Its width is estimated generously, because the reader's
fonts are not known.
"""

import unicodedata
from dataclasses import dataclass, replace
from html import escape
from math import ceil

MAX_NAME = 24  # characters of a unit's name; the rest is cut
UNIT_SIZE, SYMBOL_SIZE, VALUE_SIZE = 18, 15, 13  # of type
PAD = 5  # around a label


@dataclass(frozen=True)
class Label:
    """A symbol in plain parts and the value beside it: w with sub 5 and value 0.40."""

    base: str
    sub: str = ""
    sup: str = ""
    value: str = ""


@dataclass(frozen=True)
class Text:
    """One run of characters; y is its baseline, anchor is SVG's, style a class of the template."""

    x: int
    y: int
    anchor: str
    size: int
    style: str
    text: str


def texts_at(
    label: Label, x: int, y: int, anchor: str, size: int = SYMBOL_SIZE
) -> tuple[Text, ...]:
    """A label with its start, middle or end at x, and its middle at y."""
    if not (label.sub or label.sup or label.value):
        return (_text(label.base, x, y, anchor, size, _style(label.base)),)
    if not label.base:
        return (_text(label.value, x, y, anchor, VALUE_SIZE, "value"),)
    base, scripts, value = part_widths(label, size)
    after = scripts + value
    shift = {"start": base, "middle": (base - after) // 2, "end": -after}[anchor]
    return texts_at_pivot(label, x + shift, y, size, scripts)


def texts_at_pivot(label: Label, x: int, y: int, size: int, scripts: int) -> tuple[Text, ...]:
    """A label whose base ends at x; there its scripts begin, and after their width its value.

    So the scripts touch the base, one over the other, in whatever font the reader has.
    """
    small = round(0.7 * size)
    texts = [_text(label.base, x, y, "end", size, _style(label.base))]
    if label.sup:
        texts.append(_text(label.sup, x + 1, y - round(0.4 * size), "start", small, "word"))
    if label.sub:
        style = _style(label.sub)
        texts.append(_text(label.sub, x + 1, y + round(0.3 * size), "start", small, style))
    if label.value:
        texts.append(_text(label.value, x + scripts + PAD, y, "start", VALUE_SIZE, "value"))
    return tuple(texts)


def label_width(label: Label, size: int = SYMBOL_SIZE) -> int:
    """The width of a label with its scripts and its value."""
    return sum(part_widths(label, size))


def part_widths(label: Label, size: int) -> tuple[int, int, int]:
    """The widths of a label's base, of the wider of its scripts, and of its value."""
    scripts = [_text_width(text, round(0.7 * size)) + 1 for text in (label.sub, label.sup) if text]
    value = PAD + _text_width(label.value, VALUE_SIZE) if label.value else 0
    return _text_width(label.base, size), max([0, *scripts]), value


def shortened(unit: Label) -> Label:
    """A unit's label, with dots in place of the end of a long name."""
    cut = len(unit.base) > MAX_NAME
    return replace(unit, base=unit.base[: MAX_NAME - 1] + "…") if cut else unit


def escaped(text: str) -> str:
    """A text with its markup escaped, and without the characters that XML cannot hold."""
    return escape("".join(char if char.isprintable() else " " for char in text))


def _text(text: str, x: int, y: int, anchor: str, size: int, style: str) -> Text:
    """A text whose digits have their middle at y."""
    return Text(x, y + round(0.33 * size), anchor, size, style, escaped(text))


def _style(text: str) -> str:
    """As textbooks have it: a variable is italic, a word or a number is upright."""
    return "symbol" if sum(char.isalpha() for char in text) == 1 else "word"


def _text_width(text: str, size: int) -> int:
    """At least the width of a text in the usual fonts."""
    return ceil(size * sum(map(_ems, text)))


def _ems(char: str) -> float:
    if unicodedata.combining(char):
        return 0
    if unicodedata.east_asian_width(char) in "WF" or char in "mwMW@%&—…":
        return 1.05
    if char in " .,:;'|!iljI[]()⁰¹²³⁴⁵⁶⁷⁸⁹":
        return 0.42
    return 0.88 if char.isupper() or char in "+−=×<>≈~#^" else 0.65
