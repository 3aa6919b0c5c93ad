"""What notebook 06 says of the stored figures: it must hold for each photo set, whenever they are measured again."""

import numpy as np
import stored_figures

from lib import evaluation
from lib.tools import experiments


def by_seed(photographs, way, words=None, column="held_out"):
    return stored_figures.by_seed("bag_of_words", photographs, column, way=way, words=words)


def test_words_stand_between_pixels_and_learnt_features_in_all_runs():
    for photographs, step in (("sample", 0.02), ("real", 0.1)):
        words = by_seed(photographs, "words at key points", 200)
        above = words - by_seed(photographs, "pixels")
        below = by_seed(photographs, "SVM on frozen features") - words
        assert (above > max(step, 0.05)).all() and (below > step).all() and above.mean() > 0.1


def test_the_grid_wins_on_real_photographs_in_all_runs_and_on_the_sample_on_average():
    def gain(photographs, column):
        places = (by_seed(photographs, f"words {way}", 200, column) for way in ("on a grid", "at key points"))
        return np.subtract(*places)

    for column in ("linear", "rbf"):
        assert (gain("real", column) > 0.01).all()
        assert 0.005 < gain("sample", column).mean() < 0.025
    assert min(gain("sample", column).min() for column in ("linear", "rbf")) < 0
    between = {
        photographs: by_seed(photographs, "SVM on frozen features") - by_seed(photographs, "words on a grid", 200)
        for photographs in experiments.SETS
    }
    assert (between["real"] > 0.05).all()
    assert (abs(between["sample"]) < 0.005).sum() == 2 and evaluation.paired_interval(between["sample"])[0] < 0


def test_the_great_gain_is_up_to_200_words_and_what_follows_depends():
    for photographs, climb in (("sample", 0.13), ("real", 0.15)):
        for column in ("linear", "rbf"):
            ten, fifty, some, many = (
                by_seed(photographs, "words at key points", n, column).mean() for n in (10, 50, 200, 1000)
            )
            assert some - ten > climb
            if photographs == "real":
                assert fifty - ten > max(some - fifty, many - some) and many - some < 0.01
            else:
                assert 0.01 < many - some < 0.025
    assert by_seed("real", "words at key points", 10).mean() < by_seed("real", "pixels").mean()
    assert (by_seed("sample", "words at key points", 1000) - by_seed("sample", "words at key points", 200)).min() < 0


def test_on_the_sample_the_rbf_svm_is_ahead_in_all_runs():
    for words in (10, 50, 200, 1000):
        linear, rbf = (by_seed("sample", "words at key points", words, column) for column in ("linear", "rbf"))
        assert (rbf > linear).all()


def test_on_real_photographs_the_rbf_svm_is_better_with_few_words_above_all():
    def gain(words):
        linear, rbf = (by_seed("real", "words at key points", words, column) for column in ("linear", "rbf"))
        return (rbf - linear).mean()

    assert gain(50) > gain(1000) > -0.01


def test_the_classifier_on_top_of_the_features_matters_on_the_sample_as_much_as_the_features():
    def ahead_of_the_head(photographs):
        head = stored_figures.by_seed("augmentation", photographs, "held_out", views=0)
        return (by_seed(photographs, "SVM on frozen features") - head).mean()

    features = by_seed("sample", "SVM on frozen features") - by_seed("sample", "words on a grid", 200)
    assert f"{ahead_of_the_head('sample'):.3f}" == "0.017" and f"{features.mean():.3f}" == "0.020"
    assert abs(ahead_of_the_head("real")) < 0.005


def ahead_of_the_grid(photographs, way, words=200):
    """By how much a network trained from scratch on the same photos is ahead of words on a grid, seed by seed."""
    network = stored_figures.by_seed("fine_tuning", photographs, "held_out", way=way)
    return network - by_seed(photographs, "words on a grid", words)


def test_on_equal_data_the_network_is_not_shown_to_be_ahead_on_the_sample():
    low, high = evaluation.paired_interval(ahead_of_the_grid("sample", "scratch"))
    assert low < 0 < high and -0.05 < (low + high) / 2 < -0.03


def test_twenty_epochs_bring_the_network_to_less_than_a_point_behind_the_grid():
    ahead = ahead_of_the_grid("sample", "scratch, 20 epochs")
    more = ahead - ahead_of_the_grid("sample", "scratch")
    assert [round(100 * float(gain), 1) for gain in (more.min(), more.max())] == [2.7, 4.2]
    assert -0.01 < ahead.mean() < 0


def test_on_equal_data_the_network_is_ahead_on_the_real_photographs_by_less_than_the_borrowed_features():
    gain = ahead_of_the_grid("real", "scratch")
    borrowed = by_seed("real", "SVM on frozen features") - by_seed("real", "words on a grid", 200)
    assert (gain > 0).all() and evaluation.paired_interval(gain)[0] > 0
    assert (borrowed > 2 * gain).all()
    features = by_seed("real", "SVM on frozen features") - stored_figures.by_seed(
        "fine_tuning", "real", "held_out", way="scratch"
    )
    assert evaluation.paired_interval(features)[0] > 0.03


def test_beside_a_grid_of_1000_words_the_network_is_behind_on_the_sample_and_no_lead_is_shown_on_the_real_photographs():
    assert evaluation.paired_interval(ahead_of_the_grid("sample", "scratch", 1000))[1] < 0
    low, high = evaluation.paired_interval(ahead_of_the_grid("real", "scratch", 1000))
    assert low < 0 < high
