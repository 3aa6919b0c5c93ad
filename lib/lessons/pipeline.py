"""What connects the core notebooks' own program with the course: its material, and the cells before it.

The cells tagged `pipeline` in notebooks 01 to 05 are a program of plain Keras, OpenCV and scikit-learn, which imports
nothing of `lib`.
"""

import contextlib
import csv
import io
from pathlib import Path
from typing import Any, NamedTuple

from lib import photos
from lib.core import backbone_files, cards, made, notebooks, paths
from lib.core.files import atomic_write, locked, write_json
from lib.core.known_backbones import APPLICATIONS
from lib.core.paths import Run

TAG = "pipeline"
BUNDLED_LAST_BLOCK = "block5_conv1"


class Material(NamedTuple):
    """What the program starts from: paths, as strings.

    `fdr` holds a folder of images per class. `table` is a CSV file of the usable ones (path, label, group, split).
    `basepath` is the saved base, a `.keras` file, and `cardpath` says what it takes (image_size, scaling, shaping) and
    from which layer its last block begins (unfreeze_from).
    """

    fdr: str
    table: str
    basepath: str
    cardpath: str


def material(run: Run) -> Material:
    """Provide what the program of notebooks 01 to 05 starts from.

    Args:
        run: from `lessons.begin`.

    Returns:
        The folder of photos, the table of the usable ones, the base and its card.

    Raises:
        PhotoError, BackboneError: the photos or the base cannot be used.
        OSError: the run's folder cannot be written.

    Example:
        fdr, table, basepath, cardpath = lessons.material(run)
    """
    table, card = run.output / "photographs.csv", run.output / "base.json"
    made.claim("what the program starts from", table, card)
    with atomic_write(table) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "group", "split"])
        for photo in photos.readable(photos.find(run.photos_folder), progress=False):
            name = photo.path.relative_to(run.photos_folder).as_posix()
            writer.writerow([name, photo.label, photo.group, photo.split])
    path, stated = base(run.backbone, run.output)
    write_json(card, stated)
    return Material(str(run.photos_folder), str(table), str(path), str(card))


def base(backbone: str, folder: Path) -> tuple[Path, dict]:
    """Give the saved base of a backbone, and what the program must know of it (the four facts of `Material`'s card).

    A user's Sequential model cannot be cut into parts; the program gets it as a functional one, saved in `folder`.
    Raises BackboneError when it cannot be used.
    """
    from lib import backbones  # loads TensorFlow
    from lib.core.framework import keras

    if backbone == "bundled":
        path = backbone_files.file(backbone)
        return path, _stated(backbone_files.read_card(path), BUNDLED_LAST_BLOCK)
    loaded = backbones.load(backbone)  # also checks a user's file, and that its card suits it
    if backbone in APPLICATIONS:
        path = paths.MODEL / "imagenet" / f"{backbone}.keras"
        made.claim(f"the base {backbone}", path)
        with locked(path):
            if not path.exists():
                with atomic_write(path) as part:
                    loaded.base.save(part)
        stated = {"image_size": loaded.image_size, "scaling": APPLICATIONS[backbone].scaling}
    else:
        path = backbone_files.file(backbone)
        stated = backbone_files.read_card(path)
    if isinstance(loaded.base, keras.Sequential):
        path = folder / "functional_base.keras"
        made.claim("the base", path)
        with atomic_write(path) as part:
            _functional(loaded.base).save(part)
    return path, _stated(stated | {"shaping": loaded.shaping}, _last_block(loaded))


def _functional(base: Any) -> Any:
    """Give a Sequential model's layers as a functional model of the same name."""
    from lib.core.framework import keras

    images = x = keras.Input(base.input_shape[1:], name="images")
    for layer in base.layers:
        x = layer(x)
    return keras.Model(images, x, name=base.name)


def _stated(card: dict, last_block: str) -> dict:
    shaping = card.get("shaping", cards.SQUASH)
    kept = {"image_size": card["image_size"], "scaling": card["scaling"], "shaping": shaping}
    return kept | {"unfreeze_from": last_block}


def _last_block(backbone: Any) -> str:
    """Name the first layer of a backbone's last block: its card's, if the network can be cut there."""
    from lib import backbones
    from lib.core.framework import keras

    stated = backbone.unfreeze_from
    if isinstance(backbone.base, keras.Sequential):  # a chain of layers can be cut anywhere
        return stated
    try:
        keras.Model(backbone.base.get_layer(stated).input, backbone.base.output)
    except ValueError:  # something comes in beside it
        found = backbones.unfreeze_from(backbone.base)
        print(f"Note: {backbone.name} cannot be cut at {stated}; its last block begins at {found}.")
        return found
    return stated


def repeat(notebook: str, names: dict[str, Any]) -> None:
    """Run the cells of an earlier notebook that are tagged `pipeline`, so that what they make is there.

    Its parameters stay as they are here; printed text is left out.

    Args:
        notebook: its name, without `.ipynb`.
        names: where the cells find and leave their variables: `globals()`.

    Raises:
        NotebookError: the notebook is missing or damaged. An error in one of its cells is raised as it is.

    Example:
        lessons.repeat("01_data_loading", globals())
    """
    with contextlib.redirect_stdout(io.StringIO()):
        for source in cells(notebook, leave_out="parameters"):
            exec(compile(source, f"{notebook}.ipynb", "exec"), names)


def cells(notebook: str, leave_out: str = "") -> list[str]:
    """Give the sources of a notebook's cells tagged `pipeline`, in order, without those that have another tag too.

    Raises NotebookError when the notebook is missing or damaged.
    """
    tagged = ((cell.source, cell.metadata.get("tags", [])) for cell in notebooks.read(notebooks.source(notebook)).cells)
    return [source for source, tags in tagged if TAG in tags and leave_out not in tags]
