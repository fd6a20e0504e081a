"""The LaTeX document of a page says what the page says, and TeX Live compiles it."""

import re
import shutil
import subprocess
from math import ceil
from pathlib import Path

import pytest

from generator import generate
from generator.audit.reading.markdown import MarkdownPage
from generator.page.columns import formula_width
from generator.page.figures import network_figure
from generator.page.labels import Label
from generator.page.tex import escaped, tex

GALLERY = sorted((Path(__file__).parents[2] / "docs/examples").glob("*.yaml"), key=lambda p: p.stem)
MAZUR = next(path for path in GALLERY if path.stem == "mazur").read_text(encoding="utf-8")
ODD = """\
title: 'Größe & 100% of <b>λ</b> _a_ #1 ~ ^ \\ {x} — Привет'
source: 'A book, p. 3 & 4_5, 50%'
network:
  inputs: [größe, Länge_2]
  layers:
    - {units: 2, names: [λ, Δελτα], activation: sigmoid, weights: [[1e-7, 2], [3, 4]], bias: 0.35}
    - {units: 1, names: [日本], activation: sigmoid, weights: [[0.40, 0.45]], bias: 0.60}
samples:
  - {inputs: [0.05, 0.10], targets: [0.01]}
# 100% of \\ ~ ^ { } & $ and of a line that is very, very, very, very, very, very, very, very \
much longer than the page is wide
loss: half_squared_error
optimizer: {name: sgd, learning_rate: 0.5}
"""
needs_lualatex = pytest.mark.skipif(
    shutil.which("lualatex") is None,
    reason="no lualatex here: install texlive-luatex, texlive-latex-recommended, "
    "texlive-pictures and lmodern",
)


def document_of(text):
    files = generate(text, "net", ["markdown", "latex"])
    return files["net.tex"], files["net.md"]


def body(document):
    return document.split(r"\begin{document}")[1].split(r"\end{document}")[0].strip()


def written(markdown, **figures):
    return body(tex(markdown, figures))


# What it says


@pytest.mark.parametrize(
    ("markdown", "latex"),
    [
        ("# A title", r"\pagetitle{A title}"),
        (
            "## One\n\n### Two\n\n#### Three",
            "\\section{One}\n\n\\subsection{Two}\n\n\\subsubsection{Three}",
        ),
        (
            "Some *words*, **bold** ones and `code`.",
            r"Some \emph{words}, \textbf{bold} ones and \texttt{code}.",
        ),
        ("**Alone**", r"\parthead{\textbf{Alone}}"),
        ("In a line $a_1 \\lt 5$.", r"In a line $a_1 \lt 5$."),
        ("So:\n\n$$\na &= b \\\\\n&= 1\n$$\n\nNext.", "So:\n\\formula{a &= b \\\\\n&= 1}\n\nNext."),
        ("[here](https://a.org/b%20c_d#e)", r"\href{https://a.org/b\%20c\_d\#e}{here}"),
        ("[a/b.json](a/b.json)", r"\href{a/b.json}{a/\allowbreak{}b.json}"),
        ('<a id="x-1"></a>Here.', "Here."),
        (
            '<a id="x-1"></a>Here, and [there](#x-1).',
            r"\hypertarget{x-1}{}Here, and \hyperlink{x-1}{there}.",
        ),
        ("![A network](net.svg)", r"\emph{Not drawn here: A network.}"),
        ("- one\n- $x$", "\\begin{itemize}\n\\item\n\none\n\\item\n\n$x$\n\\end{itemize}"),
        (
            "```yaml\na:  {b}\n\n# 5%\n```",
            "\\begin{code}\n\\codeline{a:\\ \\ \\{b\\}}\n\\codeline{}\n"
            "\\codeline{\\#\\ 5\\%}\n\\end{code}",
        ),
        (
            '<details markdown="1">\n<summary>More & more</summary>\n\n'
            "Unit:\n\n$$\nx\n$$\n\n</details>",
            "\\begin{fold}\n\n\\summary{More \\& more}\n\nUnit:\n\\formula{x}\n\n\\end{fold}",
        ),
        ("5 < 6 & <b>open", "5 \\textless{} 6 \\& open"),
        ("a &copy; b", "a © b"),
    ],
)
def test_an_element_of_markdown_is_one_of_latex(markdown, latex):
    assert written(markdown) == latex


def test_a_table_is_a_longtable_with_its_head_on_every_page():
    table = written("| Symbol | Value |\n|---|---|\n| $w_1$ | 5% |\n| $w_2$ | 6 |")
    assert table.splitlines() == [
        r"\begin{longtable}{@{}ll@{}}",
        r"\toprule",
        r"Symbol & Value \\",
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endlastfoot",
        r"\tall{$w_1$} & 5\% \\",
        r"\tall{$w_2$} & 6 \\",
        r"\end{longtable}",
    ]


