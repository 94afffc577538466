"""Reading what other platforms export: Decidim, Polis, Pabulib.

A reader turns a file into texts and ballots, line by line, and says of each line it leaves out why.
It touches no database: `operations.import_writing` writes what it read.
"""
