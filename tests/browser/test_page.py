"""What the explorer does on a page alone: its address keeps the state, one file holds everything, and it opens from disk."""

from dataclasses import replace

import numpy as np
import pytest
import scored
from pages import HOSTILE

from lib.__main__ import main
from lib.explorer import pack, write_page

SIZE = "Size of side {}, typed, in frames"


@pytest.fixture
def opened(new_page):
    """What opens a page from disk, where nothing but it can be reached; at the end no error was reported."""
    pages = []

    def open_page(path, state=""):
        page = new_page()
        pages.append(page)
        page.route(lambda address: not address.startswith(("file:", "blob:", "data:")), lambda route: route.abort())
        page.goto(path.as_uri() + state)
        page.locator(".explorer[data-frame]").wait_for(timeout=30_000)
        return page

    yield open_page
    for page in pages:
        assert page.errors == []
        page.close()


def controls(page):
    sizes = [page.get_by_label(SIZE.format(name)).input_value() for name in "AB"]
    smoothers = [page.get_by_label(f"Smoother of side {name}").input_value() for name in "AB"]
    return (*zip(smoothers, sizes), int(page.locator(".explorer").get_attribute("data-frame")))


def test_the_address_is_the_state(opened, page_file):
    page = opened(page_file, "#a=3&b=viterbi-64&t=4.2")
    assert controls(page) == (("mean", "3"), ("viterbi", "64"), 105)
    page.get_by_label("Smoother of side A").select_option("hysteresis")
    page.get_by_label(SIZE.format("B")).fill("8")
    page.get_by_role("button", name="One frame on").click()
    page.wait_for_function("location.hash === '#a=hysteresis-3&b=viterbi-8&t=4.24'")
    assert controls(opened(page_file, page.evaluate("location.hash"))) == controls(page)
    page.evaluate("location.hash = '#a=1&b=vote-16&t=8'")  # as if it were typed
    page.wait_for_function("document.querySelector('.explorer').dataset.frame === '200'")
    assert controls(page) == (("mean", "1"), ("vote", "16"), 200)


@pytest.mark.parametrize("state", ["#a=0&b=129&t=x", "#a=nothing-8&b=", "#constructor=1&a=toString-8", "#%"])
def test_a_wrong_address_changes_nothing(opened, page_file, state):
    assert controls(opened(page_file, state)) == controls(opened(page_file))


def test_the_state_is_that_of_the_frame_at_the_end_of_the_clip_too(opened, page_file, material):
    last = len(material.truth) - 1
    page = opened(page_file, "#a=1&b=32&t=999")
    assert controls(page)[2] == last
    assert controls(opened(page_file, f"#t={material.scores.seconds[last]:.3f}"))[2] == last


def test_one_file_holds_the_clip_too(opened, material, tmp_path):
    scores = str(material.folder / "clip.scores.npz")
    single = tmp_path / "page.html"
    assert main(["explore", str(material.clip), "--scores", scores, "--single-file", "--out", str(single)]) == 0
    page = opened(single, "#a=1&b=32&t=2")
    video = page.locator("video")
    page.wait_for_function("document.querySelector('video').readyState > 1 && !document.querySelector('video').seeking")
    assert abs(video.evaluate("video => video.currentTime") - 2.02) < 0.01
    assert not video.evaluate("video => video.muted")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelector('.explorer').dataset.frame > 60")
    page.get_by_role("button", name="Pause", exact=True).click()


def test_without_a_clip_it_plays_in_its_own_time(opened, tmp_path):
    write_page(tmp_path / "index.html", pack(*scored.flickering(30)), None)
    page = opened(tmp_path / "index.html", "#t=0.4")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelector('.explorer').dataset.frame === '29'")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    assert not page.locator("video").is_visible() and page.locator(".caption").count() == 2


def test_without_truth_there_are_switches_alone(opened, tmp_path):
    write_page(tmp_path / "index.html", pack(scored.flickering(60)[0]), None)
    page = opened(tmp_path / "index.html")
    assert page.locator("thead th").all_inner_texts() == ["", "switches"]


def test_a_truth_that_never_changes_has_no_lag(opened, tmp_path):
    write_page(tmp_path / "index.html", pack(scored.flickering(60)[0], np.zeros(60, int)), None)
    assert opened(tmp_path / "index.html").locator("tbody td").nth(2).inner_text() == "no change of event"


def test_where_a_and_b_agree_there_is_no_next_disagreement(opened, page_file):
    page = opened(page_file, "#a=8&b=8&t=1")
    page.get_by_role("button", name="Next disagreement").click()
    assert page.locator(".status").inner_text() == "A and B give every frame the same label."
    assert controls(page)[2] == 25


def test_a_single_frame_is_seen_among_ten_thousand(opened, tmp_path):
    scores, _ = scored.flickering(10_000)
    rows = np.tile(np.float32([1, 0, 0]), (10_000, 1))
    rows[6_000] = 0, 1, 0
    write_page(tmp_path / "index.html", pack(replace(scores, scores=rows)), None)
    page = opened(tmp_path / "index.html", "#t=0")
    colours = page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas"), row = canvas.getContext("2d").getImageData(108, 22, canvas.width - 122, 1);
            return Array.from({ length: row.width }, (_, x) => [row.data[4 * x], row.data[4 * x + 1]]);
        }"""
    )
    red = [x / len(colours) for x, (red, green) in enumerate(colours) if red > 150 and green < 150]
    assert len(red) == 1 and abs(red[0] - 0.6) < 0.002


def test_names_are_shown_as_they_are(opened, tmp_path):
    scores, truth = scored.flickering(60)
    names = (HOSTILE, "羽毛球", "a very long name of an event that does not fit")
    write_page(tmp_path / "index.html", pack(replace(scores, classes=names, source=HOSTILE), truth), None)
    page = opened(tmp_path / "index.html")
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    assert page.locator("h1").inner_text() == f"Events in {HOSTILE}"
    assert page.locator("[data-side=A] .bars span").all_inner_texts() == list(names)
    wide = page.locator(".explorer").evaluate("box => box.scrollWidth - box.clientWidth")
    assert wide <= 0


def test_a_video_that_does_not_play_leaves_the_rest_at_work(new_page, tmp_path):
    write_page(tmp_path / "index.html", pack(*scored.flickering(60)), "missing.mp4")
    page = new_page()
    page.goto((tmp_path / "index.html").as_uri())
    page.locator(".status:has-text('cannot be played')").wait_for()
    page.get_by_label(SIZE.format("A")).fill("9")
    assert page.locator("[data-side=A] .words").inner_text() == "mean of the last 9 frames"
    page.close()
