"""The explorer as a student meets it, in a notebook in JupyterLab and on a page opened from disk: eyes and keyboard."""

import base64
import re
import statistics

import cv2
import numpy as np
import pytest

from lib import timeline
from lib.core import paths
from lib.core.colours import colours
from lib.explorer.data import smooth

LEFT, RIGHT, ROW = 108, 14, 30  # margins of the time axis, and the height of a strip with its gap, pixels
A, B, FRAME = "Size of side A, in frames", "Size of side B, in frames", "Frame of the clip"
SLOW = 250  # milliseconds; on an idle machine of 2 cores it takes less than 50


@pytest.fixture(scope="module")
def opened(new_page, page_file):
    page = new_page()
    page.route(lambda address: not address.startswith(("file:", "blob:", "data:")), lambda route: route.abort())
    page.goto(page_file.as_uri())
    page.locator(".explorer[data-frame]").wait_for(timeout=30_000)
    yield page
    page.close()


@pytest.fixture(scope="module", params=["page", "notebook"])
def view(request):
    """The browser's page with the explorer on it: the page from disk, or the notebook."""
    view = request.getfixturevalue({"page": "opened", "notebook": "lab"}[request.param])
    view.kind = request.param
    view.wait_for_function("document.querySelector('.explorer video').readyState > 1")
    return view


@pytest.fixture
def box(view):
    box = view.locator(".explorer").first
    box.scroll_into_view_if_needed()
    return box


def slider(box, name):
    """A slider by the name that a screen reader says."""
    return box.get_by_role("slider", name=name, exact=True)


def frame(box):
    return int(slider(box, FRAME).get_attribute("aria-valuenow"))


def size(box, name):
    return int(slider(box, name).input_value())


def axis(box):
    """The strips and curves as they are on the screen, uint8 RGB."""
    address = box.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(address.split(",")[1]), np.uint8), cv2.IMREAD_UNCHANGED)
    return picture[..., 2::-1]


def strip(picture, row, classes):
    """The label that each column of a strip shows: the colour that most of its pixels are next to."""
    palette = np.array(list(colours(classes).values()))
    pixels = picture[row * ROW : row * ROW + 3, LEFT:-RIGHT].astype(int)  # above the names
    nearest = np.abs(pixels[:, :, None] - palette).sum(axis=3).argmin(axis=2)
    return np.array([np.bincount(column, minlength=len(palette)).argmax() for column in nearest.T])


def shows(picture, row, labels, classes):
    """Whether a strip shows these labels (n,), except where the line at the present frame is."""
    shown = strip(picture, row, classes)
    edges = np.arange(len(shown) + 1) * len(labels) // len(shown)
    at, last = edges[:-1], np.maximum(edges[:-1], edges[1:] - 1)
    known = (labels[at] >= 0) & (labels[at] == labels[last]) & (last - at < 2)  # a column of one label
    return (shown == labels[at])[known].mean() > 0.98


def cells(box, name):
    row = box.locator("tbody tr").filter(has=box.page.get_by_role("rowheader", name=name, exact=True))
    return row.locator("td").all_inner_texts()


def expected_cells(material, labels):
    lag = timeline.mean_lag(labels, material.truth)
    accuracy = timeline.frame_accuracy(labels, material.truth)
    surplus = timeline.surplus_switches(labels, material.truth)
    return [f"{accuracy:.1%}", str(surplus), f"{lag:.1f} frames ({lag / 25:.2f} s)"]


def check(box, material, sides):
    """Everything on show is what the library computes for these sides: (smoother, size) of A and of B."""
    scores, at, picture = material.scores, frame(box), axis(box)
    for place, (name, side) in enumerate(zip("AB", sides)):
        labels, rows = smooth(scores.scores, *side)
        assert shows(picture, 2 + place, labels, scores.classes), f"the strip of {name}"
        assert cells(box, name) == expected_cells(material, labels)
        caption = box.locator(f".caption[data-side={name}]")
        label = scores.classes[labels[at]]
        assert caption.inner_text() == f"{name}: {label}"
        assert caption.evaluate("e => getComputedStyle(e).backgroundColor") == f"rgb{colours(scores.classes)[label]}"
        row = (scores.scores if rows is None else rows)[at]
        bars = box.locator(f"[data-side={name}] .bars b").all_inner_texts()
        np.testing.assert_allclose([float(bar) for bar in bars], row, atol=0.00501)


