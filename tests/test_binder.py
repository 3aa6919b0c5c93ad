"""The page on which anyone drags the slider, in an environment of its own."""

import json
import re
import subprocess
import sys
from importlib.metadata import requires

from packaging.requirements import Requirement

from lib import timeline, video
from lib.core import notebooks, paths

BINDER = paths.ROOT / "binder"
PIN = re.compile(r"^([\w-]+)==(\S+?)(?: ;.*)?(?: \\)?$", re.M)


def pins(text):
    return dict(PIN.findall(text))


def test_the_lean_environment_has_the_versions_of_the_whole_one():
    whole = pins((paths.ROOT / "requirements.txt").read_text())
    for name, version in pins((BINDER / "requirements.txt").read_text()).items():
        assert whole[name.removesuffix("-headless")] == version, name


def closure(names):
    """The distributions that these need, and they themselves."""
    found, waiting = set(), list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in found:
            found.add(name)
            needed = (Requirement(line) for line in requires(name) or ())
            waiting += [one.name for one in needed if not one.marker or one.marker.evaluate({"extra": ""})]
    return found


ONLY = """
import re, sys
from importlib.metadata import packages_distributions

allowed, modules = set({allowed!r}), packages_distributions()

class Guard:
    def find_spec(self, name, path=None, target=None):
        owners = [re.sub(r"[-_.]+", "-", owner).lower() for owner in modules.get(name.partition(".")[0], ())]
        if owners and not allowed & set(owners):
            raise ImportError(name + " is not in the lean environment")

sys.meta_path.insert(0, Guard())
"""


def test_its_notebook_runs_with_the_packages_of_the_lean_environment_alone(tmp_path):
    names = [name.removesuffix("-headless") for name in pins((BINDER / "requirements.txt").read_text())]
    allowed = sorted(closure([*names, "ipython", "ipykernel"]) | {"events-in-video"})  # binder itself brings Jupyter
    cells = [cell.source for cell in notebooks.read(BINDER / "slider.ipynb").cells if cell.cell_type == "code"]
    cells[1] = cells[1].replace('"../example_clips"', repr(str(tmp_path)))
    drawn = "from lib import sample; sample.draw_clip = lambda name, folder: None"  # a minute's work
    end = "import json; print(json.dumps('tensorflow' in sys.modules))"
    program = "\n".join([ONLY.format(allowed=allowed), cells[0], drawn, cells[1], end])
    done = subprocess.run([sys.executable, "-c", program], cwd=BINDER, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) is False


def test_its_scores_are_small_and_fit_their_truth():
    assert sum(file.stat().st_size for file in BINDER.iterdir()) < 200_000
    scores = video.FrameScores.load(BINDER / "sports_day.scores.npz")
    truth = timeline.read_truth(BINDER / "sports_day.truth.csv").labels(scores.classes)
    assert truth.shape == (scores.frames,)
    assert 0.7 < timeline.frame_accuracy(scores.scores.argmax(axis=1), truth) < 0.95
