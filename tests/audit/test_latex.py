r"""LaTeX back to expressions: parse(write(tree)) = tree."""

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.algebra import (
    Call,
    Constant,
    Negative,
    Power,
    Product,
    Quantity,
    Sum,
    evaluate,
    exp,
    ln,
    substitute,
)
from generator.algebra.expression import children, rebuilt
from generator.algebra.functions import absolute, maximum, sqrt, tanh
from generator.audit.reading.functions import FUNCTIONS
from generator.audit.reading.latex import chains, entrywise, parse
from generator.audit.reading.names import Opaque
from generator.audit.reading.symbols import SymbolTable
from generator.audit.reading.tokens import Unreadable
from generator.page.latex import write
from generator.page.notation import Symbol

sigmoid = FUNCTIONS[r"\sigma"]


def number(text):
    return Constant(Decimal(text))


def names(latex):
    """The names of all symbols that a formula reads."""
    symbols = SymbolTable()
    parse(latex, symbols)
    return list(symbols)


# Numbers.


@pytest.mark.parametrize(
    ("latex", "digits"),
    [
        ("0.20", "0.20"),
        (".5", "0.5"),
        ("3", "3"),
        (r"4.1 \times 10^{-5}", "0.000041"),
        (r"4.10 \cdot 10^{6}", "4.10E+6"),
        (r"4.1\,\times\,10^{ - 5 }", "0.000041"),
        (r"2 \times 10^3", "2E+3"),
        ("-0.20", "-0.20"),
        (r"\left(-0.20\right)", "-0.20"),
        (r"-4.1 \times 10^{-5}", "-0.000041"),
        ("−0.5", "-0.5"),
        ("0{,}50", "0.50"),
        ("1{,}728", "1728"),
        ("1,728", "1728"),
        (r"7\,043", "7043"),
        (r"0.593\,269\,992", "0.593269992"),
        ("1e-3", "0.001"),
        ("1.20e+2", "120"),
        (r"75.1\%", "0.751"),
        ("4.1 x 10^-5", "0.000041"),
        (r"4.1 \times 10^23", "4.1E+23"),
    ],
)
def test_a_number_keeps_its_printed_digits(latex, digits):
    expression = parse(latex, SymbolTable())
    assert isinstance(expression, Constant)
    assert str(expression.value) == digits


def test_a_minus_belongs_to_the_number_that_it_leads():
    assert parse(r"-0.20 \cdot 0.10", SymbolTable()) == Product((number("-0.20"), number("0.10")))
    assert parse("-2^2", SymbolTable()) == Negative(Power(number("2"), number("2")))
    assert parse("1 - 0.5", SymbolTable()) == Sum((number("1"), Negative(number("0.5"))))


# Symbols.


