"""A page held against itself: its chains, what it puts in for its symbols, what it leaves open."""
