"""Draws the sample: photographs and clips of three events, with the truth known for every picture and frame.

Everything is drawn with OpenCV and NumPy from a seed: no downloads, no fonts, no files.
"""

from lib.scenes.clips import CLIPS, draw_clip
from lib.scenes.photographs import draw_photographs

__all__ = ["CLIPS", "draw_clip", "draw_photographs"]
