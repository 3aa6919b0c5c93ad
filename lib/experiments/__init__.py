"""Experiments: what the course claims, measured over several seeds.

Each module here is one experiment. It has `CASES` (what is varied, a list of dictionaries), `DEPENDS_ON` (the modules
of `lib` whose change makes its figures old), `run_case(case)` (one case measured: a dictionary of plain numbers and
lists) and `summarise(rows)` (the text that is printed).
"""
