"""Progress bars, in a notebook as in a terminal. The environment variable TQDM_DISABLE=1 silences them all."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

if TYPE_CHECKING:
    from tqdm.keras import TqdmCallback  # loads Keras


def progress_bar(iterable: Iterable | None = None, shown: bool = True, **options: Any) -> tqdm:
    """Give tqdm's bar over `iterable`, or one to be updated by hand; not `shown`, it counts in silence."""
    return tqdm(iterable, disable=_silenced() or not shown, **options)


def epochs_bar() -> "TqdmCallback":
    """Give a Keras callback that shows a bar over the epochs, with the losses.

    Returns:
        A callback for `fit`.

    Example:
        head.fit(x, y, epochs=EPOCHS, verbose=0, callbacks=[epochs_bar()])
    """
    from tqdm.keras import TqdmCallback  # loads Keras

    return TqdmCallback(verbose=0, disable=_silenced())


def _silenced() -> bool:
    return os.environ.get("TQDM_DISABLE") == "1"  # tqdm's own bar for notebooks does not look
