"""What the explorer computes in the browser equals what the library computes: every smoother, every size, every frame."""

import base64

import numpy as np
import pytest
import scored

from lib import sample, timeline
from lib.explorer import page as explorer_page
from lib.explorer.data import LARGEST, SMOOTHERS, pack, smooth

SIZES = range(1, LARGEST + 1)

# For each size: the labels (Int16), then the smoothed scores where there are some, all in one piece, as base64; and the
# measures of the labels.
COMPUTE = """async ([data, smoother, sizes]) => {
    const clip = await module.unpack(data);
    const results = sizes.map(size => module.smooth(clip, smoother, size));
    const reader = new FileReader();
    reader.readAsDataURL(new Blob(results.flatMap(({ labels, rows }) => [labels, ...(rows ? [rows] : [])])));
    await new Promise(done => reader.onload = done);
    return [reader.result.split(",")[1], results.map(({ labels }) => module.measure(labels, clip.truth))];
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
    **{name: lambda name=name: scored.generated_clip(name) for name in sample.CLIPS},
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
def test_labels_scores_and_measures_equal_the_librarys_at_every_size(module, clip, smoother):
    scores, truth = clip
    packed, measures = module.evaluate(COMPUTE, [pack(scores, truth), smoother, list(SIZES)])
    given, known, at = base64.b64decode(packed), truth[scores.indices], 0
    for size, measured in zip(SIZES, measures, strict=True):
        labels, rows = smooth(scores.scores, smoother, size)
        theirs = np.frombuffer(given, np.int16, len(labels), at)
        at += theirs.nbytes
        np.testing.assert_array_equal(theirs, labels, err_msg=f"{smoother} of {size}: labels")
        if rows is not None:
            assert given[at : at + rows.nbytes] == rows.tobytes(), f"{smoother} of {size}: scores"
            at += rows.nbytes
        assert measured == {
            "switches": len(timeline.segments(labels)) - 1,
            "accuracy": timeline.frame_accuracy(labels, known),
            "surplus": timeline.surplus_switches(labels, known),
            "lag": timeline.mean_lag(labels, known) if len(timeline.lags(labels, known)) else None,
        }, f"{smoother} of {size}: measures"
    assert at == len(given)