@pytest.mark.parametrize(
    ("latex", "name"),
    [
        ("w_5", "w_5"),
        ("w_{5}", "w_5"),
        ("w5", "w_5"),
        ("w_12", "w_{12}"),
        (r"\hat{y1}", r"\hat{y}_1"),
        (r"\hat{y_1}", r"\hat{y}_1"),
        ("net_h1", "net_{h1}"),
        ("net_{h_1}", "net_{h1}"),
        (r"\frac{\delta E}{\delta w_5}", r"\frac{\partial E}{\partial w_5}"),
        (r"\hat y_1^{+}", r"\hat{y}_1^{+}"),
        (r"\hat{y}_1^+", r"\hat{y}_1^{+}"),
        ("W_{21}^{[1]}", "W_{21}^{[1]}"),
        ("W^{[1]}_{21}", "W_{21}^{[1]}"),
        ("net_{h1}", "net_{h1}"),
        (r"\mathrm{net}_{h1}", "net_{h1}"),
        (r"\text{net}_{h1}", "net_{h1}"),
        (r"\mathrm{net_{h1}}", "net_{h1}"),
        (r"\mathrm{net_{h1}}^{+}", "net_{h1}^{+}"),
        ("target_{o1}", "target_{o1}"),
        ("E_{total}", "E_{total}"),
        (r"E_{\text{total}}", "E_{total}"),
        ("w_5^{+}", "w_5^{+}"),
        ("z_1^{[2](3)}", "z_1^{[2](3)}"),
        ("a_1^{[1](2)+}", "a_1^{[1](2)+}"),
        ("w^{*}", "w^{*}"),
        ("w'", r"w^{\prime}"),
        (r"w^{\prime}", r"w^{\prime}"),
        (r"w_5^{\text{new}}", "w_5^{new}"),
        ("w_5^{new}", "w_5^{new}"),
        (r"x_{\text{sepal length}}", "x_{sepal length}"),
        (r"W_{\text{setosa},1}", "W_{setosa,1}"),
        (r"\delta_{o1}", r"\delta_{o1}"),
        (r"\eta", r"\eta"),
        (r"\mathbf{W}", r"\mathbf{W}"),
        (r"\text{learning rate}", "learning rate"),
        (r"\frac{\partial E_{total}}{\partial w_5}", r"\frac{\partial E_{total}}{\partial w_5}"),
        (r"\dfrac{\partial E_{total}}{\partial w_{5}}", r"\frac{\partial E_{total}}{\partial w_5}"),
        (r"\partial E / \partial w_5", r"\frac{\partial E}{\partial w_5}"),
        (r"\frac{\partial \hat y_1}{\partial z}", r"\frac{\partial \hat{y}_1}{\partial z}"),
        (r"\frac{dE}{dw_5}", r"\frac{\partial E}{\partial w_5}"),
        (r"\frac{\partial{E}}{\partial {w_5}}", r"\frac{\partial E}{\partial w_5}"),
    ],
)
def test_a_symbol_has_one_canonical_name(latex, name):
    symbols = SymbolTable()
    expression = parse(latex, symbols)
    assert isinstance(expression, Quantity)
    assert expression.name == name
    assert parse(latex, symbols) is expression


def test_adjacent_letters_are_a_product():
    assert names("w_1 x_1") == ["w_1", "x_1"]
    assert names("w_1x_1") == ["w_1", "x_1"]
    assert names("W_{11}^{[1]} x_1") == ["W_{11}^{[1]}", "x_1"]
    assert names("xy") == ["x", "y"]
    assert names(r"\eta net_{h1}") == [r"\eta", "net_{h1}"]


@pytest.mark.parametrize(
    "latex", ["x^2", "x^{-1}", "x^n", "x^{n+1}", "w_5^2", r"\hat{y}^{2}", "x^{2t}"]
)
def test_a_number_or_an_expression_above_is_a_power(latex):
    assert isinstance(parse(latex, SymbolTable()), Power)


# Operators and functions.


