"""Progress bars, in a notebook as in a terminal. The environment variable TQDM_DISABLE=1 silences them all."""

import os

from tqdm.auto import tqdm


def progress_bar(iterable=None, shown: bool = True, **options) -> tqdm:
    """Give tqdm's bar over `iterable`, or one to be updated by hand; not `shown`, it counts in silence."""
    return tqdm(iterable, disable=_silenced() or not shown, **options)


def epochs_bar():
    """Give a Keras callback that shows a bar over the epochs, with the losses."""
    from tqdm.keras import TqdmCallback  # loads Keras

    return TqdmCallback(verbose=0, disable=_silenced())


def _silenced() -> bool:
    return os.environ.get("TQDM_DISABLE") == "1"  # tqdm's own bar for notebooks does not look
