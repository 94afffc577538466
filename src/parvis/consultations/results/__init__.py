"""What a closed phase says: counted once from its anonymous votes, then shown and given away.

Each kind has a module: `count(phase)` makes the JSON kept in `Phase.result`, `shown(phase)` what
the template of the same name (`consultations/results/_opinions.html`) reads of it.
"""