@pytest.mark.parametrize(
    ("latex", "value"),
    [
        ("1 + 2 - 4", "-1"),
        (r"2 \cdot 3", "6"),
        (r"2 \times 3", "6"),
        ("2 * 3", "6"),
        (r"2 \cdot -3", "-6"),
        ("1 / 4", "0.25"),
        (r"1/2 \cdot 3", "1.5"),
        (r"\frac{1}{4}", "0.25"),
        (r"\frac12 (3)", "1.5"),
        (r"\tfrac{1}{2} \left(1 - 3\right)^2", "2"),
        ("2^{3}", "8"),
        ("2 (3 + 4)", "14"),
        (r"(1 + 2)[3 + 4]\{5\}", "105"),
        (r"{1 + 2} \cdot 3", "9"),
        (r"\sqrt{9}", "3"),
        (r"-(0.01 - 0.75)", "0.74"),
        (r"\underbrace{2 \cdot 3}_{\text{six}}", "6"),
        (r"\bigl(1 + 2\bigr) \, 3^{1}".replace("3^{1}", "(3)"), "9"),
        (r"3 \text{ (about)}", "3"),
        (r"5 \,\text{ms}", "5"),
        ("0.15 x 0.2", "0.03"),
        ("2 x (3 + 4)", "14"),
        ("0.5 x -0.2", "-0.1"),
        (r"3 ⋅ 4", "12"),
        (r"12 \div 4", "3"),
        ("1/2 (3 - 1)^2", "2"),
        ("8/2/2", "2"),
        ("2^10", "1024"),
        ("x^10".replace("x", "2"), "1024"),
        ("10^-3", "0.001"),
        ("2**3", "8"),
        (r"\lvert -3 \rvert", "3"),
        ("|1 - 3|", "2"),
        (r"2 \left| 1 - 3 \right| + 1", "5"),
        (r"\max(0, -3) + \min(1, 2)", "1"),
        (r"\dfrac{1}{4} + \tfrac14", "0.5"),
        (r"\textcolor{red}{2} \cdot {\color{blue} 3}", "6"),
        (r"\boxed{2 + 3}", "5"),
        (r"\log_2 8", "3"),
        ("½ · 3", "1.5"),
        ("3² + 1", "10"),
        (r"\log_{10}(1000)", "3"),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix} \begin{pmatrix} 3 \\ 4 \end{pmatrix}", "11"),
        ("[1, 2] [3, 4]^T", "11"),
    ],
)
def test_arithmetic(latex, value):
    assert evaluate(parse(latex, SymbolTable())) == Decimal(value)


@pytest.mark.parametrize(
    ("latex", "tree"),
    [
        ("e^{0.5}", Call(exp, (number("0.5"),))),
        ("e^2", Call(exp, (number("2"),))),
        (r"\mathrm{e}^{-0.5}", Call(exp, (number("-0.5"),))),
        (r"\exp(0.5)", Call(exp, (number("0.5"),))),
        (r"\exp\left(0.5\right)", Call(exp, (number("0.5"),))),
        (r"\ln 2", Call(ln, (number("2"),))),
        (r"\ln\left(2\right)", Call(ln, (number("2"),))),
        (r"\sigma(0.5)", Call(sigmoid, (number("0.5"),))),
        (r"\sigma\left(0.5\right)^2", Power(Call(sigmoid, (number("0.5"),)), number("2"))),
        ("exp(0.5)", Call(exp, (number("0.5"),))),
        (r"\sqrt{0.5}", Call(sqrt, (number("0.5"),))),
        (r"\tanh\left(0.5\right)", Call(tanh, (number("0.5"),))),
        (r"\left\lvert -0.5 \right\rvert", Call(absolute, (number("-0.5"),))),
        (r"\max\left(0, 0.5\right)", Call(maximum, (number("0"), number("0.5")))),
        (r"\mathrm{ReLU}\left(0.5\right)", Call(FUNCTIONS["ReLU"], (number("0.5"),))),
    ],
)
def test_functions(latex, tree):
    assert parse(latex, SymbolTable()) == tree


def test_sigma_without_an_argument_is_a_symbol():
    assert names(r"\sigma_1 x") == [r"\sigma_1", "x"]
    assert names(r"\sigma + x") == [r"\sigma", "x"]


@pytest.mark.parametrize(
    "latex",
    [
        r"\sum_k w_k \delta_k",
        r"\sum_{k=1}^{n} \delta_k",
        r"w_1 x_1 + \dots + w_n x_n",
        r"(W^{\top} \delta) \odot z",
        r"\frac{\partial}{\partial w} (x + w)",
    ],
)
def test_a_law_is_read_as_one_opaque_symbol(latex):
    assert any(isinstance(name, Opaque) for name in names(latex))


