"""Plumbing for the course "Events in video": what more than one notebook needs."""

import os

from lib.core.checks import MOST_PIXELS

# OpenCV looks at this when it is loaded: a picture with more pixels is then refused by its header, before memory is
# taken for it.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))
