"""Plumbing for the course "Events in video": what more than one notebook needs."""

import os
import sys

if not (3, 11) <= sys.version_info[:2] < (3, 14):  # before anything that an older Python cannot read
    sys.exit(
        "The course needs Python 3.11, 3.12 or 3.13: name one that you have, as in `make course PYTHON=python3.12` or "
        "`py -3.12 -m lib setup`."
    )

from lib.core.checks import MOST_PIXELS

# OpenCV looks at this when it is loaded: a picture with more pixels is then refused by its header, before memory is
# taken for it.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))
