"""Kinds of layer, each a module: its forward formula and its law of gradients."""
