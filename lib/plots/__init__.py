"""Every figure of the course, in one style. In a notebook each function shows its figure; elsewhere it returns it."""

from lib.plots.common import class_balance, pictures, spread
from lib.plots.evaluation import (
    agreement,
    chances,
    confusion,
    coverage_accuracy,
    intervals,
    reliability,
    spotlights,
)
from lib.plots.features import learning_curves, learning_rates, losses, minutes_by_epoch, tally
from lib.plots.fusion import averaging, film_strips, one_and_many, where_frames_meet
from lib.plots.later_networks import later_networks
from lib.plots.loading import best_of_many, distances, pixel_values, resizing
from lib.plots.pretraining import filters, training_log, wide_confusion
from lib.plots.runs import differences, runs
from lib.plots.smoothing import compare, half_window, lag_over_law, lag_vs_errors, score_tables, window_curves
from lib.plots.style import PART_LINES, colour
from lib.plots.tuning import first_steps, free_shares, gradients, rates
from lib.plots.video import (
    close_up,
    deque_steps,
    file_sizes,
    label_delay,
    label_lanes,
    label_strips,
    neighbours,
    scores_over_time,
)
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
