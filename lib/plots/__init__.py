"""Every figure of the course, in one style. In a notebook each function shows its figure; elsewhere it returns it."""

from lib.plots.clips import label_strips, scores_over_time
from lib.plots.course import course_map
from lib.plots.experiments import spread
from lib.plots.features import minutes_by_epoch, tally
from lib.plots.loading import best_of_many, distances, numbers, resizing
from lib.plots.mistakes import confusion
from lib.plots.photographs import class_balance, pictures
from lib.plots.pretraining import filters, training_log, wide_confusion
from lib.plots.style import PART_LINES, colour
from lib.plots.training import learning_curves, learning_rates, losses

__all__ = [
    "PART_LINES",
    "best_of_many",
    "class_balance",
    "colour",
    "confusion",
    "course_map",
    "distances",
    "filters",
    "label_strips",
    "learning_curves",
    "learning_rates",
    "losses",
    "minutes_by_epoch",
    "numbers",
    "pictures",
    "resizing",
    "scores_over_time",
    "spread",
    "tally",
    "training_log",
    "wide_confusion",
]
