"""A page held against a network: what each symbol means, and each value beside the right one."""
