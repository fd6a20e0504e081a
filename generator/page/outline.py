"""The outline of a page: plain values that a template substitutes, loops over and includes.

Every decision is taken before: what a section has nothing to say about is empty
or None. All symbols and numbers are LaTeX without its dollar signs.
"""

from __future__ import annotations

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
class ForwardLayer:
    """A layer's forward pass, unit by unit."""

    title: str
    activation: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class BackwardLayer:
    """A layer's backward pass.

    paths: through how many units of the next layer each unit reaches the loss;
        0 for the output layer.
    is_coupled: whether each activation depends on all pre-activations (softmax).
    has_shortcut: whether the error signals have a short form (p - t).
    silent: the units whose slope is 0, through which nothing flows back.
    signals: a unit's gradient in its activation, its slope, its error signal.
    chain: the first weight's gradient with all of its factors; weights: those
        of the other weights, one block a unit.
    """

    title: str
    paths: int
    is_coupled: bool
    has_shortcut: bool
    silent: tuple[str, ...]
    is_relu: bool
    signals: tuple[Unit, ...]
    first_weight: str
    first_target: str
    chain: Block
    weights: tuple[Block, ...]
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
    """A parameter before and after the update."""

    symbol: str
    before: str
    gradient: str
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
    the parameter, else empty; one_block_each: whether a parameter has a block
    of its own; all_move: whether no parameter is frozen.
    """

    optimizer: str
    rate_symbol: str
    rate: str
    optimizer_title: str
    quirk: str
    state: tuple[str, ...]
    decay: str
    one_block_each: bool
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
    """

    title: str
    source: str
    source_link: str
    figure: str
    figure_text: str
    shape: tuple[str, ...]
    has_bias: bool
    digits: int
    result_digits: int
    givens: tuple[Row, ...]
    meanings: tuple[Row, ...]
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
