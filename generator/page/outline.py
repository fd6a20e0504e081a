"""The outline of a page: plain values that a template substitutes, loops over and includes.

Every decision is taken before: what a section has nothing to say about is empty
or None. All symbols and numbers are LaTeX without its dollar signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from generator.page.equations import Block


@dataclass(frozen=True)
class Row:
    """A row of a table: a symbol with its value, and what it is."""

    anchor: str
    symbol: str
    meaning: str
    value: str


@dataclass(frozen=True)
class Unit:
    """One unit's equations."""

    name: str
    block: Block


@dataclass(frozen=True)
class Values:
    """A row of a table of values: what they belong to, and each as a statement or a number.

    anchors: of the quantities that stand nowhere else in the open.
    """

    anchors: tuple[str, ...]
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Arrays:
    """The table of a network's arrays: a column for each layer, a row for each kind of array.

    samples: how many columns those arrays have that have one for each sample.
    """

    titles: tuple[str, ...]
    rows: tuple[Values, ...]
    samples: int


@dataclass(frozen=True)
class ForwardLayer:
    """A layer's forward pass, unit by unit; a row for each unit has its values."""

    title: str
    units: tuple[Unit, ...]
    rows: tuple[Values, ...]


@dataclass(frozen=True)
class LayerMatrices:
    """A layer's laws as matrices."""

    title: str
    block: Block


@dataclass(frozen=True)
class Stage:
    """A stage on the way to a unit's error signal.

    kind: `towards` (the loss's gradient in the activation), `slope`, `signal`,
    or `mixed` (the error signal where it depends on all units).
    """

    kind: str
    block: Block


@dataclass(frozen=True)
class BackwardLayer:
    """A layer's backward pass.

    number: the layer's, from 1.
    paths: through how many units of the next layer each unit reaches the loss;
        0 for the output layer.
    is_coupled: whether each activation depends on all pre-activations (softmax).
    has_shortcut: whether the error signals have a short form (p - t).
    silent: the units whose slope is 0, through which nothing flows back.
    first_unit: the unit worked out in full; stages: its way to its error signal.
    other_units: the same of the others; signals: a row of values for each unit.
    recursion: the law of a hidden layer's error signals, where it can be written.
    factors: the chain rule for the first weight in symbols, where it has three factors.
    first_weight: worked out in full in weight; other_weights: those of the others;
    gradients: a row for each weight.
    """

    title: str
    number: int
    paths: int
    is_coupled: bool
    has_shortcut: bool
    silent: tuple[str, ...]
    is_relu: bool
    first_unit: str
    stages: tuple[Stage, ...]
    other_units: tuple[Unit, ...]
    signals: tuple[Values, ...]
    recursion: Block | None
    factors: Block | None
    first_weight: str
    weight: Block
    other_weights: tuple[Block, ...]
    gradients: tuple[Values, ...]
    biases: tuple[Block, ...]
    has_shared_bias: bool


@dataclass(frozen=True)
class SamplePass:
    """One sample's way forward and back; number is 0 where it is the only sample."""

    number: int
    layers: tuple[ForwardLayer, ...]
    loss_terms: tuple[Block, ...]
    loss: tuple[Block, ...]
    backward: tuple[BackwardLayer, ...]


@dataclass(frozen=True)
class Loss:
    """The loss of the page; has_half where its terms carry a factor of one half."""

    symbol: str
    name: str
    outputs: int
    has_half: bool
    has_penalty: bool
    is_mean: bool
    reduction: str
    total: tuple[Block, ...]


@dataclass(frozen=True)
class Change:
    """A parameter before and after the update; change is what it moves by.

    anchors: of the quantities of its update, where its equations are folded away.
    """

    anchors: tuple[str, ...]
    symbol: str
    before: str
    gradient: str
    change: str
    after: str


@dataclass(frozen=True)
class FrozenBiases:
    """The biases that the update leaves alone, and what it would do otherwise."""

    symbols: tuple[str, ...]
    changes: tuple[Change, ...]
    loss_after: str


