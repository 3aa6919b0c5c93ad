"""Draws the sample: photos and clips of three events, with the truth known for every picture and frame.

Everything is drawn with OpenCV and NumPy from a seed: no downloads, no fonts, no files.
"""

from lib.sample.clips import CLIPS, draw_clip
from lib.sample.photographs import draw_crowds, draw_photographs

# Raise it when what is drawn changes: every stored figure on the sample is then measured again.
VERSION = 2
