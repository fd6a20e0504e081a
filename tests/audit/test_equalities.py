"""What is wrong on a page: every kind of check passes a right line and fails a planted error."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.audit import read_page

EXAMPLES = sorted(Path(__file__).parents[2].glob("docs/examples/*.md"))

# A unit with two inputs, its values in full at the end; every line of it is right.
PAGE = r"""# A unit

| Symbol | Meaning | Value |
|---|---|---|
| $w_1$ | weight | 0.40 |
| $w_2$ | weight | -0.20 |
| $h_1$ | input | 0.05 |
| $b$ | bias | 0.60 |
| $t$ | target | 0.01 |

The law $z_j = \sum_i w_{ji} x_i + b_j$ holds for $\eta = 0.5$.

$$
\begin{aligned}
h_2 &= \sigma\left(w_1\right) \\
&= \sigma\left(0.40\right) \\
&\approx 0.5987 \\
z &= w_1 h_1 + w_2 h_2 + b \\
&= 0.40 \cdot 0.05 + \left(-0.20\right) \cdot 0.5987 + 0.60 \\
&\approx 0.5003 \\
E &= \frac{1}{2} \left(t - z\right)^2 \\
&= \frac{1}{2} \left(0.01 - 0.5003\right)^2 \\
&\approx 0.1202 \\
\frac{\partial E}{\partial z} &= -\left(t - z\right) \\
&= -\left(0.01 - 0.5003\right) \\
&= 0.4903
\end{aligned}
$$

