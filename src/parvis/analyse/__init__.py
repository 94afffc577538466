"""`parvis analyse`: the statistics of the barometer on files of one's own, without a database.

Analysts give a CSV file and a YAML configuration, and get a table, JSON or CSV; every bad input
gets a sentence that names the file, the line and the field. `docs/analyse.md` is the manual.
"""
