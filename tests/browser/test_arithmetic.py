"""What the explorer computes in the browser equals what the library computes: every smoother, every size, every frame."""

import base64

import numpy as np
import pytest
import scored

from lib import timeline
from lib.explorer import page as explorer_page
from lib.explorer.data import LARGEST, SMOOTHERS, pack, smooth

SIZES = range(1, LARGEST + 1)

# For each size: the labels (Int16), then the smoothed scores where there are some; all in one piece, as base64.
COMPUTE = """async ([data, smoother, sizes]) => {
    const clip = await module.unpack(data);
    const pieces = sizes.flatMap(size => {
        const { labels, rows } = module.smooth(clip, smoother, size);
        return [labels, ...(rows ? [rows] : [])];
    });
    const reader = new FileReader();
    reader.readAsDataURL(new Blob(pieces));
    await new Promise(done => reader.onload = done);
    return reader.result.split(",")[1];
}"""
MEASURE = """async ([data, smoother, sizes]) => {
    const clip = await module.unpack(data);
    return sizes.map(size => module.measure(module.smooth(clip, smoother, size).labels, clip.truth));
}"""


@pytest.fixture(scope="module")
def module(browser):
    """A page on which `module` is the explorer's script."""
    page = browser.new_page()
    page.evaluate(
        """async script => {
            const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
            window.module = await import(address);
        }""",
        explorer_page.SCRIPT,
    )
    yield page
    page.close()


CLIPS = {
    "a generated clip": lambda: scored.generated_clip("formula2"),
    "two events": lambda: scored.flickering(700, classes=2),
    "seven events": lambda: scored.flickering(500, classes=7),
    "ties": lambda: scored.ties(600, steps=8),
    "ties of two values": lambda: scored.ties(400, steps=2),
    "confident": lambda: scored.flickering(500, scale=30),
    "float64": lambda: scored.flickering(400, dtype=np.float64),
    "one frame in four": lambda: scored.flickering(300, stride=4),
    "shorter than the deque": lambda: scored.flickering(40),
    "one frame": lambda: scored.flickering(1),
}


@pytest.fixture(scope="module", params=CLIPS)
def clip(request):
    """Scores, and the truth of each frame."""
    return CLIPS[request.param]()


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_labels_and_means_equal_the_librarys_at_every_size(module, clip, smoother):
    scores, truth = clip
    given = base64.b64decode(module.evaluate(COMPUTE, [pack(scores, truth), smoother, list(SIZES)]))
    n, at = len(scores.scores), 0
    for size in SIZES:
        labels, rows = smooth(scores.scores, smoother, size)
        theirs = np.frombuffer(given, np.int16, n, at)
        at += theirs.nbytes
        np.testing.assert_array_equal(theirs, labels, err_msg=f"{smoother} of {size}: labels")
        if rows is not None:
            theirs = np.frombuffer(given[at : at + rows.nbytes], rows.dtype).reshape(rows.shape)
            at += rows.nbytes
            np.testing.assert_array_equal(theirs.view(np.uint8), rows.view(np.uint8), err_msg=f"{smoother} of {size}")
    assert at == len(given)


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_measures_equal_the_librarys_at_every_size(module, clip, smoother):
    scores, truth = clip
    given = module.evaluate(MEASURE, [pack(scores, truth), smoother, list(SIZES)])
    known = truth[scores.indices]
    for size, theirs in zip(SIZES, given):
        labels = smooth(scores.scores, smoother, size)[0]
        assert theirs == {
            "switches": len(timeline.segments(labels)) - 1,
            "accuracy": timeline.frame_accuracy(labels, known),
            "surplus": timeline.surplus_switches(labels, known),
            "lag": timeline.mean_lag(labels, known) if len(timeline.lags(labels, known)) else None,
        }, f"{smoother} of {size}"
