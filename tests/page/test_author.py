"""An author's own page: the computed quantities by name, in a sandbox, its faults located."""

import re
from itertools import cycle
from pathlib import Path

import pytest

from generator import generate
from generator.audit import read_page
from generator.config.located import Unusable
from generator.page.notation import NOTATIONS

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
GALLERY = sorted(EXAMPLES.glob("*.yaml"))


def with_template(text, **more):
    """A configuration with a template named in it, and whatever else its page says."""
    options = {"template": "my.jinja"} | more
    others = re.sub(r"(?ms)^page:.*?(?=^\S|\Z)", "", text)
    own = "".join(f"  {key}: {value}\n" for key, value in options.items())
    return f"{others}\npage:\n{own}"


MAZUR = with_template((EXAMPLES / "mazur.yaml").read_text(encoding="utf-8"), notation="mazur")


@pytest.fixture
def filled(tmp_path):
    def fill(template, text=MAZUR):
        (tmp_path / "my.jinja").write_text(template, encoding="utf-8")
        return generate(text, "net", folder=tmp_path)["net.md"].removesuffix("\n")

    return fill


@pytest.fixture
def faults(filled):
    """What is said of a template, without the folder that it stands in."""

    def said(template, text=MAZUR):
        with pytest.raises(Unusable) as caught:
            filled(template, text)
        found = [problem.located("net.yaml") for problem in caught.value.problems]
        return [re.sub(r"^\S*my\.jinja", "my.jinja", line) for line in found]

    return said


# What a quantity says. The numbers are Mazur's own, who prints nine digits of them.


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("q.w5", "w_5"),
        ("q.w5.value", "0.40"),
        ("q.w5.in_symbols", "w_5"),
        ("q.w5.is_given", "True"),
        ("q.w5.equation", "\\begin{aligned}\nw_5 &= 0.40\n\\end{aligned}"),
        ("q.net_h1.symbol", "net_{h1}"),
        ("q.net_h1.in_symbols", r"w_1 \cdot i_1 + w_2 \cdot i_2 + b_1"),
        ("q.net_h1.with_numbers", r"0.15 \cdot 0.05 + 0.20 \cdot 0.10 + 0.35"),
        ("q.net_h1.relation", "="),
        ("q.net_h1.value", "0.3775"),
        ("q.out_h1.relation", r"\approx"),
        ("q.out_h1.value", "0.5933"),
        ("q.out_h1.result", "0.593269992"),
        ("q.e_total.result", "0.298371109"),
        ("q.w5_gradient.result", "0.0821670406"),
        ("q.w5_updated.result", "0.358916480"),
        ("q.delta_o1.result", "0.138498562"),
        ("q.net_o1_gradient.result", "0.138498562"),
        (
            "q.w5_gradient.line",
            r"\frac{\partial E_{total}}{\partial w_5} = \delta_{o1} \cdot out_{h1} "
            r"= 0.1385 \cdot 0.5933 \approx 0.08217",
        ),
        ("q.net_o1_by_out_h1.line", r"\frac{\partial net_{o1}}{\partial out_{h1}} = w_5 = 0.40"),
        ("q.net_h1.anchor", "net-h1"),
        ('q["w5"].value', "0.40"),
        ("q.E_total.value", "0.2984"),
        ("q.neth1.value", "0.3775"),
        ('"w9" in q, "w8" in q', "(False, True)"),
        ("q.w9 is defined", "False"),
        ("notations.layered[q.w5]", "W_{11}^{[2]}"),
        ("notations.source.y_hat_1.value", "0.7514"),
        ("title", "A step by step backpropagation example"),
        ("page.digits", "4"),
    ],
)
def test_a_quantity_is_printed_by_its_name(filled, asked, printed):
    assert filled(f"<< {asked} >>") == printed


def test_an_equation_is_the_whole_chain(filled):
    rows = filled("<< q.w5_gradient.equation >>").splitlines()
    assert rows[1].count(r"\cdot") == 2  # three factors
    assert rows[2:] == [
        r"&= 0.7414 \cdot 0.1868 \cdot 0.5933 \\",
        r"&\approx 0.08217",
        r"\end{aligned}",
    ]


@pytest.mark.parametrize("example", GALLERY, ids=lambda path: path.stem)
def test_every_anchor_of_a_gallery_page_is_a_name(filled, example):
    text = example.read_text(encoding="utf-8")
    (notation,) = re.findall(r"notation: (\w+)", text) or ["layered"]
    names = filled("<< q >>", with_template(text, notation=notation)).split(", ")
    anchors = re.findall(r'<a id="([^"]+)"', example.with_suffix(".md").read_text("utf-8"))
    assert {anchor.replace("-", "_") for anchor in anchors} <= set(names)
    assert len(names) == len(set(names))


