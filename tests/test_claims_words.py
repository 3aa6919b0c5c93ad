"""What notebook 06 says of the kept figures: it must hold for each photograph set, whenever they are measured again."""

import numpy as np
import stored_figures
from stored_figures import each_set

from lib.tools import experiments


def by_seed(photographs, way, words=None, column="held_out"):
    return stored_figures.by_seed("bag_of_words", photographs, column, way=way, words=words)


def test_words_stand_between_pixels_and_learnt_features_with_every_seed():
    for photographs, step in (("sample", 0.02), ("real", 0.1)):
        words = by_seed(photographs, "words at key points", 200)
        above = words - by_seed(photographs, "pixels")
        below = by_seed(photographs, "SVM on frozen features") - words
        assert (above > max(step, 0.05)).all() and (below > step).all()
        assert above.mean() > 0.1 and below.mean() > 0.05


def test_the_grid_wins_on_average_and_on_real_photographs_with_every_seed():
    for photographs in experiments.SETS:
        for column in ("linear", "rbf"):
            places = (by_seed(photographs, f"words {way}", 200, column) for way in ("on a grid", "at key points"))
            gain = np.subtract(*places)
            assert gain.mean() > 0.02
            assert photographs == "sample" or (gain > 0.01).all()
    between = by_seed("real", "SVM on frozen features") - by_seed("real", "words on a grid", 200)
    assert (between > 0.05).all()


def test_the_great_step_is_from_10_to_50_words_and_what_follows_depends():
    for photographs, climb in (("sample", 0.05), ("real", 0.15)):
        for column in ("linear", "rbf"):
            ten, fifty, some, many = (
                by_seed(photographs, "words at key points", n, column).mean() for n in (10, 50, 200, 1000)
            )
            assert some - ten > climb and fifty - ten > max(some - fifty, many - some)
            assert photographs == "sample" or many - some < 0.01
            assert (photographs, column) != ("sample", "linear") or (some <= fifty and 0.02 < many - some < 0.06)
    assert by_seed("real", "words at key points", 10).mean() < by_seed("real", "pixels").mean()


def test_on_real_photographs_the_rbf_svm_is_better_with_few_words_above_all():
    def gain(words):
        linear, rbf = (by_seed("real", "words at key points", words, column) for column in ("linear", "rbf"))
        return (rbf - linear).mean()

    assert gain(50) > gain(1000) > -0.01


@each_set
def test_the_classifier_on_top_of_the_features_hardly_matters(photographs):
    svm = by_seed(photographs, "SVM on frozen features")
    head = stored_figures.by_seed("augmentation", photographs, "held_out", views=2)
    assert abs((svm - head).mean()) < 0.03
