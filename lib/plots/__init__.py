"""Every figure of the course, in one style. In a notebook each function shows its figure; elsewhere it returns it."""

from lib.plots.clips import label_strips, scores_over_time
from lib.plots.course import course_map
from lib.plots.experiments import by_seed, spread
from lib.plots.features import minutes_by_epoch, tally
from lib.plots.fusion import averaging, film_strips, one_and_many, where_frames_meet
from lib.plots.judging import agreement, chances, confusion_twice, mixes, reliability, silence, spotlights
from lib.plots.loading import best_of_many, distances, numbers, resizing
from lib.plots.mistakes import confusion
from lib.plots.photographs import class_balance, pictures
from lib.plots.pretraining import filters, training_log, wide_confusion
from lib.plots.smoothing import (
    close_up,
    deque_steps,
    file_sizes,
    half_window,
    label_lanes,
    lag_over_law,
    live,
    neighbours,
    trade,
    window_curves,
)
from lib.plots.style import PART_LINES, colour
from lib.plots.training import learning_curves, learning_rates, losses
from lib.plots.tuning import first_steps, free_shares, gradients, rates
from lib.plots.words import (
    bags,
    confusions,
    costs,
    descriptor,
    key_points,
    ranges,
    side_by_side,
    who_is_wrong,
    word_patches,
)

__all__ = [
    "PART_LINES",
    "agreement",
    "averaging",
    "bags",
    "best_of_many",
    "by_seed",
    "chances",
    "class_balance",
    "close_up",
    "colour",
    "confusion",
    "confusion_twice",
    "confusions",
    "costs",
    "course_map",
    "deque_steps",
    "descriptor",
    "distances",
    "file_sizes",
    "film_strips",
    "filters",
    "first_steps",
    "free_shares",
    "gradients",
    "half_window",
    "key_points",
    "label_lanes",
    "label_strips",
    "lag_over_law",
    "learning_curves",
    "learning_rates",
    "live",
    "losses",
    "minutes_by_epoch",
    "mixes",
    "neighbours",
    "numbers",
    "one_and_many",
    "pictures",
    "ranges",
    "rates",
    "reliability",
    "resizing",
    "scores_over_time",
    "side_by_side",
    "silence",
    "spotlights",
    "spread",
    "tally",
    "trade",
    "training_log",
    "where_frames_meet",
    "who_is_wrong",
    "wide_confusion",
    "window_curves",
    "word_patches",
]
