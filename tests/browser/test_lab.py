"""The explorer in notebook 05, as a student meets it: JupyterLab, a fresh kernel, a keyboard."""

import base64
import hashlib
import statistics

import cv2
import nbformat
import numpy as np
import pytest

from lib import classifier, smoothing, timeline, video
from lib.core import notebooks, paths
from lib.core.colours import colours
from lib.core.paths import Run
from lib.explorer import WIDTH

CHOICES = {}  # those of the notebook
for cell in nbformat.read(notebooks.source("05_video_smoothing"), as_version=4).cells:
    if "parameters" in cell.metadata.get("tags", []):
        exec(cell.source, CHOICES)
RUN = Run(CHOICES["PHOTOS"], CHOICES["BACKBONE"])
CLIP = paths.EXAMPLE_CLIPS / f"{CHOICES['CLIP']}.mp4"
BOX = ".smoothing-explorer"
LEFT, RIGHT, ROW = 116, WIDTH - 14, 30  # the time axis and its strips, pixels


@pytest.fixture(scope="module")
def known(lab):
    """The scores of the clip, asked for here as the notebook does, and its truth."""
    model = classifier.load(RUN.classifier("03_fine_tuning"))
    kept = video.score_clip(CLIP, model.predict, model.resize, model.classes, progress=False)
    return kept, timeline.read_truth(CLIP.with_suffix(".truth.csv")).labels(model.classes)


@pytest.fixture
def box(lab):
    box = lab.locator(BOX)
    box.scroll_into_view_if_needed()
    return box


def handle(box, name):
    """A slider by the name that a screen reader says."""
    return box.get_by_role("slider", name=name, exact=True)


A, B, FRAME = "Size of side A, in frames", "Size of side B, in frames", "Frame of the clip"


def value(box, name):
    return int(float(handle(box, name).get_attribute("aria-valuenow")))


