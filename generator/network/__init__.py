"""Networks: layers, activations, losses and optimizers as tables; forward, backward, training.

This package knows no YAML and no page.
"""
