"""The smoothers: RollingMean is the deque to the last bit, every stream gives what its whole-clip form gives."""

from collections import Counter, deque

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import lib.smoothing
from lib.smoothing import ExponentialMean, Hysteresis, MajorityVote, RollingMean, viterbi

SMOOTHERS = [
    lambda: RollingMean(5),
    lambda: ExponentialMean(5),
    lambda: MajorityVote(5),
    lambda: Hysteresis(0.5, 0.35, 3),
]
EACH = pytest.mark.parametrize("make", SMOOTHERS, ids=["rolling", "exponential", "vote", "hysteresis"])


def lecture(scores, size):
    """The lecture's loop."""
    last, means = deque(maxlen=size), []
    for row in scores:
        last.append(row)
        means.append(np.array(last).mean(axis=0))
    return np.array(means)


def some_scores(n, k, seed, kind, dtype):
    """Probabilities: drawn at random, in steps that make ties, or one-hot."""
    rng = np.random.default_rng(seed)
    if kind == "random":
        scores = rng.dirichlet(np.full(k, 0.5), n)
    elif kind == "ties":
        scores = rng.integers(0, 3, (n, k)) / 2
    else:
        scores = np.eye(k)[rng.integers(0, k, n)]
    if kind == "random" and n > 1:
        scores[rng.integers(0, n)] = 1 / k
        scores[:, -1] = np.where(rng.random(n) < 0.3, scores[:, 0], scores[:, -1])
    return scores.astype(dtype)


CLIPS = st.builds(
    some_scores,
    n=st.integers(1, 400),
    k=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(["random", "ties", "one-hot"]),
    dtype=st.sampled_from([np.float32, np.float64]),
)


@settings(max_examples=80, deadline=None)
@given(CLIPS, st.integers(1, 200))
@example(some_scores(400, 3, 0, "ties", np.float32), 200)
@example(np.full((20, 3), -0.0, np.float32), 4)
@example(np.random.default_rng(0).random((300, 1), np.float32), 150)  # one column: added up pairwise
def test_rolling_mean_is_the_deque_to_the_last_bit(scores, size):
    wanted = lecture(scores, size)
    means = RollingMean(size)(scores)
    assert means.dtype == wanted.dtype == scores.dtype
    assert means.tobytes() == wanted.tobytes()
    stream = RollingMean(size)
    assert np.array([stream.update(row) for row in scores]).tobytes() == wanted.tobytes()


@settings(max_examples=20, deadline=None)
@given(CLIPS, st.integers(1, 200), st.integers(1, 60))
def test_rolling_mean_in_blocks(scores, size, block):
    """Clips longer than a block give the same: the block is made small here."""
    before, lib.smoothing._BLOCK = lib.smoothing._BLOCK, block
    try:
        assert RollingMean(size)(scores).tobytes() == lecture(scores, size).tobytes()
    finally:
        lib.smoothing._BLOCK = before


def test_rolling_mean_at_the_edges():
    scores = some_scores(50, 3, 1, "random", np.float32)
    assert np.array_equal(RollingMean(1)(scores), scores)
    whole = RollingMean(1000)(scores)  # longer than the clip: the mean of all so far
    assert whole.tobytes() == lecture(scores, 50).tobytes()
    assert np.array_equal(whole[0], scores[0])
    assert RollingMean(5)(scores[:0]).shape == (0, 3)


def test_rolling_mean_takes_any_layout_and_leaves_its_argument():
    scores = some_scores(90, 6, 2, "random", np.float64)
    wanted = lecture(scores[::2, ::2], 7)
    before = scores.copy()
    assert np.array_equal(RollingMean(7)(scores[::2, ::2]), wanted)
    assert np.array_equal(RollingMean(7)(np.asfortranarray(scores[::2, ::2])), wanted)
    assert np.array_equal(RollingMean(7)(scores[::2, ::2].tolist()), wanted)
    assert np.array_equal(scores, before)


def test_ties_go_to_the_lowest_class():
    scores = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]], np.float32)
    assert RollingMean(3)(scores).argmax(axis=1).tolist() == [2, 1, 0]
    assert MajorityVote(3)(scores).tolist() == [2, 1, 0]
    assert Hysteresis(0, 0)(np.full((3, 3), 0.5)).tolist() == [0, 0, 0]
    assert viterbi(np.full((4, 3), 1 / 3)).tolist() == [0, 0, 0, 0]


@EACH
def test_the_callers_row_may_be_used_again(make):
    scores, row, stream = some_scores(30, 3, 1, "random", np.float32), np.empty(3, np.float32), make()
    streamed = []
    for row[:] in scores:
        streamed.append(stream.update(row))
    assert np.array_equal(streamed, make()(scores))


@pytest.mark.parametrize("size", [0, -1, 2.5, True, np.nan, np.inf, None, "2"])
@pytest.mark.parametrize("smoother", [RollingMean, ExponentialMean, MajorityVote])
def test_sizes_that_are_none(smoother, size):
    with pytest.raises(ValueError, match="give a whole number, 1 or more"):
        smoother(size)


@EACH
@settings(max_examples=25, deadline=None)
@given(scores=CLIPS)
def test_stream_and_whole_clip_agree(make, scores):
    stream = make()
    streamed = np.array([stream.update(row) for row in scores])
    whole = make()(scores)
    assert whole.dtype == streamed.dtype and whole.tobytes() == streamed.tobytes()


