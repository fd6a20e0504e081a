r"""The dense layer: z = W x + b.

Columns are samples, so x has the shape (fan_in, samples) and z (units, samples).
The weights have PyTorch's layout, one row a unit: (units, fan_in). The bias is
a column: (units, 1), or (1, 1) where the units share one, or None.
"""

from __future__ import annotations

from typing import Any

from generator.algebra.expression import FloatArray


def forward(weights: Any, bias: Any | None, x: Any) -> Any:
    """The pre-activations, from float64 arrays or from object arrays of quantities alike."""
    z = weights @ x
    return z if bias is None else z + bias


def law(
    weights: FloatArray, bias: FloatArray | None, x: FloatArray, delta: FloatArray
) -> tuple[FloatArray, FloatArray | None, FloatArray]:
    r"""The gradients in the weights, the bias and the input x, from those in z.

    With $\delta = \partial E / \partial z$: $\partial E / \partial W = \delta x^\top$,
    $\partial E / \partial b = \delta$ and $\partial E / \partial x = W^\top \delta$. The
    parameters' gradients are sums over the samples, a shared bias's over the units too.
    """
    if bias is not None:
        shared = bias.shape[0] < delta.shape[0]
        bias_gradient = delta.sum(keepdims=True) if shared else delta.sum(axis=1, keepdims=True)
    else:
        bias_gradient = None
    return delta @ x.T, bias_gradient, weights.T @ delta