ALL = """\
<% for own in q -%>
$<< own.line >>$

<# what a quantity is in full #>
$$
<< own.equation >>
$$

<% endfor -%>
<< tables.givens >>

<< tables.meanings >>

<< tables.values >>
"""


@pytest.mark.parametrize(
    ("example", "notation"),
    [
        *zip([path.stem for path in GALLERY], cycle(NOTATIONS), strict=False),
        *(("mazur", notation) for notation in NOTATIONS),
    ],
)
def test_every_line_and_equation_read_back_holds(filled, example, notation):
    text = with_template((EXAMPLES / f"{example}.yaml").read_text("utf-8"), notation=notation)
    reading = read_page(filled(ALL, text))
    assert (reading.findings, reading.unread) == ((), ())
    assert reading.equalities > 20


def test_a_wrong_number_in_an_authors_page_is_found(filled):
    page = filled("$<< q.w5_gradient.line >>$").replace("0.5933", "0.5969")
    assert read_page(page).findings


def test_a_page_can_include_parts_of_the_generated_one(filled):
    page = filled('# Mine\n\n<% include "forward.md" %>\n')
    assert page.startswith("# Mine\n\n## Forward pass\n")
    assert "0.15 \\cdot 0.05" in page


@pytest.mark.parametrize("example", GALLERY, ids=lambda path: path.stem)
def test_a_page_that_includes_all_of_it_is_the_generated_page(filled, example):
    text = with_template(example.read_text(encoding="utf-8"))
    line = "  template: my.jinja\n"
    own = filled('<% include "page.md" %>', text).replace(line, "")
    assert own == generate(text.replace(line, "  digits: 4\n"), "net")["net.md"].replace(
        "  digits: 4\n", ""
    ).removesuffix("\n")


def test_figures_and_tables_are_markdown(filled):
    page = filled("<< figures.network >>\n\n<< tables.results >>\n\n<< tables.values >>")
    assert re.match(r"!\[.+\]\(net-network\.svg\)\n\n\| Symbol \|", page)
    assert "| $w_5$ | $0.40$ | $0.0821670406$ | $0.358916480$ |" in page
    assert "| $out_{h1}$ | 0.593269992107 |" in page
    assert filled("<< tables.givens >>").splitlines()[2] == "| $i_1$ | input 1 | 0.05 |"
    assert "| $net_{h1}$ | pre-activation of h1: " in filled("<< tables.meanings >>")


def test_a_page_is_written_with_those_figures_that_it_shows(tmp_path):
    def files(template, formats=("markdown",)):
        (tmp_path / "my.jinja").write_text(template, encoding="utf-8")
        return sorted(generate(MAZUR, "net", formats, tmp_path))

    assert files("none") == ["net.md"]
    assert files("<< figures.network >>") == ["net-network.svg", "net.md"]
    assert files("<< figures.paths_1 >>") == ["net-paths-1.svg", "net.md"]
    assert files("[golden](net.json)") == ["net.json", "net.md"]
    assert files("none", ["markdown", "json"]) == ["net.json", "net.md"]


def test_a_page_without_a_loss_has_no_results(filled, faults):
    text = """\
network: {inputs: 1, layers: [{activation: relu, weights: [[0.5]]}]}
samples: [{inputs: [2]}]
page: {template: my.jinja}
"""
    assert filled("<< q.a_1_1.line >>", text).endswith(r"= \max\left(0, 1\right) = 1")
    (found,) = faults("<< tables.results >>", text)
    assert found.endswith("there is no results (known: givens, meanings, values)")


def test_the_spaces_of_a_page_stay_and_a_fence_keeps_its_blank_lines(filled):
    page = "one  \ntwo\n\n```python\n\n\nx = 1\n```"
    assert filled(f"\n\n{page}\n\n\nend\n\n") == f"{page}\n\nend"


