"""Drawn weights: the same seed gives the same file, everywhere."""

import json

import pytest

from generator import generate
from generator.network.initializers import INITIALIZERS

# Python's random.Random(42) begins 0.6394, 0.0250, 0.2750, 0.2232; the normal quantiles of these
# are 0.357, -1.960, -0.598, -0.762, and the bound of a 2-2 layer is sqrt(6 / 4) = 1.2247.
KEPT = {
    "uniform": [[0.64, 0.03], [0.28, 0.22]],
    "normal": [[0.36, -1.96], [-0.6, -0.76]],
    "xavier_uniform": [[0.34, -1.16], [-0.55, -0.68]],
}


def weights(init, seed, digits=2):
    text = f"""\
seed: {seed}
network:
  inputs: 2
  layers: [{{units: 2, activation: linear, weights: {{init: {init}, digits: {digits}}}}}]
samples: [{{inputs: [1, 2]}}]
"""
    return json.loads(generate(text, "net", ["json"])["net.json"])["steps"][0]["layers"][0][
        "weights"
    ]


@pytest.mark.parametrize("init", KEPT)
def test_a_seed_gives_the_same_weights_everywhere(init):
    assert weights(init, 42) == KEPT[init]


@pytest.mark.parametrize("init", sorted(set(INITIALIZERS) - {"zeros", "ones", "constant"}))
def test_another_seed_gives_other_weights(init):
    assert weights(init, 1, digits=6) == weights(init, 1, digits=6) != weights(init, 2, digits=6)


def test_weights_have_the_digits_that_were_asked_for():
    drawn = [value for row in weights("normal", 7, digits=1) for value in row]
    assert drawn == [round(value, 1) for value in drawn]
