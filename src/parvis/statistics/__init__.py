"""Pure numerics of the barometer: no Django, no input or output, NumPy arrays in and out.

Each function gives shapes, units, errors and source in its docstring; `docs/statistics.md` explains
the methods to readers and gives the figures of the simulations.
"""
