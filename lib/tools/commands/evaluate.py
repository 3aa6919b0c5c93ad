"""Score a classifier on a folder of class folders: report, confusion matrix."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lib.core.messages import counted


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a folder with one folder of photos per class")
    parser.add_argument("--model", type=Path, help="a classifier (.keras); the newest when not given")


def run(args: Namespace) -> int:
    from lib import photos
    from lib.evaluation import confusion_text, report

    found = photos.find(args.folder, say=print)
    from lib import classifier  # TensorFlow: after what can be refused without it

    model = classifier.load(args.model or classifier.newest())
    print(f"Classifier: {model.path}")
    unknown = sorted(set(photos.classes(found)) - set(model.classes))
    if unknown:
        raise photos.PhotoError(
            f"{args.folder} holds {', '.join(unknown)}, which {model.path} does not know: it knows {', '.join(model.classes)}."
        )
    whole = photos.readable(found)
    if len(whole) < len(found):
        print(f"{len(found) - len(whole)} of {counted(len(found), 'photo')} cannot be read: left out.")
    truth = photos.labels(whole, model.classes)
    result = report(truth, model.predict_photos(whole), model.classes)
    print(f"\nAccuracy {result.accuracy:.4f} on {counted(len(whole), 'photo')}\n\n{result.text}")
    print("Confusion matrix (rows: true, columns: predicted)")
    print(confusion_text(result))
    seen = model.card.get("photographs", {}).get("fingerprint")
    if seen == photos.fingerprint(found):
        print("\nNote: this classifier was trained on some of these photos; its accuracy here is too optimistic.")
    return 0
