r"""An example for every key of a configuration, by its path, as it stands in the file."""

from __future__ import annotations

EXAMPLES: dict[str, str] = {
    "title": "title: Our first network",
    "source": "source: https://example.org/lecture-3.html",
    "summary": "summary: The whole of backpropagation with one weight and one bias.",
    "seed": "seed: 7",
    "network": """\
network:
  inputs: 2
  layers:
    - {activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], biases: [0.35, 0.1]}
    - {activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], biases: [0.60, -0.2]}""",
    "network.inputs": "inputs: [height, weight]",
    "network.outputs": "outputs: [cat, dog]",
    "network.weights_layout": "weights_layout: in_out",
    "network.layers": """\
layers:
  - {units: 3, activation: tanh, weights: {init: xavier_uniform}, bias: 0.1}
  - {units: 2, activation: linear, weights: {init: xavier_uniform}}""",
    "network.layers[].units": "units: 2",
    "network.layers[].names": "names: [left, right]",
    "network.layers[].activation": "activation: {name: leaky_relu, negative_slope: 0.1}",
    "network.layers[].weights": "weights: [[0.15, 0.20], [0.25, 0.30]]",
    "network.layers[].bias": "bias: 0.35",
    "network.layers[].biases": "biases: [0.35, 0.1]",
    "network.layers[].trainable": "trainable: {weights: true, bias: false}",
    "network.layers[].trainable.weights": "weights: false",
    "network.layers[].trainable.bias": "bias: false",
    "samples": """\
samples:
  - {inputs: [0.05, 0.10], targets: [0.01, 0.99]}
  - {inputs: [0.20, 0.30], targets: [0.99, 0.01]}""",
    "samples[].inputs": "inputs: [0.05, 0.10]",
    "samples[].targets": "targets: [0.01, 0.99]",
    "reduction": "reduction: sum",
    "loss": "loss: {name: huber, delta: 0.5}",
    "penalty": "penalty: {l1: 0.01, l2: 0.1}",
    "penalty.l1": "l1: 0.01",
    "penalty.l2": "l2: 0.1",
    "optimizer": "optimizer: {name: adam, learning_rate: 0.1}",
    "training": "training: {steps: 100, batch_size: 1}",
    "training.steps": "steps: 100",
    "training.batch_size": "batch_size: 2",
    "training.train_biases": "train_biases: false",
    "page": "page: {notation: mazur, digits: 6}",
    "page.notation": "notation: nielsen",
    "page.digits": "digits: 6",
    "page.result_digits": "result_digits: 12",
    "page.detail": "detail: compact",
    "page.views": "views: [matrix]",
    "page.rounding": "rounding: stepwise",
    "page.pytorch": "pytorch: true",
    "page.template": "template: lesson.jinja",
    "page.downloads": "downloads: [ipynb, latex]",
    "page.notation.like": "like: mazur",
    "page.notation.times": "times: dot",
    "page.notation.hidden_unit": "hidden_unit: 'h{unit}'",
    "page.notation.output_unit": "output_unit: 'o{unit}'",
    "page.notation.counts_through": "counts_through: true",
    "page.notation.first_layer": "first_layer: 2",
    "page.notation.input": "input: 'i_{unit}'",
    "page.notation.target": "target: 't_{unit}'",
    "page.notation.weight": "weight: 'v_{unit}{source}^{layer}'",
    "page.notation.weight.output": "weight.output: 'u_{unit}{source}^{layer}'",
    "page.notation.bias": r"bias: '\theta_{unit}^{layer}'",
    "page.notation.bias.output": "bias.output: 'c_{unit}^{layer}'",
    "page.notation.pre_activation": "pre_activation: 's_{unit}^{layer}'",
    "page.notation.pre_activation.output": "pre_activation.output: 's_{unit}'",
    "page.notation.activation": "activation: 'o_{unit}^{layer}'",
    "page.notation.activation.output": r"activation.output: '\hat{y}_{unit}'",
    "page.notation.error_signal": "error_signal: 'e_{unit}^{layer}'",
    "page.notation.error_signal.output": r"error_signal.output: '\epsilon_{unit}'",
    "page.notation.loss_term": "loss_term: 'C_{unit}'",
    "page.notation.sample_loss": "sample_loss: 'C'",
    "page.notation.data_loss": r"data_loss: 'C_\text{data}'",
    "page.notation.loss": r"loss: '\mathcal{E}'",
    "page.notation.penalty": r"penalty: '\Omega'",
    "page.notation.learning_rate": r"learning_rate: '\eta'",
}
