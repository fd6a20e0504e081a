"""What two numbers that differ may yet mean: the shapes of matrices, units, a mixed number.

Where that may be so, an equality is listed as not read, with this reason.
"""

from __future__ import annotations

import re
from decimal import Decimal

from generator.audit.reading.latex import Chain, Side
from generator.audit.reading.statements import number_of, quote
from generator.audit.rounding import Worth, significant

DOUBLE = 15  # digits that a floating-point number of 64 bits always keeps


def doubt(chain: Chain, at: int, left: Worth, right: Worth, page: str) -> str | None:
    """Why two sides that differ may not be an error; `page` is the text of the page."""
    before, after = chain.sides[at - 1], chain.sides[at]
    return (
        _of_notation(before, after, quote(chain, at - 1, at), page)
        or _of_words(before, after, page)
        or _of_bare_numbers(chain, at, left, right, page)
        or _of_sizes(chain, at, left, right, page)
    )


def _of_notation(before: Side, after: Side, both: str, page: str) -> str | None:
    """What the signs may mean; `both` is the two sides with the relation between them."""
    if _SHAPE.search(after.latex.strip()) or _TUPLE.search(after.latex.strip()):
        return "it may be about the shapes of matrices"
    if all(each.latex.strip().startswith(r"\{") for each in (before, after)):
        return "they may be sets"
    if _PERCENT.search(after.latex):
        return "the number in brackets may say the same in percent"
    if _KINK.search(before.latex):
        return "authors differ in the slope at a kink"
    if _LOGARITHM.search(both):
        return "what a logarithm before a stroke is of is not said"
    if _uses_unnamed_sigma(before, after, page):
        return "which function σ is, this page does not say"
    if all(_PLACE.fullmatch(each.latex.strip()) for each in (before, after)):
        return "they may be places in a matrix"
    if _RANGE.fullmatch(before.latex.strip()):
        return "it may be a range"
    if _SIZES.fullmatch(before.latex.strip()):
        return "a ratio of two sizes, or a product with a quotient in it"
    if _QUOTIENTS.search(both):
        return "a quotient by a quotient, without brackets"
    if _MIXED.search(both):
        return "a whole number before a fraction may be a mixed number"
    return "the numbers may be binary" if _is_binary(both) else None


def _of_words(before: Side, after: Side, page: str) -> str | None:
    """What words and signs beside the numbers may mean."""
    if _may_be_units(before, after) or _converts(before):
        return "the words beside the numbers may be units, or say what they are"
    if _UNIT.search(after.latex.rstrip(" }")) and not _WORDS.search(before.latex):
        return "what stands behind the number may be its unit"
    percents = [each.latex.rstrip(" .,;}*").endswith(("%", "％")) for each in (before, after)]
    if percents[0] != percents[1] and number_of(before) is not None:
        return "one number may be so many percent of something else"
    end = after.start + len(after.latex)
    if _QUESTION.match(page[end : end + 8]):
        return "it is a question"
    if _ORDINAL.match(page[end : end + 8]):
        return "it may be an ordinal number"
    if _SIZE.fullmatch(before.latex.strip()) and _THINGS.match(page[end : end + 30]):
        return "a size, and a number of things of that size"
    return None


def _of_bare_numbers(chain: Chain, at: int, left: Worth, right: Worth, page: str) -> str | None:
    """What two numbers may mean that stand there alone, each a side, and are not near."""
    before, after = chain.sides[at - 1], chain.sides[at]
    if _is_near(left, right):
        return None
    if _YEAR.fullmatch(before.latex.strip()):
        return "it may be a year"
    if not all(_NUMBER.fullmatch(each.latex.strip()) for each in (before, after)):
        return None
    if any(_BITS.fullmatch(each.latex.strip()) for each in (before, after)):
        return "the numbers may be binary"
    is_alone, start = len(chain.sides) == 2, chain.sides[0].start
    line = page[page.rfind("\n", 0, start) + 1 : start]
    is_prose = page[before.start - 1] not in "$([{\n" or before.latex.startswith("+")
    if is_prose and (is_alone or _IN_WORDS.search(line)):
        return "one number may be the name of what the other counts"
    are_whole = all(each.value == each.value.to_integral_value() for each in (left, right))
    if is_alone and are_whole and chain.relations == ("=",):
        return "it may be the contradiction that a proof comes to"
    return None