def picture(box, which):
    """What an image of the explorer shows, uint8 RGB: 0 and 1 are the frames, 2 is the time axis."""
    fetched = (
        box.locator("img")
        .nth(which)
        .evaluate(
            """async image => {
            const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
            return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
        }"""
        )
    )
    return cv2.imdecode(np.frombuffer(base64.b64decode(fetched), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def fingerprint(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


def settle(lab):
    """Wait until the kernel has answered."""
    lab.wait_for_selector(".jp-StatusBar-TextItem:has-text('| Idle')")
    lab.wait_for_timeout(300)


def labels_of(known, size):
    return smoothing.RollingMean(size)(known[0].scores).argmax(axis=1)


def strip(box, row, classes):
    palette = np.array(list(colours(classes).values()))
    line = picture(box, 2)[row * ROW + 2, LEFT:RIGHT].astype(int)
    return np.abs(line[:, None] - palette).sum(axis=2).argmin(axis=1)


def shows(box, row, labels, classes):
    """Whether a strip shows these labels (n,), but for the columns under the line at the present frame."""
    at = np.arange(RIGHT - LEFT) * len(labels) // (RIGHT - LEFT)
    return (strip(box, row, classes) == labels[at]).mean() > 0.99


def cells(box, name):
    row = box.locator("tbody tr").filter(has=box.page.get_by_role("rowheader", name=name, exact=True))
    return row.locator("td").all_inner_texts()


def expected_cells(known, size):
    labels, truth = labels_of(known, size), known[1]
    lag = timeline.mean_lag(labels, truth)
    told = f"{lag:.1f} frames ({lag / float(known[0].scored_rate):.2f} s)"
    if not len(timeline.lags(labels, truth)):
        told = "no change of event"
    return [f"{timeline.frame_accuracy(labels, truth):.1%}", str(timeline.surplus_switches(labels, truth)), told]


def check(box, known, sizes):
    """Everything on show is what the library computes for these sizes of A and B."""
    classes, at = known[0].classes, value(box, FRAME)
    for place, (name, size) in enumerate(zip("AB", sizes)):
        labels = labels_of(known, size)
        label = classes[labels[at]]
        assert shows(box, 2 + place, labels, classes)
        assert cells(box, name) == expected_cells(known, size)
        assert box.get_by_text(f"{name} says {label}", exact=True).is_visible()
        edge = picture(box, place)[12:20, 9].astype(int).mean(axis=0)  # the coloured edge of the label on the frame
        nearest = min(classes, key=lambda name: abs(colours(classes)[name] - edge).sum())
        assert nearest == label


def test_it_begins_as_the_library_computes(lab, box, known):
    settle(lab)
    assert (value(box, A), value(box, B)) == (1, 32)
    assert shows(box, 0, known[1], known[0].classes)
    assert shows(box, 1, labels_of(known, 1), known[0].classes)
    check(box, known, (1, 32))


def test_arrow_keys_move_a_and_all_that_hangs_on_it(lab, box, known):
    before = [picture(box, which) for which in range(3)]
    handle(box, A).focus()
    for _ in range(63):
        lab.keyboard.press("ArrowRight")
    settle(lab)
    assert value(box, A) == 64
    check(box, known, (64, 32))
    assert fingerprint(picture(box, 2)) != fingerprint(before[2])
    assert fingerprint(picture(box, 0)) != fingerprint(before[0])
    assert fingerprint(picture(box, 1)) == fingerprint(before[1])  # B was left alone


def test_other_keys_and_typing(lab, box, known):
    for key, size in (("End", 128), ("Home", 1)):
        handle(box, A).focus()
        lab.keyboard.press(key)
        settle(lab)
        assert value(box, A) == size
    typed = box.get_by_label("B frames")
    typed.fill("7")
    typed.press("Enter")
    settle(lab)
    check(box, known, (1, 7))
    typed.fill("32")
    typed.press("Enter")


def test_another_method(lab, box, known):
    box.get_by_label("B method").select_option("majority vote")
    settle(lab)
    assert shows(box, 3, smoothing.MajorityVote(32)(known[0].scores), known[0].classes)
    box.get_by_label("B method").select_option("rolling mean")
    settle(lab)
    check(box, known, (1, 32))


def test_next_disagreement_step_and_back(lab, box, known):
    a, b = labels_of(known, 1), labels_of(known, 32)
    before = value(box, FRAME)
    box.get_by_role("button", name="Next disagreement").click()
    settle(lab)
    at = value(box, FRAME)
    assert at != before and a[at] != b[at]
    for name, frame in (("Step", at + 1), ("Back", at)):
        box.get_by_role("button", name=name).press("Enter")
        settle(lab)
        assert value(box, FRAME) == frame
        check(box, known, (1, 32))


def test_play_and_pause(lab, box, known):
    handle(box, FRAME).focus()
    lab.keyboard.press("Home")
    settle(lab)
    box.get_by_role("button", name="Play").press("Space")
    lab.wait_for_timeout(1500)
    box.get_by_role("button", name="Pause").press("Space")
    settle(lab)
    at = value(box, FRAME)
    assert 3 < at < 100
    lab.wait_for_timeout(500)
    assert value(box, FRAME) == at
    check(box, known, (1, 32))


NAME = "e.ariaLabel || e.labels?.[0]?.innerText || e.innerText.trim()"


def test_every_control_has_a_name_and_can_be_reached_by_tab(lab, box):
    names = []
    handle(box, A).focus()
    for _ in range(13):
        names.append(lab.evaluate(f"() => {{ const e = document.activeElement; return {NAME} }}"))
        lab.keyboard.press("Tab")
    assert names == [
        A, "A frames", "A method", "Write A as a video", B, "B frames", "B method", "Write B as a video",
        FRAME, "Play", "Back", "Step", "Next disagreement",
    ]  # fmt: skip
    for image in box.locator("img").all():
        assert len(image.get_attribute("alt")) > 20


def test_from_key_to_picture(lab, box):
    """Under 250 ms from a key on the slider of A to the new time axis on screen, the median of 20."""
    handle(box, A).focus()
    lab.evaluate(
        """box => {
            window.times = [];
            const image = document.querySelectorAll(box + ' img')[2];
            document.addEventListener('keydown', () => { window.pressed = performance.now() }, true);
            image.addEventListener('load', () => requestAnimationFrame(() =>
                setTimeout(() => window.times.push(performance.now() - window.pressed))));
        }""",
        BOX,
    )
    for press in range(20):
        lab.keyboard.press("ArrowRight")
        lab.wait_for_function("press => window.times.length > press", arg=press)
        lab.wait_for_timeout(100)
    times = lab.evaluate("window.times")
    print(f"from key to picture: median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms")
    assert statistics.median(times) < 250


def test_a_video_is_written_and_plays_in_the_page(lab, box, known):
    box.get_by_role("button", name="Write B as a video").press("Enter")
    film = box.locator("video")
    film.wait_for(timeout=120_000)
    lab.wait_for_function("box => document.querySelector(box + ' video').readyState > 2", arg=BOX)
    assert abs(film.evaluate("film => film.duration") - known[0].frames / float(known[0].rate)) < 0.1
    film.evaluate("film => { film.muted = true; return film.play() }")
    lab.wait_for_function("box => document.querySelector(box + ' video').currentTime > 0.3", arg=BOX)
    film.evaluate("film => film.pause()")
    assert box.get_by_role("status").inner_text() == f"Written: {CLIP.stem}_rolling_mean_32.mp4, in {RUN.name}."
    assert not box.locator(".widget-hprogress").is_visible()


@pytest.mark.parametrize("width", [1280, 768])
def test_it_fits(lab, box, width):
    lab.set_viewport_size({"width": width, "height": 1000})
    lab.wait_for_timeout(1000)
    box.evaluate("box => box.scrollIntoView({block: 'start'})")
    lab.wait_for_timeout(500)
    (paths.OUTPUT / "browser").mkdir(parents=True, exist_ok=True)
    lab.screenshot(path=paths.OUTPUT / "browser" / f"lab_{width}.png")
    box.screenshot(path=paths.OUTPUT / "browser" / f"explorer_{width}.png")
    sides = "e => { const o = e.getBoundingClientRect(); return [o.left, o.right, o.width] }"
    outer = lab.locator(".jp-OutputArea").filter(has=box).evaluate(sides)
    for inner in box.locator("img, button, input, select, table, .noUi-target, video").all():
        edges = inner.evaluate(sides)
        assert edges[0] >= outer[0] - 1 and edges[1] <= outer[1] + 1, inner.evaluate("e => e.outerHTML.slice(0, 200)")
        assert edges[2] > 0
    assert outer[1] <= width


def test_nothing_went_wrong_unseen(lab, server):
    """Last: no error in the browser's console, none in the kernel's log, no cell that failed."""
    assert lab.errors == []
    said = server[1].read_text()
    assert "Traceback" not in said and "[E " not in said, said
    assert lab.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
