"""The forward pass of a page, the first and the one after the update, and the loss."""

from __future__ import annotations

from collections.abc import Iterator

from generator.network.forward import ForwardPass
from generator.network.training import TrainingStep
from generator.page.backward import backward_layers
from generator.page.equations import Block, Equation, Writer, block, blocks
from generator.page.outline import ForwardLayer, Loss, SamplePass, Unit, Values
from generator.page.tables import layer_title


def samples(step: TrainingStep, values: ForwardPass, write: Writer) -> tuple[SamplePass, ...]:
    count = len(step.example.samples)
    return tuple(
        SamplePass(
            number=sample + 1 if count > 1 else 0,
            layers=tuple(_forward_layers(step, values, sample, write)),
            loss_terms=blocks(_loss_terms(values, sample, write)),
            loss=_sample_loss(values, sample, write),
            backward=tuple(backward_layers(step, sample, write))
            if values is step.forward and step.by_sample
            else (),
        )
        for sample in range(count)
    )


def _forward_layers(
    step: TrainingStep, values: ForwardPass, sample: int, write: Writer
) -> Iterator[ForwardLayer]:
    for index, layer in enumerate(values.layers):
        units, rows = [], []
        for unit, (z, a) in enumerate(
            zip(layer.pre_activations[:, sample], layer.activations[:, sample], strict=True)
        ):
            own = block([write.equation(z), write.equation(a)])
            units.append(Unit(write.symbols.heading(index + 1, unit), own))
            words = write.symbols.unit_in_words(index + 1, unit)
            rows.append(Values(own.anchors, words, (write.stated(z), write.stated(a))))
        yield ForwardLayer(layer_title(step.example, index), tuple(units), tuple(rows))


def _loss_terms(values: ForwardPass, sample: int, write: Writer) -> list[Equation]:
    if values.loss is None or len(values.loss.terms) == 1:
        return []
    return [write.equation(term) for term in values.loss.terms[:, sample]]


def _sample_loss(values: ForwardPass, sample: int, write: Writer) -> tuple[Block, ...]:
    """The equation of a sample's own loss, where there are several samples."""
    if values.loss is None or len(values.loss.samples) == 1:
        return ()
    return blocks([write.equation(values.loss.samples[sample])])


def loss(step: TrainingStep, write: Writer) -> Loss | None:
    if step.forward.loss is None or step.example.loss is None:
        return None
    return Loss(
        symbol=write.symbol(step.forward.loss.total.item()),
        name=step.example.loss.name.replace("_", " "),
        outputs=step.example.outputs,
        has_half=step.example.loss.has_half,
        has_penalty=step.example.has_penalty,
        is_mean=step.example.loss.is_mean,
        reduction=step.example.reduction,
        total=totals(step.forward, write),
    )


def totals(values: ForwardPass, write: Writer) -> tuple[Block, ...]:
    """The loss over all samples, with the penalty where there is one."""
    assert values.loss is not None
    parts = [values.loss.data, values.loss.penalty, values.loss.total]
    distinct = dict.fromkeys(part.item() for part in parts if part is not None)
    return blocks([write.equation(part) for part in distinct])