def disagreements(material, a, b):
    differ = smooth(material.scores.scores, *a)[0] != smooth(material.scores.scores, *b)[0]
    return np.flatnonzero(differ & ~np.concatenate([[False], differ[:-1]])).tolist()


EACH, DEQUE = ("mean", 1), ("mean", 32)


def test_it_begins_as_the_library_computes(box, material):
    assert (size(box, A), size(box, B)) == (1, 32)
    assert frame(box) == disagreements(material, EACH, DEQUE)[0]
    picture = axis(box)
    assert shows(picture, 0, material.truth, material.scores.classes)
    assert shows(picture, 1, material.scores.scores.argmax(axis=1), material.scores.classes)
    assert cells(box, "each frame") == expected_cells(material, material.scores.scores.argmax(axis=1))
    check(box, material, (EACH, DEQUE))


def test_keys_change_a_and_what_depends_on_it(view, box, material):
    slider(box, A).focus()
    for _ in range(63):
        view.keyboard.press("ArrowRight")
    assert size(box, A) == 64
    check(box, material, (("mean", 64), DEQUE))
    for key, expected in (("End", 128), ("Home", 1)):
        view.keyboard.press(key)
        assert size(box, A) == expected
    check(box, material, (EACH, DEQUE))


def test_a_size_is_typed(box, material):
    typed = box.get_by_label("Size of side B, typed, in frames")
    typed.fill("7")
    check(box, material, (EACH, ("mean", 7)))
    for wrong in ("0", "129", "", "2.5"):
        typed.fill(wrong)
        assert size(box, B) == 7
    typed.press("Enter")
    typed.blur()
    assert typed.input_value() == "7"
    typed.fill("32")
    check(box, material, (EACH, DEQUE))


@pytest.mark.parametrize("smoother", ["exponential", "vote", "hysteresis", "viterbi"])
def test_another_smoother(box, material, smoother):
    box.get_by_label("Smoother of side B").select_option(smoother)
    check(box, material, (EACH, (smoother, 32)))
    box.get_by_label("Smoother of side B").select_option("mean")


def test_the_bracket_shows_what_the_deque_holds(view, box, material):
    slider(box, FRAME).focus()
    view.keyboard.press("Home")
    for _ in range(2):
        view.keyboard.press("PageUp")  # one second on
    assert frame(box) == 50
    line = axis(box)[3 * ROW + 21, LEFT:-RIGHT].astype(int)  # within the bracket below the strip of B
    dark = np.flatnonzero(np.abs(line - (34, 34, 34)).sum(axis=1) < 60)
    n, width = len(material.truth), len(line)
    assert abs(dark.min() - (50 - 31) * width / n) < 2 and abs(dark.max() - 50.5 * width / n) < 4


def test_next_disagreement_step_and_back(view, box, material):
    starts = disagreements(material, EACH, DEQUE)
    slider(box, FRAME).focus()
    view.keyboard.press("Home")
    for start in [start for start in starts if start > 0][:3]:
        box.get_by_role("button", name="Next disagreement").click()
        assert frame(box) == start
        check(box, material, (EACH, DEQUE))
    assert f"Frame {start}: A gives" in box.get_by_role("status").inner_text()
    for name, at in (("One frame on", start + 1), ("One frame back", start)):
        box.get_by_role("button", name=name).press("Enter")
        assert frame(box) == at
    slider(box, FRAME).focus()
    view.keyboard.press("End")
    view.keyboard.press("n")
    assert frame(box) == starts[0]
    check(box, material, (EACH, DEQUE))


