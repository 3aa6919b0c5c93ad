"""`python -m lib COMMAND …`: runs a command, and ends it in order when it fails or is stopped."""

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from types import FrameType

from lib.core import memory
from lib.core.errors import CourseError
from lib.core.messages import printable
from lib.core.signals import handled

ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # signals that end a program; no system has all of them
_SIGPIPE = 13  # the number of the signal for it, which Windows lacks


class Stopped(KeyboardInterrupt):
    """A signal asks this process to end. What tidies up after Ctrl-C tidies up after it.

    It is no plain KeyboardInterrupt because after some of those Python does not exit with the status that it is given.
    """


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit status.

    Args:
        arguments: the command's name and what follows it; those of this process when not given.

    Returns:
        0; 1 after one sentence on standard error, about something that the user can resolve; 130 after Ctrl-C, 143 after
        SIGTERM (128 and the signal's number), 141 when no one reads the output any more.

    Raises:
        SystemExit: after help, the version (status 0), or a wrong argument (status 2).
        Exception: a fault of the course, or, with `--traceback`, any error.
    """
    given = sys.argv[1:] if arguments is None else arguments
    called = " ".join(["python -m lib", *given[:1]])
    with _signals_stop() as signals:
        try:
            from lib.tools import command_line  # here, where Ctrl-C is seen to

            chosen = command_line.parsed(given)
            with memory.named(f"run {given[0]}"):
                return chosen.run(chosen) or 0
        except BrokenPipeError:  # no one reads the output any more (`| head`)
            signals.append(_SIGPIPE)
        except (CourseError, OSError) as error:
            if not signals:
                if "--traceback" in given:
                    raise
                print(f"{called}: {printable(' '.join(str(error).splitlines()))}", file=sys.stderr)
                return 1
        except ModuleNotFoundError as error:
            if not signals:
                name = error.name or "lib"
                if "--traceback" in given or name.partition(".")[0] == "lib":
                    raise
                print(f"{called}: {_without_packages(name, called)}", file=sys.stderr)
                return 1
        except KeyboardInterrupt:
            pass
        except Exception:  # what some libraries make of an interruption while they are imported
            if not signals:
                raise
        print(f"{called}: stopped.", file=sys.stderr)
        return 128 + (signals or [signal.SIGINT])[0]


def _without_packages(name: str, called: str) -> str:
    """Say what to do about a package that this Python does not have; `called` is the command as it was typed."""
    python = os.path.join(".venv", *(("Scripts", "python") if os.name == "nt" else ("bin", "python")))
    return (
        f"this Python has no package {name}: run `python -m lib setup` once in the project's folder, and then "
        f"`{called.replace('python', python, 1)}`."
    )


@contextmanager
def _signals_stop() -> Iterator[list[int]]:
    """Raise Stopped when a signal asks this process to end; give the list of the signals that came."""
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) != 2:  # `timeout` and others send it twice; after the first there is tidying up to do
            raise Stopped

    with handled(ENDING, stop):
        yield came


def _program() -> int:
    """Run as a program: no letter that the console lacks may cost the report of the work that was done."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # and not None, as in a program without a console
            stream.reconfigure(errors="replace")
    in_full = warnings.formatwarning
    warnings.formatwarning = lambda message, category, *where: (
        _one_sentence(message) if category.__module__.startswith("lib.") else in_full(message, category, *where)
    )
    try:
        return main()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # there is nothing left to tidy up: Ctrl-C shows no traceback
        _flush()


def _one_sentence(message: Warning | str) -> str:
    """Write a warning of the course, which is for people who do not know the code: without the place that gives it."""
    return f"Warning: {printable(' '.join(str(message).splitlines()))}\n"


def _flush() -> None:
    """Write what is left of the output. That no one reads it (`| head`) is no failure; Python would report one."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(_program())