@pytest.mark.parametrize(
    ("latex", "reason"),
    [
        (r"\begin{bmatrix} 1 & 2 \\ 3 \end{bmatrix}", "rows differ in length"),
        (r"\begin{bmatrix} 1 & 2 \end{bmatrix} \begin{bmatrix} 1 & 2 \end{bmatrix}", "a product"),
        (r"\begin{bmatrix} 1 & 2 \end{bmatrix} + x", "whose shape is not known"),
        (r"\begin{bmatrix} 1 & 2", "never closed"),
        (r"\begin{cases} 1 \\ 2 \end{cases}", "cases"),
        (r"\det x", "no function is entered for `\\det`"),
        (r"\mathrm{foo}(x)", "no function is entered for `foo`"),
        ("foo(x)", "no function is entered for `foo`"),
        (r"\unknown x", "`\\unknown` is not known"),
        ("1 +", "missing at its end"),
        ("", "missing at its end"),
        ("(1 + 2", "a closing `)`"),
        ("(1 + 2]", "a closing `)`"),
        (r"\frac{1}{2", "a closing `}`"),
        ("1 + 2)", "`)` is not expected"),
        ("0.1 0.2", "no sign stands between"),
        ("a/b x", "two ways"),
        (r"\ln x y", "where the argument"),
        (r"\sigma^2(z)", "between `\\sigma` and its argument"),
        ("x^{+}^{2}", "two superscripts"),
        (r"(a + b)^{(2)}", "on what is no symbol"),
        (r"2 \text{ and } 3", "not expected"),
        ("w = ?", "`=` is not expected"),
        ("?", "a question mark"),
        (r"\frac{\partial^2 E}{\partial w^2}", ""),
        (r"\sqrt[3]{x}", "roots"),
        (r"\partial E", "outside a derivative"),
        (r"\sigma(1, 2)", "2 arguments"),
        ("0." + "1" * 60, "more than 45 digits"),
        (r"1 \times 10^{99999}", "power of ten"),
        (r"4.1 \times 10^{-5}^2", "`^` is not expected"),
        (r"1 / 4.1 \times 10^{-5}", "two ways"),
        ("|x", "a closing `|`"),
        ("(" * 60 + "1" + ")" * 60, "deep"),
    ],
)
def test_what_has_no_one_reading_says_why(latex, reason):
    with pytest.raises(Unreadable) as problem:
        parse(latex, SymbolTable())
    assert reason in problem.value.reason


# Chains.


def entries(latex):
    symbols = SymbolTable()
    return [entry for chain in chains(latex, symbols) for entry in entrywise(chain, symbols)]


def sides(latex):
    return [
        (
            [
                None if side.expression is None else " ".join(side.latex.split())
                for side in chain.sides
            ],
            "".join(chain.relations),
        )
        for chain in entries(latex)
    ]


