"""What a quantity of a network is called: its role and its indices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=False)
class Name:
    """The name of a quantity.

    role: `input`, `target`, `weight`, `bias`, `pre_activation`, `activation`,
        `loss_term`, `sample_loss`, `data_loss`, `penalty`, `loss`; a
        hyperparameter such as `learning_rate`; an optimizer's state for the
        parameter `of`, by PyTorch's name, such as `exp_avg`; or `gradient` (of
        the loss `by` in `of`) and `local_derivative` (of `of` in `by`).
    layer: 1 for the first layer with weights; 0 where there is none.
    unit, source: the unit in its layer, the unit a weight leaves; from 0. A bias
        without a unit is shared by its layer.
    sample: from 0. step: how many updates went before.
    """

    role: str
    layer: int = 0
    unit: int | None = None
    source: int | None = None
    sample: int | None = None
    step: int = 0
    of: Name | None = None
    by: Name | None = None

    def __str__(self) -> str:
        if self.of is not None:
            by = f" by {self.by}" if self.by is not None else ""
            return f"{self.role.replace('_', ' ')} of {self.of}{by}"
        parts = [self.role.replace("_", " ")]
        if self.layer:
            parts.append(f"in layer {self.layer}")
        if self.source is not None and self.unit is not None:
            parts.append(f"from unit {self.source + 1} to unit {self.unit + 1}")
        elif self.unit is not None:
            parts.append(f"of unit {self.unit + 1}")
        if self.sample is not None:
            parts.append(f"for sample {self.sample + 1}")
        if self.step:
            parts.append(f"after {self.step} update{'s' if self.step > 1 else ''}")
        return " ".join(parts)