def _of_sizes(chain: Chain, at: int, left: Worth, right: Worth, page: str) -> str | None:
    """What it may mean that one number is far larger than the other, or hardly larger."""
    before, after, start = chain.sides[at - 1], chain.sides[at], chain.sides[0].start
    printed = [each.number for each in (left, right) if each.number is not None]
    if _is_tiny(left, right) and (
        any(significant(number) > DOUBLE for number in printed)
        or _FLOATING.search(page[max(0, start - 150) : start])
    ):
        return "it may be about floating-point numbers"
    ratio = left.value / right.value if right.value else Decimal(0)
    if _WORD_BEHIND.search(after.latex) and _is_thousands(ratio):
        return "what stands behind the number may be its unit"
    if _DOTTED.search(f"{before.latex} {after.latex}") and ratio in _THOUSANDS:
        return "a dot may stand between thousands"
    if at == len(chain.sides) - 1 and has_unit_behind(after, left, right, page):
        return "the words behind it may be the unit of the number"
    return None


def _is_thousands(ratio: Decimal) -> bool:
    """Whether a ratio is a power of a thousand, as that of two units may be, but for rounding."""
    return any(abs(ratio / each - 1) < Decimal("0.02") for each in _THOUSANDS)


def _is_near(left: Worth, right: Worth) -> bool:
    """Whether two numbers differ by little, as one that is rounded or mistyped."""
    return abs(left.value - right.value) < Decimal("0.1") * abs(left.value)


def _is_binary(text: str) -> bool:
    """Whether all numbers are of zeros and ones: 1101 + 1 = 1110."""
    numbers = re.findall(r"[\d.,]*\d", text)
    return all(set(each) <= {"0", "1"} for each in numbers) and any(
        each.count("1") > 1 and len(each) > 2 for each in numbers
    )


def _is_tiny(left: Worth, right: Worth) -> bool:
    """Whether the difference is one that a floating-point number cannot hold."""
    return abs(left.value - right.value) < Decimal("1e-6") * abs(left.value)


def _uses_unnamed_sigma(before: Side, after: Side, page: str) -> bool:
    """Whether σ is applied on a page that nowhere says that it is the logistic function.

    Or that says of another function, too, that it is σ, or that is about the softmax only.
    """
    sides = before.latex + after.latex
    is_applied = re.search(r"(?:\\sigma|σ)'*\s*(?:\\left)?\s*\(", sides) is not None
    is_logistic = _LOGISTIC.search(page) or (
        _EXPONENTIAL.search(page) and not _SOFTMAX.search(page)
    )
    return is_applied and (not is_logistic or _OTHER_SIGMA.search(page) is not None)


def _may_be_units(before: Side, after: Side) -> bool:
    """Whether words beside two numbers differ: 60 min = 1 h, 25 % percentile = 13.5."""
    one, other = (_WORDS.findall(each.latex) for each in (before, after))
    return bool(one) and one != other and (bool(other) or number_of(before) is not None)


def _converts(before: Side) -> bool:
    r"""Whether a fraction has a unit above and another below: `\frac{60 \text{s}}{1 \text{h}}`."""
    words = _WORDS.findall(before.latex)
    return len(set(words)) > 1 and _FRACTION.match(before.latex.lstrip()) is not None


def has_unit_behind(after: Side, left: Worth, right: Worth, page: str) -> bool:
    """Whether a number is thousands or millions of what is meant: `= 112$ GB`."""
    if not right.value or abs(left.value) < 500 * abs(right.value):
        return False
    if _UNIT.search(after.latex.rstrip(" }")):
        return True
    end = after.start + len(after.latex)
    return _LARGE.match(page[end : end + 24]) is not None


