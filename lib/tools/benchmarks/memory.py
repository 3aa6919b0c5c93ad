"""How much memory labelling a clip takes at most, each time in a process of its own."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from statistics import median

from lib.core.paths import ROOT
from lib.core.progress import progress_bar
from lib.tools.benchmarks.clips import our_way, piece
from lib.tools.benchmarks.measuring import Result

SIZE = (320, 180)
STATUS = Path("/proc/self/status")  # Linux; macOS has the module `resource`, Windows neither


def is_supported() -> bool:
    """Whether the system reports a process's peak memory: Windows does not, without another package."""
    return STATUS.exists() or importlib.util.find_spec("resource") is not None


def long_and_short(clip: Path, model: Path, repeats: int, folder: Path, short: int, long: int) -> Result:
    """Peak memory at many frames over that at few, scoring, smoothing and drawing. model: a saved classifier."""
    lengths = {f"{short} frames": piece(clip, folder / "short.mp4", short, SIZE)}
    lengths |= {f"{long} frames": piece(folder / "short.mp4", folder / "long.mp4", long)}
    runs: dict[str, list[float]] = {name: [] for name in lengths}
    for _ in progress_bar(range(repeats), desc="memory", unit="round"):
        for name, path in lengths.items():
            runs[name].append(_peak_of_a_child(path, model))
    few, many = (median(sizes) for sizes in runs.values())
    note = f"{few / 1e6:.0f} and {many / 1e6:.0f} MB, TensorFlow included"
    return Result(f"peak memory at {long:,} frames over that at {short}", many / few, "times", 1.1, False, runs, note)


def _peak_of_a_child(clip: Path, model: Path) -> int:
    command = [sys.executable, "-m", "lib.tools.benchmarks.memory", str(clip), str(model)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if child.returncode:
        raise RuntimeError(f"labelling {clip.name} in another process failed: {child.stderr.strip()[-500:]}")
    return int(child.stdout.split()[-1])


def peak() -> int:
    """The most memory (bytes, resident) that this process has had."""
    if STATUS.exists():  # where ru_maxrss begins with what the parent held
        return int(STATUS.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    import resource  # where ru_maxrss is in bytes

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    from lib import classifier

    our_way(Path(sys.argv[1]), Path(sys.argv[1]).with_suffix(".avi"), classifier.load(sys.argv[2]))
    print(peak())
