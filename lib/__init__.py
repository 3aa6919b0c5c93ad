"""Plumbing for the course "Events in video": what more than one notebook needs."""

import os

# OpenCV looks at this when it is loaded: a picture with more pixels is refused by its header, before memory is
# taken for it. 200 million is the most that a telephone's camera gives.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(200_000_000))