def test_of_a_table_too_wide_the_columns_of_words_give_way():
    words = "word " * 40
    table = written(f"| A | B | C |\n|---|---|---|\n| $x$ | {words} | {words} {words} |")
    first, narrow, wide = re.fullmatch(
        r"@\{\}(.)P\{([\d.]+)\}P\{([\d.]+)\}@\{\}",
        table.splitlines()[0][len(r"\begin{longtable}{") : -1],
    ).groups()
    assert first == "l"
    assert 0.1 < float(narrow) < float(wide) < 0.8
    assert float(narrow) + float(wide) < 1


@pytest.mark.parametrize(
    ("latex", "width"),
    [
        ("w_1", 1.75),
        (r"\delta_{h1} = -0.5", 1 + 2 * 0.75 + 5),
        (r"\frac{\partial L}{\partial W_{12}^{[1]}}", 0.2 * 2 + 0.75 * (2 + 5 * 0.75)),
        (r"\left(a^{2}\right)^2", 4.5),
        (r"x_{\text{hours of sleep}}", 1 + 0.75 * 12),
    ],
)
def test_the_width_of_a_formula_is_estimated_in_characters(latex, width):
    assert formula_width(latex) == ceil(width)


def test_every_special_character_is_escaped():
    assert escaped("#$%&_{}\\~^<>⁻⁵") == (
        r"\#\$\%\&\_\{\}\textbackslash{}\textasciitilde{}\textasciicircum{}"
        r"\textless{}\textgreater{}$^{-}$$^{5}$"
    )


def test_a_figure_is_drawn_with_its_texts_escaped():
    figure = network_figure(
        [[Label("a & b")], [Label("y")]], [[[Label("w", "1", value="50%")]]], [Label("b")], "T", "D"
    )
    drawing = written("![A network](n%20et.svg)", **{"n et.svg": figure})
    assert drawing.count("circle[") == 3
    assert drawing.count(r"\draw[") == len(figure.wires)
    assert r"a \& b" in drawing and r"50\%" in drawing


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_every_formula_heading_and_table_of_a_page_is_in_its_document(path):
    document, page = document_of(path.read_text(encoding="utf-8"))
    at = 0
    for formula in MarkdownPage(page).formulas:
        at = document.index(formula.latex.strip(), at)
    rows = re.findall(r"^\|(?!---)", page, re.M)
    tables = re.findall(r"^\|---", page, re.M)
    assert document.count(r"\begin{longtable}") == len(tables)
    assert len(re.findall(r" \\\\$", "\n".join(tables_of(document)), re.M)) == len(rows)
    headings = re.findall(r"^#{2,4} ", page.split("## About this page")[0], re.M)
    assert len(re.findall(r"^\\(?:sub)*section\{", document, re.M)) == len(headings) + 1
    assert document.count(r"\begin{fold}") == page.count("<details")


def tables_of(document):
    return re.findall(r"\\begin\{longtable\}.*?\\end\{longtable\}", document, re.S)


def test_it_says_how_it_is_compiled_and_is_the_same_each_time():
    document, _ = document_of(MAZUR)
    assert document.startswith("% Compile with LuaLaTeX, twice: lualatex FILE\n")
    assert document_of(MAZUR)[0] == document


# What TeX Live makes of it


def compiled(folder, document):
    """The log of LuaLaTeX's second run."""
    (folder / "net.tex").write_text(document, encoding="utf-8")
    command = ["lualatex", "-interaction=nonstopmode", "-halt-on-error", "net.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-1500:]
    return (folder / "net.log").read_text(encoding="utf-8", errors="replace")


def complaints(log):
    """Boxes that are too wide or too high by more than a point, and links that lead nowhere."""
    boxes = re.findall(r"^Overfull \\[hv]box \(([\d.]+)pt too (?:wide|high)\)", log, re.M)
    return [f"{size}pt" for size in boxes if float(size) > 1] + re.findall(r".*Warning: .*", log)


@needs_lualatex
@pytest.mark.slow
@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_document_of_an_example_compiles_and_nothing_stands_out(path, tmp_path):
    log = compiled(tmp_path, document_of(path.read_text(encoding="utf-8"))[0])
    assert complaints(log) == []
    assert "Missing character" not in log


@needs_lualatex
@pytest.mark.slow
def test_any_letters_and_signs_compile(tmp_path):
    document, _ = document_of(ODD)
    assert complaints(compiled(tmp_path, document)) == []


@needs_lualatex
@pytest.mark.slow
def test_an_unknown_command_and_a_wide_table_are_seen(tmp_path):
    document, _ = document_of(MAZUR)
    wide = document.replace("weight from input 1 to h1", "weight from input 1 to h1 " * 8)
    assert complaints(compiled(tmp_path, wide))
    with pytest.raises(AssertionError, match="Undefined control sequence"):
        compiled(tmp_path, document.replace(r"\approx", r"\approximately"))