_SHAPE = re.compile(r"^[([]?\s*\d+(?:\s*(?:\\times|×|x)\s*\d+)+\s*[])]?$")  # 14×14×512
_TUPLE = re.compile(r"^\(\s*\d+\s*,[\d\s,/]+\)$")  # (6,128)
_PERCENT = re.compile(r"\d\s*(?:\\[;,: ])?\s*\([\d.,{} ]+\\?[%％]\)\s*$")  # 0.61 (61 %)
_KINK = re.compile(r"(?i:relu)\}?'\s*(?:\\left)?\(\s*0(?:\.0)?\s*(?:\\right)?\)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LOGARITHM = re.compile(r"\\(?:log|ln)(?:_\{?\w+\}?)?\s*\d+\s*/\s*\d")  # \log_2 4/6
_IN_WORDS = re.compile(r"[^\W\d_]{2,}[^\n$&\\]*$")
_QUESTION = re.compile(r"[`$)*_\s]*\?(?!\?)")
_ORDINAL = re.compile(r"\$?(?:st|nd|rd|th)\b")
_FRACTION = re.compile(r"\\[dt]?frac")
_LOGISTIC = re.compile(r"sigmoid|logisti|sigmoïd|(?<![\^\d])1\s*\+\s*\\?e(?:xp)?\b", re.IGNORECASE)
_EXPONENTIAL = re.compile(r"e\s*\^|\\exp|exp\(")
_SOFTMAX = re.compile(r"softmax", re.IGNORECASE)
_OTHER_SIGMA = re.compile(
    r"(?:\\sigma|σ)\s*(?:\\left)?\(\s*\w+\s*(?:\\right)?\)\s*=\s*"
    r"\\?(?:(?:text|mathrm|operatorname)\{)?(?:tanh|max|ReLU)\b"
    r"|(?:\\sigma|σ)\s*(?:\\left)?\([^()=]{1,40}\)(?:_\{?\w+\}?)?\s*=\s*"
    r"\\[dt]?frac\{(?:e\^|\\exp)[^=]{1,40}?\\sum"
)
_FLOATING = re.compile(r"\b(?:FP|BF|float|double|IEEE)[-\w]*|floating[ -]point|\bprecision\b", re.I)
_UNIT = re.compile(
    r"\d\s*(?:\\[,; ])*\\(?:text|mathrm|,)\s*\{\s*(?:[KMGTPB]i?[BWb]?(?:\s+[\w ]+)?|[万亿兆億萬])$"
)
_NUMBER = re.compile(r"[-−+]?[\d.,]+")
_WORDS = re.compile(r"\\(?:text|mathrm|mbox|textbf|textrm)\s*\{[^{}]*[^\W\d_][^{}]*\}")
_SIZE = re.compile(r"\d+\s*[x×]\s*\d+(?:\s*[x×]\s*\d+)?")
_THINGS = re.compile(r"[ \t]+(?!(?:and|or|in|for|is|as|so|which|this)\b)[^\W\d_]{3,}s\b")  # patches
_SIZES = re.compile(r"\d+×\d+\s+/\s+\d+×\d+")  # 11×11 / 224×224
_PLACE = re.compile(r"\[\d+,\s*\d+\]")  # [1,2] = [2,1]
_DOTTED = re.compile(r"(?<![\d.])[1-9]\d{0,2}(?:\.\d{3})+(?!\d)")  # 10.000 for ten thousand
_THOUSANDS = [Decimal(1000) ** power for power in (-3, -2, -1, 1, 2, 3)]
_WORD_BEHIND = re.compile(r"\d\s*(?:\\[,; ])*\s*\\(?:text|mathrm)\s*\{[^{}]*\}[ }]*$")
_BITS = re.compile(r"[01]{3,}(?:\.[01]+)?|[01]{2,}\.[01]+")
_RANGE = re.compile(r"\d+\s*[-–]\s*\d+")  # digits 0-9 = 10 classes
_QUOTIENTS = re.compile(r"÷\s*\d+\s*/\s*\d|\(\s*1/\d+\s*[×*·]\s*\d+\s*\)")  # 5 ÷ 1/2, (1/2×3)
_MIXED = re.compile(r"\d[ ]*\\[dt]?frac[ ]*(?:\d|\{\d+\})")  # 49\frac13
_LARGE = re.compile(
    r"[\s$)*_,`]*(?:\\(?:text|mathrm)\{\s*)?(?:(?:h|hours?|days?|min|minutes?|Tage|Stunden)\b|小时|天|[KMGTP]i?(?:B|bit|FLOP|Hz|W)|[kKMGBT]\b|[Mm]il\b|(?i:thousand|milli[oó]n(?:s|en)?|millones|milh[õo]es|mil|billion|trillion|mln|Mio|Mrd|тыс|млн)\b|[十百千]?[万亿兆億萬])"
)
