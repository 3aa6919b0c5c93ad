"""Training, validation and test set, and folds: parts that share no group."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sklearn.model_selection import StratifiedGroupKFold

from lib.core.errors import PhotoError
from lib.core.messages import counted
from lib.photos import manifest
from lib.photos.folders import MANIFEST
from lib.photos.photo import Photo, classes


@dataclass(frozen=True)
class Split:
    """Three parts that share no group. `test_name` is "test" (set aside by the manifest) or "held-out" (carved)."""

    train: list[Photo]
    validation: list[Photo]
    test: list[Photo]
    test_name: str

    def parts(self) -> dict[str, list[Photo]]:
        """Give the parts by name.

        Returns:
            The photos of "training", "validation" and `test_name`, in this order.

        Example:
            {name: len(part) for name, part in split.parts().items()}
        """
        return {"training": self.train, "validation": self.validation, self.test_name: self.test}


def split(photos: Sequence[Photo], seed: int = 0) -> Split:
    """Split into training, validation and test; a group is never on both sides.

    Photos that the manifest sets aside as `test` are the test part, if every class is among them. Where those of
    a class are not on this machine, a fifth of all is split off instead and called held-out. A fifth of what remains
    is validation. Fractions of the classes are as even as groups allow (scikit-learn's StratifiedGroupKFold).

    Args:
        photos: from `photos.find`.
        seed: with the same seed, the same photos are split in the same way.

    Returns:
        The three parts, and the name of the third.

    Raises:
        PhotoError: a class has too few groups for what is to be split off, a part is left without one of the classes,
            or the manifest sets aside a part of a group, or no photo of a class.

    Example:
        split = photos.split(usable, seed=0)
        len(split.train), len(split.validation), len(split.test), split.test_name
    """
    _check_whole_groups(photos)
    aside = [photo for photo in photos if photo.split == "test"]
    rest = [photo for photo in photos if photo.split != "test"]
    test_name = "test"
    if aside:
        _check_set_aside(photos, aside)
    if set(classes(aside)) != set(classes(photos)):
        rest, aside = _carve(list(photos), seed)
        test_name = "held-out"
        _check_enough(rest, 5, whole=photos)
    train, validation = _carve(rest, seed)
    parts = Split(train, validation, aside, test_name)
    for name, part in parts.parts().items():
        missing = set(classes(photos)) - set(classes(part))
        if missing:  # or the numbers of the classes would differ from part to part
            raise PhotoError(
                f"The {name} part holds no photo of {', '.join(sorted(missing))}: add more, or correct the manifest."
            )
    return parts


def _check_set_aside(photos: Sequence[Photo], aside: Sequence[Photo]) -> None:
    """Raises PhotoError when the manifest's own rows set aside no photo of a class, or every one of it."""
    folder = Path(aside[0].path).parent.parent
    table, rows = folder / MANIFEST, manifest.first_rows(folder)  # those of photos that are not here, too
    numbers = [splits["test"] for splits in rows.values() if "test" in splits]
    for label in classes(photos) if numbers else ():
        splits = rows.get(manifest.loose(label), {})
        if "test" not in splits:
            raise PhotoError(
                f"{table}, row {min(numbers)} and others: photos are set aside as test, but none of {label}. "
                "Set aside some of each class, or none."
            )
        if len(splits) == 1 and all(photo.split == "test" for photo in photos if photo.label == label):
            raise PhotoError(
                f"{table}, row {splits['test']} and others: every photo of {label} is set aside as test. "
                "Leave some to train on."
            )


def _check_whole_groups(photos: Sequence[Photo]) -> None:
    """Raises PhotoError when a group is set aside in part: it would be on both sides."""
    both = {p.group for p in photos if p.split == "test"} & {p.group for p in photos if p.split != "test"}
    if both:
        one = next(photo for photo in photos if photo.group in both)
        raise PhotoError(
            f"{one.path.parent.parent / MANIFEST} sets aside only a part of group {one.group}: give all its photos "
            "the same split."
        )


def folds(photos: Sequence[Photo], seed: int, count: int = 5) -> Iterator[tuple[list[Photo], list[Photo]]]:
    """Yield `count` pairs (the rest, the fold) by group, with the classes' shares kept. Raises PhotoError."""
    if not photos:
        raise PhotoError("There are no photos to divide: a manifest that sets all aside as test leaves none.")
    _check_enough(photos, count)
    folding = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    truth, groups = [p.label for p in photos], [p.group for p in photos]
    for rest, fold in folding.split(truth, truth, groups):
        yield [photos[i] for i in rest], [photos[i] for i in fold]


def _check_enough(photos: Sequence[Photo], count: int, whole: Sequence[Photo] = ()) -> None:
    """Raises PhotoError when a class has fewer than `count` groups in `photos`, perhaps what is left of `whole`."""
    have = Counter(label for label, _ in {(photo.label, photo.group) for photo in photos})
    had = Counter(label for label, _ in {(photo.label, photo.group) for photo in whole or photos})
    for label in sorted(had):
        if have[label] < count:
            folder = next(Path(photo.path).parent for photo in whole or photos if photo.label == label)
            few = (
                f"for {count} parts: add more to it"
                if not whole
                else f"for three sets: put {count + 2} or more into it"
            )
            raise PhotoError(f"{folder} holds {counted(had[label], 'distinct photo')}, too few {few}.")


def _carve(photos: Sequence[Photo], seed: int) -> tuple[list[Photo], list[Photo]]:
    """Divide into about four fifths and one fifth."""
    return next(folds(photos, seed))