# What is wrong with a page is said where it stands


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "one\n  << q.nett_h1 >>",
            "2:6: q.nett_h1: there is no quantity nett_h1; did you mean net_h1?",
        ),
        ("<< q.h1.value >>", "1:4: q.h1: there is no quantity h1; did you mean net_h1?"),
        ("<< q['w9'] >>", "1:7: q.w9: there is no quantity w9; did you mean w1?"),
        (
            "\n\n<% for i in [9] %><< q['w' ~ i] >><% endfor %>",
            "3:1: template: there is no quantity w9; did you mean w1?",
        ),
        (
            "<< q.xyzzy >>",
            "1:4: q.xyzzy: there is no quantity xyzzy; `<< q >>` in the page lists them all",
        ),
        (
            "<< q.w5.vlaue >>",
            "1:4: q.w5.vlaue: there is no vlaue; did you mean value? (known: name, anchor,",
        ),
        (
            "<< notations.mazurr.w5 >>",
            "1:4: notations.mazurr: there is no mazurr; did you mean mazur? (known: layered,",
        ),
        ("<< quantities.w5 >>", "1:4: quantities: there is no quantities (known: title, q,"),
        ("<< page.titel >>", "1:4: page.titel: there is no titel; did you mean title?"),
        ("\n<% if q %>", "2:1: template syntax: Unexpected end of template."),
        ("<< q.w5 | rounded >>", "1:1: template syntax: No filter named 'rounded'."),
        ("\n<< 1 / 0 >>", "2:1: template: division by zero"),
        (
            '<% include "mine.md" %>',
            "1:1: template: there is no 'mine.md' to include; a page can include backward.md,",
        ),
    ],
)
def test_a_fault_is_located_in_the_template(faults, template, said):
    (found,) = faults(template)
    assert found.startswith(f"my.jinja:{said}")


def test_all_unknown_names_are_told_at_once(faults):
    found = faults("<< q.w9 >> << q.w10 >>\n\n<< nothing >>\n")
    assert [line.split(" ")[0] for line in found] == [
        "my.jinja:1:4:",
        "my.jinja:1:15:",
        "my.jinja:3:4:",
    ]


def test_a_name_that_is_asked_for_first_is_no_fault(filled):
    assert filled("<% if q.w9 is defined %><< q.w9 >><% endif %>fine") == "fine"
    assert filled('<% set mine = q.w5 %><< mine.value >><% set q = "x" %><< q >>') == "0.40x"


@pytest.mark.parametrize(
    "attack",
    [
        "<< ''.__class__.__mro__ >>",
        "<< ''['__class__'] >>",
        "<< ''|attr('__class__') >>",
        "<< q.__init__ >>",
        "<< q.__init__.__globals__ >>",
        "<< q.w5._quantity >>",
        "<< q.w5._define() >>",
        "<< page.__dataclass_fields__ >>",
        "<< '{0._write}'.format(q.w5) >>",
        "<< '{0.__class__}'.format(q) >>",
        "<< self.__class__ >>",
        "<< cycler.__init__.__globals__.os >>",
        "<< notations.update(x=1) >>",
        "<< tables.clear() >>",
        '<% include "/etc/passwd" %>',
        '<% include "../mkdocs.yml" %>',
        '<% include "x/../../mkdocs.yml" %>',
        '<% import "/etc/passwd" as x %>',
        '<% extends "my.jinja" %>',
        "<< open('/etc/passwd') >>",
        "<< lipsum(1000000) >>",
        "<< [1, 2] | random >>",
    ],
)
def test_an_attack_is_an_error(faults, attack):
    (found,) = faults(f"\n{attack}\n")
    assert found.startswith("my.jinja:2:")
    assert "root:" not in found


@pytest.mark.parametrize(
    "endless",
    [
        "<% for i in range(10**9) %>x<% endfor %>",
        "<% for i in range(99999) %><% for j in range(99999) %><% endfor %><% endfor %>",
        "<% for i in q %><% for j in q %><% for k in q %><% for l in q %><% endfor %><% endfor %>"
        "<% endfor %><% endfor %>",
        "<% macro f(n) %><% if n %><< f(n-1) >><< f(n-1) >><% endif %><% endmacro %><< f(50) >>",
        "<% macro f() %><< f() >><% endmacro %><< f() >>",
        "<< 'x' * 10**10 >>",
        "<< [1] * 10**10 >>",
        "<< 9 ** 9 ** 9 >>",
        "<% set x = 'x' * 10**6 %><% for i in range(99) %><< x >><% endfor %>",
    ],
)
def test_what_would_never_end_is_an_error(faults, endless):
    (found,) = faults(f"\n{endless}\n")
    assert re.match(r"my\.jinja:[12]:1: template: ", found)


def test_a_missing_template_is_located_in_the_configuration(tmp_path):
    with pytest.raises(Unusable) as caught:
        generate(MAZUR, "net", folder=tmp_path)
    line = MAZUR[: MAZUR.index("template:")].count("\n") + 1
    (found,) = (problem.located("net.yaml") for problem in caught.value.problems)
    assert found.startswith(f"net.yaml:{line}:13: page.template: there is no file ")


def test_json_needs_no_template(tmp_path):
    assert list(generate(MAZUR, "net", ["json"], tmp_path)) == ["net.json"]


def test_a_template_at_the_top_is_told_its_place(faults):
    (found,) = faults("", MAZUR.replace("page:\n  template", "template").replace("  notation", "#"))
    assert found.endswith(" template: unknown key; it belongs under `page:`")
