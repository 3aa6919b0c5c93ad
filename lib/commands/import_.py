"""Bring over a classifier that the lecture's own code trained, so that `label` and `evaluate` can use it.

It goes to `model/imported/`. The names of the classes are asked for, because the file does not hold them: the
lecture keeps them in a pickle, and opening a stranger's pickle runs the stranger's code.
"""

from pathlib import Path

from lib import paths
from lib.files import read_json


def add_arguments(parser):
    parser.add_argument("weights", type=Path, metavar="WEIGHTS.hdf5", help="the whole model, or its weights")
    parser.add_argument("--classes", nargs="+", required=True, metavar="NAME", help="what it tells apart")


def run(args) -> int:
    from lib import classifier, lecture  # loads TensorFlow, which other commands need not wait for

    classes = sorted(args.classes)
    if len(set(classes)) < max(2, len(classes)):
        raise ValueError("--classes needs two names or more, each once.")
    name = args.weights.name.removesuffix(".h5").removesuffix(".hdf5").removesuffix(".weights")
    path = paths.MODEL / "imported" / f"{name}.keras"
    model, backbone = lecture.convert(args.weights, classes)
    _refuse_to_replace(path, backbone.fingerprint)
    classifier.save(
        model, path, backbone, classes,
        imported={"file": args.weights.name, "sha256": backbone.fingerprint},
        input="red, green, blue less the lecture's mean, as layers of the model: the same 224-pixel picture gets the "
        "probabilities that it got in the lecture",
        resizing="the course's (areas are averaged), outside the model; the lecture's was bilinear, so a photograph or a "
        "frame of another size gets slightly different probabilities",
    )  # fmt: skip
    print(f"Classes, in the order of the outputs (the lecture's label binarizer sorts them): {', '.join(classes)}")
    print(f"Classifier: {path}\nTry it: python -m lib label CLIP --model {path}")
    return 0


def _refuse_to_replace(path: Path, source: str) -> None:
    """Raises FileExistsError when another file of the same name was imported before."""
    card = path.with_suffix(".json")
    if path.exists() and card.exists() and read_json(card).get("imported", {}).get("sha256") != source:
        raise FileExistsError(f"{path} was made of another file of that name: rename the new file, or delete {path}.")
