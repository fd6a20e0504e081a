"""LaTeX letters as Unicode for the figures, and as words for anchors; which letters there are."""

from __future__ import annotations

import re
import unicodedata

# The Greek letters of DESIGN 4.5, and what the figures print for them.
GREEK = {
    r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\delta": "δ", r"\epsilon": "ε",
    r"\varepsilon": "ε", r"\zeta": "ζ", r"\eta": "η", r"\theta": "θ", r"\kappa": "κ",
    r"\lambda": "λ", r"\mu": "μ", r"\nu": "ν", r"\xi": "ξ", r"\pi": "π", r"\rho": "ρ",
    r"\sigma": "σ", r"\tau": "τ", r"\phi": "φ", r"\varphi": "φ", r"\chi": "χ", r"\psi": "ψ",
    r"\omega": "ω", r"\Gamma": "Γ", r"\Delta": "Δ", r"\Theta": "Θ", r"\Lambda": "Λ", r"\Xi": "Ξ",
    r"\Pi": "Π", r"\Sigma": "Σ", r"\Phi": "Φ", r"\Psi": "Ψ", r"\Omega": "Ω", r"\ell": "ℓ",
}  # fmt: skip

# What stands above a letter, as a combining character; a font changes nothing in a figure.
ACCENTS = {r"\hat": "\u0302", r"\bar": "\u0304", r"\tilde": "\u0303"}
FONTS = frozenset([r"\mathbf", r"\mathcal"])


def plain_text(latex: str) -> str:
    r"""LaTeX of a symbol's part in Unicode: `\hat y` is ŷ, `\text{in}` is in, `\theta` is θ."""
    text = re.sub(r"\\(?:text|mathrm)\{([^{}]*)\}", r"\1", latex)
    text = re.sub(r"\\[A-Za-z]+", lambda found: GREEK.get(found[0], found[0]), text)
    for command, mark in ACCENTS.items():
        text = re.sub(rf"{re.escape(command)} *(\w)", rf"\g<1>{mark}", text)
    for command in FONTS:
        text = re.sub(rf"{re.escape(command)} *", "", text)
    return unicodedata.normalize("NFC", text.replace("{", "").replace("}", ""))


def anchor_word(latex: str) -> str:
    r"""A letter as an anchor calls it: `\hat y` is y-hat, `\theta` is theta, `W` is w."""
    latex = re.sub(r"\\(?:text|mathrm)\{([^{}]*)\}", r"\1", latex)
    *marks, letter = re.findall(r"\\?[A-Za-z]+", latex)
    names = [mark.removeprefix("\\") for mark in marks if mark in ACCENTS]
    return "-".join([letter.removeprefix("\\"), *names]).lower()