| Quantity | Value |
|---|---|
| $h_2$ | 0.598687660112 |
| $z$ | 0.500262467978 |
| $E$ | 0.120178643754 |
| $\frac{\partial E}{\partial z}$ | 0.490262467978 |
"""


def display(*rows):
    return "$$\n" + " \\\\\n".join(rows) + "\n$$\n"


def kinds(text):
    return [finding.kind for finding in read_page(text).findings]


def test_a_right_page_is_read_in_full():
    reading = read_page(PAGE)
    assert reading.findings == ()
    assert reading.unread == ()
    assert (reading.equalities, reading.checked, reading.symbolic) == (23, 22, 1)


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.stem)
def test_the_pages_of_the_gallery_are_right(page):
    reading = read_page(page.read_text(encoding="utf-8"))
    assert reading.findings == ()
    assert reading.unread == ()


# Every planted error of the page is found, on its line.

ERRORS = {
    "a wrong last digit": (r"&\approx 0.5003", r"&\approx 0.5004", "arithmetic", "0.5003"),
    "a wrong exact result": ("&= 0.4903", "&= 0.4904", "arithmetic", "0.4903"),
    "a wrong sign of a result": ("&= 0.4903", "&= -0.4903", "arithmetic", "0.4903"),
    "= where only ≈ holds": (r"&\approx 0.1202", "&= 0.1202", "rounding", "0.120197045"),
    "a swapped operand": (
        r"0.40 \cdot 0.05 +",
        r"0.05 \cdot 0.40 +",
        "substitution",
        "0.40",
    ),
    "the number of another symbol": (
        r"\left(0.01 - 0.5003\right)^2",
        r"\left(0.60 - 0.5003\right)^2",
        "substitution",
        "0.01",
    ),
    "two digits of a number exchanged": (
        r"-\left(0.01 - 0.5003\right)",
        r"-\left(0.01 - 0.5030\right)",
        "substitution",
        "0.5003",
    ),
    "a sign lost in the numbers": (
        r"\left(-0.20\right) \cdot",
        r"0.20 \cdot",
        "substitution",
        "-0.20",
    ),
    "h_1 for h_2 in the symbols": ("w_2 h_2 +", "w_2 h_1 +", "value", "0.500262467978"),
    "a wrong sign in the symbols": ("w_1 h_1 +", "w_1 h_1 -", "value", None),
    "a factor dropped in the symbols": (r"\frac{1}{2} \left(t", r"\left(t", "value", None),
    "a square dropped in the numbers": (
        r"\left(0.01 - 0.5003\right)^2",
        r"\left(0.01 - 0.5003\right)",
        "value",
        None,
    ),
}


@pytest.mark.parametrize("error", ERRORS)
def test_a_planted_error_is_found_on_its_line(error):
    right, wrong, kind, expected = ERRORS[error]
    assert PAGE.count(right) == 1
    line = PAGE[: PAGE.index(right)].count("\n") + 1
    findings = read_page(PAGE.replace(right, wrong)).findings
    near = [finding for finding in findings if finding.line in (line, line + 1)]
    assert near, findings
    assert near[0].kind == kind
    assert expected is None or near[0].expected.startswith(expected)


def test_a_finding_says_where_what_and_why():
    page = PAGE.replace(r"-\left(0.01 - 0.5003\right)", r"-\left(0.60 - 0.5003\right)")
    (first, *_) = read_page(page).findings
    assert (first.line, first.column) == (25, 4)
    assert first.quote == r"-\left(t - z\right) = -\left(0.60 - 0.5003\right)"
    assert (first.printed, first.expected) == ("0.60", "0.01")
    assert first.message == "`t` is 0.01 on line 9, not 0.60"


def test_an_error_is_not_reported_again_for_what_follows_from_it():
    wrong_operand = PAGE.replace(r"0.40 \cdot 0.05 +", r"0.45 \cdot 0.05 +")
    assert kinds(wrong_operand) == ["substitution"]
    carried_on = wrong_operand.replace(r"\approx 0.5003", r"\approx 0.5028")
    assert kinds(carried_on) == ["substitution"]
    and_another = wrong_operand.replace(r"\approx 0.5003", r"\approx 0.5038")
    assert kinds(and_another) == ["substitution", "value"]


@pytest.mark.parametrize(
    "row",
    [
        "| $z$ | 0.510262467978 |",
        "| $z$ | -0.500262467978 |",
        "| $z$ | 0.500272467978 |",
        r"| $z$ | $5.00262467978 \times 10^{-2}$ |",
    ],
)
def test_a_contradictory_value_in_a_table_is_found(row):
    page = PAGE.replace("| $z$ | 0.500262467978 |", row)
    table_line = PAGE[: PAGE.index("| $z$ | 0.5")].count("\n") + 1
    findings = read_page(page).findings
    assert findings
    assert any(f"on line {table_line}" in finding.message for finding in findings)


def test_two_tables_must_agree():
    table = "| Symbol | Value |\n|---|---|\n| $a$ | {} |\n\n"
    assert kinds(table.format("0.5") + table.format("0.50")) == []
    assert kinds(table.format("0.5") + table.format("0.61")) == ["value"]


def test_two_printed_values_must_agree_within_their_rounding():
    assert kinds(r"$a = 0.7514$ and later $a \approx 0.75$") == []
    assert kinds(r"$a = 0.7514$ and later $a \approx 0.76$") == ["value"]
    assert kinds(r"$a = 0.7514$ and later $a = 0.7515$") == ["value"]


# Numbers: the calculator rule.


@pytest.mark.parametrize(
    "line",
    [
        r"0.15 \cdot 0.05 + 0.20 \cdot 0.10 + 0.35 = 0.3775",
        r"0.5 \cdot 0.5 = 0.250",
        r"0.35 \cdot 0.1 \approx 0.04",
        r"-0.35 \cdot 0.1 \approx -0.04",
        r"\frac{1}{3} \cdot 3 = 1",
        r"\frac{1}{3} \approx 0.3333",
        r"\frac{1}{1 + e^{-0.3775}} \approx 0.5933",
        r"0.0000438 \approx 4.4 \times 10^{-5}",
        r"2 \times 10^{3} = 2000",
        r"0.3775 \approx 0.38",
        r"0.38 \approx 0.3775",
        r"0.3775 = 0.15 \cdot 0.05 + 0.37",
        r"\frac{1}{2} \cdot 2 \cdot 0.7 = 1 \cdot 0.7 = 0.7",
        r"\frac{1}{1 + 0.6856} \approx \frac{1}{1.686}",
        "0.1 < 0.2",
        r"0.2 \ge 0.2",
        r"0.1 + 0.1 \le 0.2",
        "1 - 1 = 0",
    ],
)
def test_a_right_line_of_numbers_passes(line):
    reading = read_page(f"${line}$")
    assert reading.findings == ()
    assert reading.checked == reading.equalities > 0


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        (r"0.15 \cdot 0.05 + 0.20 \cdot 0.10 + 0.35 = 0.3776", "arithmetic", "0.3775"),
        (r"\frac{1}{1 + e^{-0.3775}} \approx 0.5932", "arithmetic", "0.5933"),
        (r"\frac{1}{1 + e^{-0.3775}} = 0.5933", "rounding", "0.593269992107"),
        (r"0.35 \cdot 0.1 \approx 0.03", "arithmetic", "0.04"),
        (r"0.5 \cdot 0.5 = 0.3", "rounding", "0.25"),
        (r"0.7 \cdot 0.3 = -0.21", "arithmetic", "0.21"),
        (r"0.0000438 \approx 4.3 \times 10^{-5}", "arithmetic", "0.000044"),
        (r"0.5 = 0.25 + 0.26", "rounding", "0.51"),
        (r"0.5 = 0.25 + 0.36", "arithmetic", "0.6"),
        (r"\frac{1}{2} \cdot 0.7 = 0.5 \cdot 0.8", "arithmetic", "0.35"),
        (r"\frac{1}{1 + 0.6856} \approx \frac{1}{1.786}", "arithmetic", None),
        ("0.2 < 0.1", "arithmetic", None),
        ("0.2 < 0.2", "arithmetic", None),
        (r"0.2 \cdot 2 \ge 0.5", "arithmetic", None),
        ("0.7 = 0", "arithmetic", "1"),
    ],
)
def test_a_wrong_line_of_numbers_fails(line, kind, expected):
    (finding,) = read_page(f"${line}$").findings
    assert finding.kind == kind
    assert expected is None or finding.expected == expected


# Symbols.


def test_the_digits_of_a_value_bound_what_can_be_said():
    """Without a table the values have four digits, and a fourth digit may differ by one."""
    rows = [r"a &\approx 0.5933", r"b &\approx 0.5969", r"c &= 0.4 a + 0.45 b"]
    assert kinds(display(*rows, r"&\approx 0.5059")) == []
    assert kinds(display(*rows, r"&\approx 0.5061")) == ["value"]


def test_errors_are_found_without_a_table_too():
    rows = [r"h_1 &= \sigma(z_1) \approx 0.5812", r"h_2 &= \sigma(z_2) \approx 0.5848"]
    right = [r"y &= 0.4 h_1 + 0.45 h_2", r"&= 0.4 \cdot 0.5812 + 0.45 \cdot 0.5848"]
    result = r"&\approx 0.4956"
    assert kinds(display(*rows, *right, result)) == []
    wrong_symbol = right[0].replace("h_2", "h_1")
    assert kinds(display(*rows, wrong_symbol, right[1], result)) == ["substitution"]
    wrong_number = right[1].replace("0.5848", "0.5812")
    assert kinds(display(*rows, right[0], wrong_number, r"&\approx 0.4940")) == ["substitution"]
    assert kinds(display(*rows, *right, r"&\approx 0.4965")) == ["arithmetic"]


def test_a_finer_number_may_stand_for_a_value_that_is_known_roughly():
    rows = [r"a &= x y \\ &\approx 0.5933", "c &= a + 1"]
    assert kinds(display(*rows, "&= 0.59327 + 1", "&= 1.59327")) == []
    assert kinds(display(*rows, "&= 0.59337 + 1", "&= 1.59337")) == ["substitution"]


def test_a_letter_that_only_counts_may_count_on():
    assert kinds("For $k = 1$ it is 3, for $k=2$ it is 5.") == []
    assert kinds("For $k = 1.5$ it is 3, for $k=2.5$ it is 5.") == ["value"]


def test_guard_digits_bear_what_cancels():
    """ln(1 + 1e-25) is 1e-25, of which fifty digits keep only half."""
    assert kinds(r"$\ln(1 + 1 \times 10^{-25}) \approx 1.0 \times 10^{-25}$") == []
    assert kinds(r"$\ln(1 + 10^{-25}) = \ln(1 + 10^{-25} + 10^{-60})$") == ["arithmetic"]


def test_a_given_number_has_no_hidden_digits():
    table = "| Symbol | Value |\n|---|---|\n| $a$ | 0.05 |\n\n"
    assert kinds(table + "$2 + a = 2 + 0.050 = 2.050$") == []
    assert kinds(table + "$2 + a = 2 + 0.051 = 2.051$") == ["substitution"]


def test_a_short_value_in_a_table_is_exact_unless_a_line_rounds_to_it():
    page = "| Symbol | Value |\n|---|---|\n| $a$ | 0.3333 |\n\n${}$\n\n$c = 30000 a {} 10000$\n"
    assert kinds(page.format(r"a = \frac{1}{3} \approx 0.3333", r"\approx")) == []
    assert kinds(page.format(r"a = 3 \cdot 0.1111 = 0.3333", r"\approx")) == ["value"]


def test_a_negative_value_may_lead_its_product():
    table = "| Symbol | Value |\n|---|---|\n| $a$ | -0.2 |\n| $b$ | 0.3 |\n\n"
    assert kinds(table + r"$a b = -0.2 \cdot 0.3 = -0.06$") == []
    assert kinds(table + r"$-b a = -0.3 \cdot \left(-0.2\right) = 0.06$") == []
    assert kinds(table + r"$a b = 0.2 \cdot 0.3 = 0.06$") == ["substitution"]


def test_a_step_between_symbols_is_compared_across_a_law():
    table = "| Symbol | Value |\n|---|---|\n| $E$ | 0.3 |\n| $a$ | 0.1 |\n| $b$ | 0.2 |\n\n"
    right = read_page(table + r"$E = \sum_k a_k = a + b$")
    assert (right.findings, right.symbolic, right.unread) == ((), 2, ())
    assert kinds(table + r"$E = \sum_k a_k = a - b$") == ["value"]


def test_inequalities_between_known_symbols_are_checked():
    table = "| Symbol | Value |\n|---|---|\n| $a$ | 0.1 |\n\n"
    assert kinds(table + "$0 < a < 1$") == []
    assert kinds(table + "$0.2 < a$") == ["value"]


# Coverage.


@pytest.mark.parametrize(
    "law",
    [
        r"z_j = \sum_i w_{ji} x_i + b_j",
        r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        r"\sigma'(z) = \sigma(z) (1 - \sigma(z))",
        r"\delta = (W^{\top} \delta') \odot \sigma'(z)",
        r"E = \frac{1}{2} (t - y)^2",
        "a_0 = x",
    ],
)
def test_a_law_is_symbolic(law):
    reading = read_page(f"${law}$")
    assert (reading.equalities, reading.symbolic, reading.unread) == (1, 1, ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (r"a = \begin{cases} 1 \\ 2 \end{cases}", "cases are not read yet"),
        (r"a = \foo{3}", r"the command `\foo` is not known"),
        ("w_7 = ?", "a question mark stands for"),
        ("a = (1 + 2", "a closing `)` is missing"),
        ("0.15 0.05 = 0.0075", "no sign stands between"),
        ("(a = 3)", "a relation inside brackets"),
        (r"\frac{1}{0} = 3", "it has no value"),
        (r"\ln 0 = 3", "it has no value"),
        ("= 3", "nothing stands"),
        ("a = 1, 2", "a list"),
    ],
)
def test_what_cannot_be_checked_is_unread_with_its_reason(line, reason):
    reading = read_page(f"Text.\n\n${line}$")
    assert (reading.equalities, reading.checked) == (1, 0)
    (unread,) = reading.unread
    assert unread.line == 3
    assert reason in unread.reason


def test_a_chain_without_values_to_compare_is_unread():
    reading = read_page("$x = y + q = 3$")
    assert [unread.reason for unread in reading.unread] == ["no value known for `y`, `q`"] * 2


def test_one_unread_row_leaves_the_others():
    page = display("a &= 1 + 1", "&= 3", r"b &= \log 2", "c &= 2 + 2 = 5")
    reading = read_page(page)
    assert [(unread.line, unread.quote) for unread in reading.unread] == [(4, r"b = \log 2")]
    assert [finding.line for finding in reading.findings] == [3, 5]


def test_a_display_never_closed_is_unread():
    reading = read_page("$$\n1 + 1 = 3\n\nText.")
    assert [unread.reason for unread in reading.unread] == ["the formula is never closed"]


def test_every_equality_is_checked_symbolic_or_unread():
    for page in (PAGE, PAGE.replace("0.20", "0,20"), PAGE.replace("&", ""), PAGE.replace("}", "")):
        reading = read_page(page)
        assert reading.equalities == reading.checked + reading.symbolic + len(reading.unread)


def test_assignments_are_no_equalities():
    assert read_page(r"$w := w - 1$ and $w \leftarrow 2$ and $w \to 3$").equalities == 0


# Malformed pages.


@given(st.data())
def test_a_damaged_page_is_read_without_a_crash(data):
    page = PAGE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(page)))
        end = data.draw(st.integers(start, min(len(page), start + 30)))
        page = page[:start] + data.draw(st.text("\\{}()$^_&=|-09e. \n", max_size=4)) + page[end:]
    reading = read_page(page)
    assert reading.equalities == reading.checked + reading.symbolic + len(reading.unread)


@pytest.mark.parametrize(
    "line",
    [
        "9^{9^{9^{9}}} = 1",
        r"e^{10^{17}} \approx 2",
        "2.5^{1234567890123.5} = 1",
        r"\sigma(-10^{18}) \approx 0",
        r"1 \times 10^{9999} = 1 \times 10^{-9999}",
        "x = " * 20_000 + "1",
        "1 = " * 20_000 + "1",
        "x + " * 20_000 + "1 = 2",
        "x = y = 1 = " * 8_000 + "1",
        r"x \cdot " * 20_000 + r"1 = 2 \\ x = 1.0000",
    ],
)
def test_extreme_formulas_take_no_more_than_seconds(line):
    start = time.process_time()
    read_page(f"$$\n{line}\n$$")
    assert time.process_time() - start < 10


def test_a_page_of_a_megabyte_takes_no_more_than_seconds():
    start = time.process_time()
    assert read_page(PAGE * (1_000_000 // len(PAGE))).findings == ()
    assert time.process_time() - start < 60
