"""Errors that are meant for people: what is wrong, and the way out, in one sentence.

Commands print such a sentence alone. Any other exception is a fault of the course and keeps its traceback.
"""


class CourseError(Exception):
    """The base of all errors that a user can resolve; the message names the file or value, and the way out."""


class InputError(CourseError, ValueError):
    """A value, a file's contents or a combination of options cannot be used."""


class FileError(CourseError, OSError):
    """A file or folder cannot be read or written."""


class PhotoError(CourseError, ValueError):
    """A photo, or a folder of them, cannot be used."""


class VideoError(CourseError, OSError):
    """A video cannot be read or written."""


class VideoWarning(UserWarning):
    """A video is read or written as far as possible, but something about the file is wrong."""