def test_a_click_and_a_drag_on_a_strip_go_to_that_moment(view, box, material):
    canvas = box.locator("canvas")
    n, width = len(material.truth), canvas.evaluate("e => e.clientWidth") - LEFT - RIGHT
    canvas.click(position={"x": LEFT + 100.5, "y": 40})
    assert frame(box) == int(100.5 * n / width)
    bounds = canvas.bounding_box()
    view.mouse.down()
    view.mouse.move(bounds["x"] + LEFT + 300.5, bounds["y"] + 40, steps=5)
    view.mouse.up()
    assert frame(box) == int(300.5 * n / width)
    view.mouse.move(bounds["x"] + LEFT + 10, bounds["y"] + 40)
    assert frame(box) == int(300.5 * n / width)
    check(box, material, (EACH, DEQUE))


def picture_of_clip(box):
    """The present picture of the video, small, uint8 RGB."""
    address = box.locator("video").evaluate(
        """async video => {
            while (video.seeking) await new Promise(done => setTimeout(done, 20));
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [64, 36];
            canvas.getContext("2d").drawImage(video, 0, 0, 64, 36);
            return await new Promise(done => canvas.toBlob(async blob => {
                const reader = new FileReader();
                reader.onload = () => done(reader.result);
                reader.readAsDataURL(blob);
            }));
        }"""
    )
    return cv2.imdecode(np.frombuffer(base64.b64decode(address.split(",")[1]), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def test_the_video_shows_the_frame(view, box, material):
    """A page from disk may not read its video's pixels; there the video's time says which frame it is."""
    slider(box, FRAME).focus()
    view.keyboard.press("Home")
    for key in ("PageUp", "PageUp", "ArrowRight", "PageUp", "ArrowLeft", "ArrowLeft"):
        view.keyboard.press(key)
        box.locator("video").evaluate("async v => { while (v.seeking) await new Promise(f => setTimeout(f, 20)) }")
        at = box.locator("video").evaluate("video => video.currentTime")
        assert material.scores.seconds[frame(box)] < at < material.scores.seconds[frame(box) + 1]


PLAYED = """async box => {
    const video = box.querySelector("video"), shown = [];
    const note = (now, { mediaTime, presentedFrames }) => {
        if (!video.paused) shown.push([mediaTime, presentedFrames, Number(box.dataset.frame), box.querySelector(".caption b").textContent]);
        video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    await new Promise(done => setTimeout(done, 4000));
    return shown;
}"""


def test_no_caption_is_dropped_while_it_plays(view, box, material):
    slider(box, FRAME).focus()
    view.keyboard.press("Home")
    box.get_by_role("button", name="Play", exact=True).press("Enter")
    shown = box.evaluate(PLAYED)
    box.get_by_role("button", name="Pause", exact=True).press("Enter")
    labels = material.scores.scores.argmax(axis=1)
    times, presented, frames, captions = zip(*shown)
    assert len(shown) > 20
    for time, at, caption in zip(times, frames, captions):
        assert abs(material.scores.seconds[at] - time) < 0.01
        assert caption == material.scores.classes[labels[at]]
    passed = frames[-1] - frames[0] + 1 - len(frames)
    print(f"{view.kind}: {len(frames)} frames shown in 4 s, each with its caption; {passed} passed over by the video")
    at = frame(box)
    view.wait_for_timeout(300)
    assert frame(box) == at  # it stands
    check(box, material, (EACH, DEQUE))


def test_it_stops_at_the_end_and_begins_again(view, box, material):
    last = len(material.truth) - 1
    slider(box, FRAME).focus()
    view.keyboard.press("End")
    for _ in range(5):
        view.keyboard.press("ArrowLeft")
    view.keyboard.press(" ")
    view.wait_for_function(f"document.querySelector('.explorer').dataset.frame === '{last}'", timeout=20_000)
    box.get_by_role("button", name="Play", exact=True).press("Enter")
    view.wait_for_function("document.querySelector('.explorer').dataset.frame < 100", timeout=20_000)
    box.get_by_role("button", name="Pause", exact=True).press("Enter")


NAME = "e.ariaLabel || e.innerText.trim()"


def test_every_control_has_a_name_and_is_reached_by_tab(view, box):
    names = []
    box.get_by_label("Smoother of side A").focus()
    for _ in range(13 if view.kind == "notebook" else 11):
        names.append(view.evaluate(f"() => {{ const e = document.activeElement; return {NAME} }}"))
        view.keyboard.press("Tab")
    write = {name: [f"Write {name} as a video"] * (view.kind == "notebook") for name in "AB"}
    assert names == [
        "Smoother of side A", A, "Size of side A, typed, in frames", *write["A"],
        "Smoother of side B", B, "Size of side B, typed, in frames", *write["B"],
        "Play", "One frame back", "One frame on", "Next disagreement", FRAME,
    ]  # fmt: skip
    text = slider(box, FRAME).get_attribute("aria-valuetext")
    assert text.startswith(f"frame {frame(box)} of ") and "A: " in text and "B: " in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768])
