"""Two whole programs that print a page's numbers: one in NumPy, one in PyTorch.

Both are text, made from the example alone: its numbers as they were typed, and of
every table only the entry that it uses, from the entry's own `code`. They need
nothing of this project, and print the same lines in the same order.
"""

from generator.page.numpy_program import numpy_program
from generator.page.pytorch_program import pytorch_program

__all__ = ["numpy_program", "pytorch_program"]
