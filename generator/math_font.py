"""The math font of the site: a subset of STIX Two Math, made while the site is built.

The whole font is inside the PyPI package `ziamath`. It is read there and never imported; fontTools
cuts it to what mathematics on a page can use and compresses it. The licence, the SIL Open Font
License 1.1, is written beside it, as it asks.

The font is written inside a style sheet. A browser waits for the style sheets before it paints, and
so the mathematics stands where it will stay; a font file could arrive later and move the page.
"""

from __future__ import annotations

from base64 import b64encode
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

STYLE_SHEET, LICENCE = "stix-two-math.css", "stix-two-math.txt"

# The name is not that of the whole font, so that a reader's own can come next in a list of fonts,
# for a character that is not in this one.
FONT_FACE = """\
/* A part of STIX Two Math; its licence is in stix-two-math.txt. */
@font-face {
  font-family: "Site Math";
  font-display: block;
  src: url("data:font/woff2;base64,%s") format("woff2");
}
"""

# Code points that stand on a page, or that a browser puts in a letter's place: a variable w in
# `mi` is drawn as U+1D464. Enough for a notation of one's own, not for all of mathematics.
CHARACTERS = [
    (0x0020, 0x007E),  # Latin letters, digits
    (0x00A0, 0x00FF),
    (0x0131, 0x0131),  # dotless i and j, for accents
    (0x0237, 0x0237),
    (0x02C6, 0x02DD),  # accents: hat, bar, tilde, dots
    (0x0300, 0x0338),
    (0x0391, 0x03C9),  # Greek, and its variant forms
    (0x03D1, 0x03D6),
    (0x03F0, 0x03F5),
    (0x2010, 0x205F),  # dashes, primes, dots, spaces
    (0x2061, 0x2064),  # invisible operators
    (0x20D0, 0x20DC),  # arrows and dots above
    (0x2100, 0x214F),  # ℓ, ℝ, ℒ and the other letters that have a place of their own
    (0x2190, 0x21D5),  # arrows
    (0x2200, 0x22FF),  # operators: ∂ ∇ ∑ √ ⊙ ⊤ ⋅ ≈ ≤
    (0x2308, 0x230B),  # ceiling and floor
    (0x239B, 0x23B7),  # pieces of large brackets
    (0x23DC, 0x23E1),  # braces above and below
    (0x27E6, 0x27EB),  # angle brackets
    (0x27F5, 0x27FA),
    (0xFE00, 0xFE00),
    (0x1D400, 0x1D4CF),  # bold, italic, bold italic, script
    (0x1D538, 0x1D56B),  # double-struck
    (0x1D6A4, 0x1D755),  # Greek: bold, italic, bold italic
]

PRIMES = (0x2032, 0x2033, 0x2034)

RECIPE = "3"  # another number makes the font anew where an older one stands

_ONE_AT_A_TIME = Lock()  # a site's pages may be converted side by side


def write_math_font(folder: Path) -> None:
    """Write the font and its licence into a folder, unless those of this recipe stand there.

    The licence is written last: it is there only where a whole font stands beside it.
    """
    if not folder.parent.is_dir():
        raise ValueError(f"{folder}: no folder {folder.parent} here; build where mkdocs.yml stands")
    with _ONE_AT_A_TIME:
        notice = _notice()
        sheet, licence = folder / STYLE_SHEET, folder / LICENCE
        if sheet.exists() and licence.exists() and licence.read_text(encoding="utf-8") == notice:
            return
        folder.mkdir(exist_ok=True)
        whole = sheet.with_name(f".{STYLE_SHEET}")
        whole.write_text(FONT_FACE % b64encode(_subset(_whole_font())).decode(), encoding="utf-8")
        whole.replace(sheet)
        licence.write_text(notice, encoding="utf-8")


def _notice() -> str:
    """The licence, and which font and recipe it came from."""
    text = (Path(__file__).parent / "licences" / "STIX-Two-Math.txt").read_text(encoding="utf-8")
    return f"{text}\n(From ziamath {version('ziamath')}, recipe {RECIPE}.)\n"


def _whole_font() -> Path:
    package = find_spec("ziamath")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the math font is in the package ziamath: pip install ziamath")
    return Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"


def _subset(source: Path) -> bytes:
    """The cut font as WOFF2; the MATH table brings the variants and pieces of what stays."""
    from fontTools import subset  # 0.2 s, which only the first build pays

    options = subset.Options(
        flavor="woff2",
        hinting=False,
        layout_features=[],  # their alternates would double the file
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 11, 13, 14],
        notdef_outline=True,
        drop_tables=[*subset.Options().drop_tables, "DSIG", "GSUB", "GPOS", "GDEF"],
    )
    font = subset.load_font(str(source), options)
    _raise_primes_less(font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for low, high in CHARACTERS for code in range(low, high + 1)])
    subsetter.subset(font)
    written = BytesIO()
    subset.save_font(font, written, options)
    return written.getvalue()


def _raise_primes_less(font: Any) -> None:
    """Draw a prime by its form for superscripts, where MathML always has it.

    The plain form is small and raised already; as a superscript it would be both twice. Browsers
    differ in whether they ask the font's feature `ssty` for the other.
    """
    table = font["GSUB"].table
    features = [one.Feature for one in table.FeatureList.FeatureRecord if one.FeatureTag == "ssty"]
    lookups = {number for feature in features for number in feature.LookupListIndex}
    forms: dict[str, list[str]] = {}
    for number in sorted(lookups):
        for rules in table.LookupList.Lookup[number].SubTable:
            forms |= getattr(getattr(rules, "ExtSubTable", rules), "alternates", {})
    for cmap in font["cmap"].tables:
        if hasattr(cmap, "cmap"):
            cmap.cmap |= {
                code: forms[cmap.cmap[code]][0] for code in PRIMES if cmap.cmap.get(code) in forms
            }


if __name__ == "__main__":  # python -m generator.math_font: Zensical lists files before it converts
    write_math_font(Path("docs/fonts"))