@dataclass(frozen=True)
class Update:
    """The step of the optimizer and the second forward pass.

    state: what the optimizer remembers at the start; decay: `gradient` where
    weight decay is added to the gradient, `parameter` where it is taken from
    the parameter, else empty; all_move: whether no parameter is frozen.
    """

    optimizer: str
    rate_symbol: str
    rate: str
    optimizer_title: str
    quirk: str
    state: tuple[str, ...]
    decay: str
    all_move: bool
    blocks: tuple[Block, ...]
    changes: tuple[Change, ...]
    frozen_biases: FrozenBiases | None
    after: tuple[SamplePass, ...]
    total_after: tuple[Block, ...]
    loss_before: str
    loss_after: str
    outcome: str


@dataclass(frozen=True)
class Milestone:
    """A row of the training table: the loss before a step.

    plain_loss: the same without momentum, where the optimizer has some, else empty.
    """

    step: int
    loss: str
    plain_loss: str


@dataclass(frozen=True)
class Training:
    """The steps after the first: losses at milestones and at the end."""

    steps: int
    milestones: tuple[Milestone, ...]
    final_loss: str
    plain_final_loss: str
    batch_size: int
    samples: int


@dataclass(frozen=True)
class Check:
    """What a reader can check: the direction of a step, and a gradient by a central difference.

    is_positive: the sign of the gradient; before and after are empty where the
    weight does not move against it.
    """

    weight: str
    gradient: str
    is_positive: bool
    before: str
    after: str
    weight_above: str
    loss_above: str
    weight_below: str
    loss_below: str
    quotient: str


@dataclass(frozen=True)
class MistakeRow:
    """A row of the table of mistakes: which one, and the numbers that it confuses."""

    kind: str
    symbol: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Figures:
    """The names of a page's figures, "" where there is none; paths: one for each hidden layer."""

    network: str
    paths: tuple[str, ...]
    gradients: str
    loss: str


@dataclass(frozen=True)
class Colophon:
    """How a page came about: its configuration, the generator's version, what goes with it.

    configuration: the text of the YAML file; golden_values: the link to the JSON file;
    downloads: the links to the page in other formats, by format.
    """

    configuration: str
    version: str
    golden_values: str
    downloads: Mapping[str, str]

    @property
    def fence(self) -> str:
        """What a block of the configuration begins and ends with: more backticks than are in it."""
        longest = max(map(len, re.findall("`+", self.configuration)), default=0)
        return "`" * max(3, longest + 1)


@dataclass(frozen=True)
class PyTorch:
    """What PyTorch said: the losses, the second empty without an update.

    bound: the power of ten that its relative differences from this page are below.
    """

    version: str
    before: str
    after: str
    bound: str


@dataclass(frozen=True)
class Reproduce:
    """Two whole programs that print the page's numbers."""

    numpy: str
    pytorch: str


@dataclass(frozen=True)
class Page:
    """Everything on a page.

    corners: the pre-activations that are 0 in decimals and not in float64.
    rounding: `exact` or `stepwise`.
    is_compact: without what folds away and without what only checks the page.
    shows_units: whether the units are worked out one by one.
    arrays: a row for each array of a layer; its cells are its symbol and shape, layer by layer.
    """

    title: str
    source: str
    source_link: str
    figures: Figures
    figure_text: str
    shape: tuple[str, ...]
    has_bias: bool
    digits: int
    result_digits: int
    rounding: str
    is_compact: bool
    shows_units: bool
    givens: tuple[Row, ...]
    meanings: tuple[Row, ...]
    arrays: Arrays | None
    given_matrices: Block | None
    forward_law: Block | None
    forward_matrices: tuple[LayerMatrices, ...]
    backward_matrices: tuple[LayerMatrices, ...]
    samples: tuple[SamplePass, ...]
    corners: tuple[str, ...]
    loss: Loss | None
    reduced: tuple[Block, ...]
    update: Update | None
    training: Training | None
    check: Check | None
    pytorch: PyTorch | None
    mistakes: tuple[MistakeRow, ...]
    reproduce: Reproduce
    values: tuple[Row, ...]
    colophon: Colophon
