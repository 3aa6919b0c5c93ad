"""How trouble with a video is told."""

from lib.core.errors import CourseError


class VideoError(CourseError, OSError):
    """A video cannot be read or written; the message names it and the way out."""


class VideoWarning(UserWarning):
    """A video came out as far as it goes, but something about the file is wrong."""
