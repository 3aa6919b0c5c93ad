"""A season of matches: `label` on many processes or machines, through dask.distributed.

The client (`run`) hands out clips and spans of long clips; workers (`tasks`) score them, smooth and write. Only paths,
hashes and rows of the list pass the scheduler. What is finished is known from the files alone (`folder`).
"""