@EACH
def test_reset_before_another_clip(make):
    one, two = (some_scores(30, 3, seed, "random", np.float32) for seed in (1, 2))
    stream = make()
    for row in one:
        stream.update(row)
    alone = make()(two)
    assert np.array_equal(stream(two), alone)  # a whole clip does not see the stream's memory
    stream.reset()
    assert np.array_equal([stream.update(row) for row in two], alone)


@EACH
def test_nan_names_the_frame(make):
    scores = some_scores(30, 3, 1, "random", np.float32)
    scores[17, 1] = np.nan
    with pytest.raises(ValueError, match="frame 17 "):
        make()(scores)
    stream = make()
    with pytest.raises(ValueError, match="frame 17 "):
        for row in scores:
            stream.update(row)


@EACH
@pytest.mark.parametrize("shape", [(5,), (5, 0), (2, 2, 2)])
def test_wrong_shapes(make, shape):
    with pytest.raises(ValueError, match="shape"):
        make()(np.zeros(shape))
    with pytest.raises(ValueError, match="shape"):
        make().update(np.zeros((2, 2)))


@EACH
def test_an_empty_clip_gives_nothing(make):
    assert len(make()(np.empty((0, 3), np.float32))) == 0


def test_exponential_mean():
    scores = np.array([[1, 0], [0, 1], [0, 1]], np.float64)
    assert np.allclose(ExponentialMean(3)(scores), [[1, 0], [0.5, 0.5], [0.25, 0.75]])
    assert np.array_equal(ExponentialMean(1)(scores), scores)


def test_exponential_mean_lags_like_the_rolling_mean():
    """A ramp comes out late by the mean age of the rows: (size - 1) / 2 frames for both."""
    ramp = np.repeat(np.arange(400.0)[:, None], 2, axis=1)
    for smoother in (RollingMean(21), ExponentialMean(21)):
        assert 399 - smoother(ramp)[-1, 0] == pytest.approx(10, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(CLIPS, st.integers(1, 60))
def test_majority_vote(scores, size):
    tops = scores.argmax(axis=1).tolist()
    wanted = []
    for frame in range(len(tops)):
        votes = Counter(tops[max(0, frame - size + 1) : frame + 1])
        wanted.append(min(votes, key=lambda label: (-votes[label], label)))
    assert MajorityVote(size)(scores).tolist() == wanted


def pair(*first):
    """Scores of two classes from those of the first."""
    return np.array([[value, 1 - value] for value in first])


def test_hysteresis_keeps_a_label_between_the_thresholds():
    assert Hysteresis(0.7, 0.3)(pair(0.9, 0.45, 0.31, 0.29, 0.45, 0.69, 0.71)).tolist() == [0, 0, 0, 1, 1, 1, 0]
    assert Hysteresis(0.7, 0.3)(pair(0.45, 0.55)).tolist() == [1, 1]  # begins with the top class


def test_hysteresis_needs_both_thresholds():
    scores = [[0.9, 0.1, 0], [0.35, 0.55, 0.1], [0.2, 0.45, 0.35], [0.2, 0.55, 0.25]]
    # still above offset; no other above onset; both
    assert Hysteresis(0.5, 0.3)(scores).tolist() == [0, 0, 0, 1]


def test_hysteresis_holds_for_the_shortest_duration():
    assert Hysteresis(0.5, 0.5, shortest=3)(pair(1, 0, 0, 0, 1, 1, 1)).tolist() == [0, 0, 0, 1, 1, 1, 0]


@pytest.mark.parametrize("wrong", [{"onset": 0.3, "offset": 0.4}, {"onset": 1.1}, {"offset": -0.1}, {"shortest": 0}])
def test_hysteresis_refuses(wrong):
    with pytest.raises(ValueError):
        Hysteresis(**wrong)


def test_viterbi_is_the_best_of_all_runs():
    """Against every run of labels there is, on short clips."""
    from itertools import product

    for seed in range(8):
        scores = some_scores(6, 3, seed, "random", np.float64) + 1e-6
        stay = 0.5 + seed / 20

        def worth(run):
            steps = sum(np.log(stay if a == b else (1 - stay) / 2) for a, b in zip(run, run[1:]))
            return steps + sum(np.log(scores[frame, label]) for frame, label in enumerate(run))

        best = max(worth(run) for run in product(range(3), repeat=6))
        assert worth(viterbi(scores, stay)) == pytest.approx(best)


def test_viterbi_steadies_and_uses_what_comes_later():
    scores = pair(*[0.9] * 20, 0.1, *[0.9] * 20, *[0.1] * 20)
    labels = viterbi(scores, 0.95)
    assert labels.tolist() == [0] * 41 + [1] * 20  # no flicker, and no lag
    assert viterbi(pair(1, 0, 1), 0.99).tolist() == [0, 1, 0]  # certainty is believed


@pytest.mark.parametrize("stay", [0, 1, -0.5, 2])
def test_viterbi_refuses(stay):
    with pytest.raises(ValueError, match="stay"):
        viterbi(np.full((3, 2), 0.5), stay)


def test_viterbi_at_the_edges():
    assert viterbi(np.empty((0, 3))).tolist() == []
    assert viterbi(np.ones((3, 1))).tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="frame 1 "):
        viterbi([[0.5, 0.5], [np.nan, 0.5]])


def test_half_window_law():
    """After a change between equally sure events the mean of K frames switches K/2 frames late."""
    scores = np.repeat(np.eye(2, dtype=np.float32), 300, axis=0)
    for size in (2, 32, 128):
        assert int(RollingMean(size)(scores).argmax(axis=1).argmax()) - 300 == size // 2
