"""The demonstration: fictitious bodies, an edition drawn from a known truth, people to be played.

`build.py` puts it together; `docs/demo.md` describes the model, its parameters and what it gives.
"""
