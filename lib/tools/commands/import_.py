"""Bring over a classifier that the lecture's own code trained, so that `label` and `evaluate` can use it.

It goes to `model/imported/`. The names of the classes must be given, because they are not in the file: the
lecture keeps them in a pickle, and opening a stranger's pickle runs the stranger's code.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lib.core import cards, made, paths
from lib.core.errors import FileError, InputError
from lib.core.files import read_json


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("weights", type=Path, metavar="WEIGHTS.hdf5", help="the whole model, or its weights")
    parser.add_argument("--classes", nargs="+", required=True, metavar="NAME", help="its classes")


def run(args: Namespace) -> int:
    classes = sorted(args.classes)
    if len(classes) < 2 or not cards.CLASSES.holds(classes):
        raise InputError("--classes needs two names or more, each once.")
    name = args.weights.name.removesuffix(".h5").removesuffix(".hdf5").removesuffix(".weights")
    path = paths.MODEL / "imported" / f"{name}.keras"
    made.claim("the imported classifier", path, path.with_suffix(".json"), way_out="rename it, or the file to import")
    from lib import classifier  # TensorFlow: after what can be refused without it
    from lib.tools import lecture_weights

    model, backbone = lecture_weights.convert(args.weights, classes)
    _refuse_to_replace(path, backbone.fingerprint)
    classifier.save(
        model, path, backbone, classes,
        imported={"file": args.weights.name, "sha256": backbone.fingerprint},
        input="red, green, blue less the lecture's mean, as layers of the model: the same 224-pixel picture gets the "
        "probabilities that it got in the lecture",
        resizing="the course's (areas are averaged), outside the model; the lecture's was bilinear, so a photo or a "
        "frame of another size gets slightly different probabilities",
    )  # fmt: skip
    print(f"Classes, in the order of the outputs (the lecture's label binarizer sorts them): {', '.join(classes)}")
    print(f"Classifier: {path}\nTry it: python -m lib label CLIP --model {path}")
    return 0


def _refuse_to_replace(path: Path, source: str) -> None:
    """Raises FileError, when another file of the same name was imported before."""
    card = path.with_suffix(".json")
    imported = read_json(card).get("imported") if card.exists() else None
    if path.exists() and not (isinstance(imported, dict) and imported.get("sha256") == source):
        raise FileError(f"{path} was made of another file of that name: rename the new file, or delete {path}.")