def test_it_fits_light_and_dark(view, box, material, scheme, width):
    view.set_viewport_size({"width": width, "height": 1000})
    if view.kind == "page":
        view.emulate_media(color_scheme=scheme)
    else:
        view.evaluate(f"document.body.dataset.jpThemeLight = {'true' if scheme == 'light' else 'false'}")
    view.wait_for_timeout(1000)
    box.evaluate("box => box.scrollIntoView({block: 'start'})")
    (paths.OUTPUT / "browser").mkdir(parents=True, exist_ok=True)
    for name, what in (("explorer", box), (view.kind, view)):
        what.screenshot(path=paths.OUTPUT / "browser" / f"{view.kind}_{name}_{width}_{scheme}.png")
    outer = box.evaluate("e => { const o = e.getBoundingClientRect(); return [o.left, o.right] }")
    assert outer[1] <= width
    for inner in box.locator("video, button:visible, input, select, canvas, table, fieldset, .caption").all():
        left, right, wide = inner.evaluate(
            "e => { const o = e.getBoundingClientRect(); return [o.left, o.right, o.width] }"
        )
        assert outer[0] - 1 <= left and right <= outer[1] + 1 and wide > 0, inner.evaluate("e => e.outerHTML")
    ink, paper = box.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    red = [int(re.match(r"rgb\((\d+)", colour)[1]) for colour in (ink, paper)]
    assert (red[0] < red[1]) == (scheme == "light"), (ink, paper)
    check(box, material, (EACH, DEQUE))


def test_from_key_to_new_picture(view, new_page, material, page_of_long_clip):
    """The time from a key on the slider of A to the new strips on the screen, at 10,000 frames: the median of 20."""
    if view.kind == "page":
        view = new_page()
        view.goto(page_of_long_clip.as_uri())
    box = view.locator(".explorer").last
    box.scroll_into_view_if_needed()
    slider(box, A).fill("100")
    slider(box, A).focus()
    box.evaluate(
        """box => {
            window.times = [];
            box.addEventListener("input", event => requestAnimationFrame(() =>
                setTimeout(() => window.times.push(performance.now() - window.pressed))));
            addEventListener("keydown", event => window.pressed = event.timeStamp, true);
        }"""
    )
    for press in range(20):
        view.keyboard.press("ArrowRight")
        view.wait_for_function("press => window.times.length > press", arg=press)
    times = view.evaluate("window.times")
    print(f"from key to new picture: median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms")
    assert cells(box, "A") == [str(len(timeline.segments(smooth(material.long.scores, "mean", 120)[0])) - 1)]
    assert statistics.median(times) < SLOW


@pytest.fixture
def page_of_long_clip(material):
    from lib.explorer import pack, write_page

    write_page(material.folder / "long.html", pack(material.long), None)
    return material.folder / "long.html"


def test_the_console_reports_no_error(view):
    assert view.errors == []