@pytest.mark.parametrize(
    ("latex", "found"),
    [
        (r"a = b \approx 3.", [(["a", "b", "3"], "=≈")]),
        (r"a &= b \\ &= 3", [(["a", "b", "3"], "==")]),
        (r"a = b \\ c = 3", [(["a", "b"], "="), (["c", "3"], "=")]),
        (
            r"\begin{align*} a &= b + c \\ &\quad + d \end{align*}",
            [(["a", r"b + c \\ &\quad + d"], "=")],
        ),
        (r"a &= b \\ &- c", [(["a", r"b \\ &- c"], "=")]),
        (r"a &= b \\ -c &= 3", [(["a", "b"], "="), (["-c", "3"], "=")]),
        ("a = 1, b = 2", [(["a", "1"], "="), (["b", "2"], "=")]),
        (r"a = 1 \quad \text{and} \quad b = 2", [(["a", "1"], "="), (["b", "2"], "=")]),
        (r"a = 1 \quad (1)", [(["a", None], "=")]),
        ("a = 1, 2, 3", [(["a", None], "=")]),
        ("a = 0,5", [(["a", None], "=")]),
        (r"a &= 1 & b &= 2 \\ &= 3 & &= 4", [(["a", "1", "3"], "=="), (["b", "2", "4"], "==")]),
        (r"a & = & b", [(["a", "b"], "=")]),
        (
            r"\begin{array}{lll} a &= b &= 1 \\ & - 2 \\ c &= 3 & d = 4 \end{array}.",
            [(["a", "b", r"1 \\ & - 2"], "=="), (["c", "3"], "="), (["d", "4"], "=")],
        ),
        (r"a &= b + \\ &+ c = \\ &= 3", [(["a", r"b + \\ &+ c", "3"], "==")]),
        (r"a = b \times \\ c = \\ 3", [(["a", r"b \times \\ c", "3"], "==")]),
        (r"a = \\ b = 3", [(["a", None], "="), (["b", "3"], "=")]),
        (r"{\small a &= 1 \\[1ex] b &= 2}", [(["a", "1"], "="), (["b", "2"], "=")]),
        (r"\mathbf{a = \mathbf{3} + b}", [(["a", r"\mathbf{3} + b"], "=")]),
        (r"a = \boxed{b = 3}.", [(["a", "b", "3"], "==")]),
        ("{a = 1} + {b = 2}", [([None, None], "=")]),
        (r"\begin{array}{l} a = 3 \end{array} + 1 = 4", [([None, "4"], "=")]),
        (r"\begin{array} a = 3 \end{array}", [(["a", "3"], "=")]),
        (r"w := w - 1 = 2", [(["w - 1", "2"], "=")]),
        (r"w \leftarrow w - 1 \\ &= 2", [(["w - 1", "2"], "=")]),
        (r"a \to b", []),
        (r"0 < p \le 1", [(["0", "p", "1"], "<≤")]),
        (r"\approx", []),
        ("= 3", [([None, "3"], "=")]),
        (r"a =", [(["a", None], "=")]),
        ("(a = 3)", [([None, None], "=")]),
        (r"\sum_{k=1}^n a_k", []),
        ("a + b", []),
        (r"\text{if } a = 3", [([r"\text{if } a", "3"], "=")]),
        (
            r"\begin{bmatrix} 1 \\ 2 \end{bmatrix} = [a, b]^T",
            [([r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", "[a, b]^T"], "=")] * 2,
        ),
    ],
)
def test_formulas_come_apart_into_chains(latex, found):
    assert sides(latex) == found


# The inverse of the writer.

SYMBOLS = SymbolTable()
LETTERS = [
    Symbol("w", "w", "", "5"),
    Symbol("x", "x", "", "1"),
    Symbol("net", "net", "", "h1"),
    Symbol("W", "W", "", "21", "[1]", is_compound=True),
    Symbol("a", "a", "", "1", "[1](2)+", is_compound=True),
    Symbol(r"\hat{y}", "y", "", "1"),
    Symbol(r"\eta", "η", ""),
    Symbol(r"\frac{\partial E_{total}}{\partial w_5}", "", "", is_compound=True),
    Symbol("x", "x", "", r"\text{sepal length}"),
]
WRITTEN = {parse(symbol.latex, SYMBOLS): symbol for symbol in LETTERS}

decimals = st.one_of(
    st.decimals("0.0001", "999", places=4),
    st.decimals("0.1", "9", places=2).map(lambda d: d.scaleb(-7)),
    st.integers(0, 12).map(Decimal),
)
leaves = st.one_of(st.sampled_from(list(WRITTEN)), decimals.map(Constant))


def larger(trees):
    pairs = st.tuples(trees, trees)
    return st.one_of(
        pairs.map(lambda pair: pair[0] + pair[1]),
        pairs.map(lambda pair: pair[0] - pair[1]),
        pairs.map(lambda pair: pair[0] * pair[1]),
        pairs.filter(lambda pair: not is_zero(pair[1])).map(lambda pair: pair[0] / pair[1]),
        st.tuples(trees, st.sampled_from([2, 3, -1])).map(powered),
        st.tuples(trees, st.sampled_from(list(WRITTEN))).map(powered),
        trees.map(lambda tree: -tree),
        *(
            trees.map(lambda tree, function=function: Call(function, (tree,)))
            for function in (sigmoid, ln, exp, sqrt, tanh, absolute)
        ),
        pairs.map(lambda pair: Call(maximum, pair)),
    )


def is_zero(tree):
    return isinstance(tree, Constant) and not tree.value


def powered(pair):
    r"""A power, but none of 10, since `2 \cdot 10^3` is read as one number."""
    base, exponent = pair
    is_ten = isinstance(base, Constant) and base.value == 10
    return base if is_ten else base**exponent


trees = st.recursive(leaves, larger, max_leaves=12)


def normal(tree):
    """The tree with its leading minus signs outside.

    LaTeX does not tell the number -0.2 from minus 0.2, nor a product that begins with -0.2 from
    minus a product that begins with 0.2.
    """
    parts = tuple(normal(part) for part in children(tree))
    match tree:
        case Constant(value) if value.is_signed():
            return Negative(Constant(value.copy_negate()))
        case Product():
            first, *others = parts
            if isinstance(first, Negative):
                return Negative(Product((first.operand, *others)))
    return rebuilt(tree, parts)


@settings(max_examples=600, deadline=None)
@given(trees)
def test_reading_inverts_writing(tree):
    latex = write(tree, WRITTEN.__getitem__)
    assert normal(parse(latex, SYMBOLS)) == normal(tree)
    with_dots = write(tree, WRITTEN.__getitem__, r" \cdot ")
    assert normal(parse(with_dots, SYMBOLS)) == normal(tree)


@settings(max_examples=300, deadline=None)
@given(trees, st.lists(decimals, min_size=len(WRITTEN), max_size=len(WRITTEN)), st.booleans())
def test_reading_inverts_writing_with_numbers_put_in(tree, values, negative):
    numbers = [Constant(-value if negative and value else value) for value in values]
    tree = substitute(tree, dict(zip(WRITTEN, numbers, strict=True)))
    latex = write(tree, WRITTEN.__getitem__)
    assert normal(parse(latex, SYMBOLS)) == normal(tree)


def test_structure_is_told_apart():
    """The property above would not see a reader that forgets brackets or order."""
    assert parse("a - (b - c)", SYMBOLS) != parse("a - b - c", SYMBOLS)
    assert parse("a b", SYMBOLS) != parse("b a", SYMBOLS)
    assert parse(r"\frac{-a}{b}", SYMBOLS) != parse(r"-\frac{a}{b}", SYMBOLS)


# Malformed LaTeX.

PIECES = [
    *(r"\frac", r"\sqrt", r"\sum", r"\partial", r"\left(", r"\right)", r"\\", "&", "=", ",", "{"),
    *("}", "(", ")", "[", "]", "^", "_", "+", "-", "*", "/", r"\cdot", r"\times", "10", "0.5", "e"),
    *("w", "x", "net", r"\hat", r"\text{so}", r"\mathrm{net_{h}}", "'", r"\sigma", r"\ln", r"\exp"),
    *(r"\quad", r"\odot", r"\underbrace", r"\dots", "<", ":=", "?", "|", "%", ".", "!", "1e5"),
    *(
        r"\begin{aligned}",
        r"\end{aligned}",
        r"\begin{cases}",
        r"\approx",
        "&=",
        r"\begin{array}{ll}",
        r"\end{array}",
        r"\text{",
        r"\mathrm{",
    ),
]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["", " "]))
def test_malformed_latex_is_unreadable_at_worst(parts, between):
    for chain in entries(between.join(parts)):
        assert len(chain.sides) == len(chain.relations) + 1
        assert all((side.expression is None) == bool(side.reason) for side in chain.sides)


@given(st.text(max_size=40))
def test_any_text_is_unreadable_at_worst(text):
    entries(text)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "(",
            "{",
            r"\frac",
            r"\sqrt",
            r"\sum ",
            r"\ln ",
            "-",
            "a",
            "a_",
            "a^",
            "1 + ",
            "a = ",
            "1/",
        ),
        *(
            r"\mathrm{",
            r"\mathrm{a_1}",
            r"\text{a}",
            "&",
            r"\\",
            "'",
            r"\partial ",
            "[",
            "x=",
            "1,",
        ),
    ],
)
def test_a_large_formula_takes_no_more_than_seconds(piece):
    start = time.process_time()
    entries(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 10
