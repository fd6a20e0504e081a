"""The math font: what it holds, how large it is, and that a first build ships it."""

import shutil
import subprocess
import sys
import unicodedata
from base64 import b64decode
from html import unescape
from io import BytesIO
from pathlib import Path
from re import findall, search, sub

import pytest
from fontTools.ttLib import TTFont
from markdown import Markdown

from generator import math_font

ROOT = Path(__file__).parents[1]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
GREEK = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩϵϕ"

# What pages write, and what a notation of one's own may.
FORMULAS = [
    r"\frac{\partial E}{\partial w_5} \cdot 4.38 \times 10^{-4} \approx 1, 2 \ge 1 \le 3 \lt 4",
    r"\begin{bmatrix} 0.15 & 0.20 \end{bmatrix} \left( \frac{a}{b} \right) \lvert x \rvert",
    r"\underbrace{a (1 - a)}_{\text{local gradient}} \quad \sqrt{x} \sum_{i=1}^{n} x_i",
    r"\begin{cases} x & \text{if } x \ge 0 \\ 0 & \text{otherwise} \end{cases}",
    r"(W^\top \delta) \odot \sigma'(z) + x'' \hat{y} + \bar{x} + \tilde{w} + \dot{x}",
    r"\mathrm{net} \mathbf{W} \mathcal{L} \mathbb{R} \boldsymbol{\delta} \nabla \ell \infty",
    r"\ln x + \exp x + \tanh x + \max(0, x) + \log x \to \pm \lVert x \rVert",
    r"\alpha \beta \gamma \delta \epsilon \eta \theta \lambda \mu \sigma \phi \Delta \Sigma",
]
STRETCHED = "()[]{}|√∑⎵⏟⏞‖"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "fonts"
    math_font.write_math_font(folder)
    return folder


@pytest.fixture(scope="module")
def font(folder):
    return TTFont(BytesIO(data(folder)))


def data(folder):
    """The font file in the style sheet."""
    sheet = (folder / math_font.STYLE_SHEET).read_text(encoding="utf-8")
    return b64decode(search(r"data:font/woff2;base64,([^\"]+)", sheet)[1], validate=True)


def drawn(formulas):
    """The characters of formulas as MathML; a letter alone in `mi` is drawn in italics."""
    page = "".join(f"$$\n{formula}\n$$\n\n" for formula in formulas)
    html = Markdown(extensions=["generator.mathml:MathMLExtension"]).convert(page)
    html = sub(r"<annotation.*?</annotation>", "", html)
    upright = set(unescape(sub(r"<[^>]*>", "", html)))
    alone = {unescape(letter) for letter in findall(r"<mi>(&?\w+;?)</mi>", html)}
    return upright | {italic(letter) for letter in alone if letter in LETTERS + GREEK}


def italic(letter):
    if letter == "h":
        return "ℎ"  # its place among the italics is empty
    kind = "SMALL" if letter.islower() else "CAPITAL"
    special = {"ϵ": "EPSILON SYMBOL", "ϕ": "PHI SYMBOL", "ς": "SMALL FINAL SIGMA"}
    name = special.get(letter, f"{kind} {unicodedata.name(letter).split()[-1]}")
    return unicodedata.lookup(f"MATHEMATICAL ITALIC {name}")


def missing(font, characters):
    """The characters that a font cannot draw; those without a picture are nobody's loss."""
    held = font.getBestCmap()
    return {
        character
        for character in characters
        if ord(character) not in held and unicodedata.category(character) not in ("Cc", "Cf", "Mn")
    }


def test_every_character_of_the_formulas_is_in_the_font(font):
    assert missing(font, drawn(FORMULAS)) == set()


def test_the_letters_that_a_variable_is_drawn_with_are_in_the_font(font):
    assert missing(font, {italic(letter) for letter in LETTERS + GREEK}) == set()


def test_brackets_roots_and_braces_have_their_large_forms(font):
    constructions = font["MATH"].table.MathVariants
    held = set(constructions.VertGlyphCoverage.glyphs + constructions.HorizGlyphCoverage.glyphs)
    names = font.getBestCmap()
    assert [sign for sign in STRETCHED if names[ord(sign)] not in held] == []
    root = constructions.VertGlyphCoverage.glyphs.index(names[ord("√")])
    assert constructions.VertGlyphConstruction[root].GlyphAssembly is not None


def test_a_prime_is_large_enough_for_a_superscript(font):
    whole = TTFont(math_font._whole_font())
    heights = [one["glyf"][one.getBestCmap()[ord("′")]] for one in (font, whole)]
    ours, plain = (glyph.yMax - glyph.yMin for glyph in heights)
    assert ours > 1.3 * plain


def test_the_font_is_small_and_its_licence_stands_beside_it(folder):
    assert 40_000 < len(data(folder)) < 120_000
    licence = (folder / math_font.LICENCE).read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert "Copyright 2001-2020 The STIX Fonts Project Authors" in licence
    assert sorted(file.name for file in folder.iterdir()) == [
        math_font.STYLE_SHEET,
        math_font.LICENCE,
    ]


def test_a_font_that_stands_there_is_left_alone_until_the_recipe_changes(folder, monkeypatch):
    written = (folder / math_font.STYLE_SHEET).stat().st_mtime_ns
    math_font.write_math_font(folder)
    assert (folder / math_font.STYLE_SHEET).stat().st_mtime_ns == written
    monkeypatch.setattr(math_font, "RECIPE", "another")
    math_font.write_math_font(folder)
    assert (folder / math_font.STYLE_SHEET).stat().st_mtime_ns > written


def test_a_build_in_a_wrong_folder_is_told_so(tmp_path):
    with pytest.raises(ValueError, match="build where mkdocs"):
        math_font.write_math_font(tmp_path / "docs" / "fonts")


def clean_clone(folder):
    """A copy of what git holds, and of what it would."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not in a git repository")
    for name in filter(None, listed.stdout.splitlines()):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    assert not (folder / "docs" / "fonts").exists()
    return folder


COMMANDS = {
    "mkdocs": [["mkdocs", "build", "--strict"]],
    "zensical": [["generator.math_font"], ["zensical", "build", "--strict"]],
}


@pytest.mark.slow
@pytest.mark.parametrize("tool", COMMANDS)
def test_the_first_build_in_a_clean_clone_ships_the_font(tool, tmp_path):
    pytest.importorskip(tool)
    clone = clean_clone(tmp_path)
    for command in COMMANDS[tool]:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=clone, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(data(clone / "site" / "fonts")) > 40_000
    assert (clone / "site" / "fonts" / math_font.LICENCE).exists()


# The checker itself


def test_a_character_that_the_font_lacks_is_seen(font):
    assert missing(font, "w→あ") == {"あ"}
    assert italic("w") == "\U0001d464"
    assert "ℎ" in drawn(["h"])
