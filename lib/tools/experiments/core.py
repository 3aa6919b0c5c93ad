"""What the core reaches: the program of notebooks 01 to 03, run as it stands, with several seeds.

The figures of the test set are those of the frozen classifier, the fine-tuned one, and the one that validation chooses.
"""

import contextlib
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lib.core import paths
from lib.core.files import write_json
from lib.lessons import pipeline
from lib.tools import experiments

CASES = [
    {"photographs": photographs, "backbone": backbone, "seed": seed}
    for photographs in experiments.SETS
    for backbone in ("bundled", "efficientnet_lite0")
    for seed in experiments.SEEDS
]
RATES = {"efficientnet_lite0": 1e-3}  # of fine-tuning, where it is not the notebook's own


def run_case(case: dict) -> dict:
    """Run the program once; give accuracies and the validation losses that choose between the two classifiers."""
    import matplotlib

    matplotlib.use("agg")
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        names = run_program(case, Path(folder))
    test, truth = names["dat"][names["test"]], names["integers"][names["test"]]
    result = {"test_name": names["test_name"], "test_count": len(truth), "chosen": names["winner"]}
    for name, model in (("frozen", names["frozen"]), ("fine_tuned", names["model"])):
        loss, accuracy = names["results"][name.replace("_", "-")]
        predicted = model.predict(test, verbose=0).argmax(axis=1)
        result |= {f"{name}_validation_loss": loss, f"{name}_validation": accuracy}
        result[f"{name}_test"] = float(np.mean(predicted == truth))
    return result | {"chosen_test": result[names["winner"].replace("-", "_") + "_test"]}


def run_program(case: dict, folder: Path) -> dict:
    """Run the cells tagged `pipeline` of 01 to 03, whose files go to a folder; give the variables that they leave."""
    import matplotlib.pyplot as plt

    base, card = pipeline.base(case["backbone"], folder)
    write_json(folder / "base.json", card)
    photographs = paths.DATA / case["photographs"]
    names: dict = {"fdr": str(photographs), "table": str(photographs / "manifest.csv"), "basepath": str(base)}
    files = {
        "cardpath": "base.json", "modelpath": "frozen.keras", "jsonpath": "frozen.json", "headpath": "head.weights.h5",
        "logpath": "log.csv", "tunedpath": "tuned.keras", "tunedjson": "tuned.json", "toppath": "top.weights.h5",
    }  # fmt: skip
    names |= {name: str(folder / file) for name, file in files.items()}
    for notebook in experiments.CORE:
        chosen = {"SEED": case["seed"]}
        if notebook == "03_fine_tuning" and case["backbone"] in RATES:
            chosen["LR"] = RATES[case["backbone"]]
        for source in pipeline.cells(notebook):
            exec(compile(source, f"{notebook}.ipynb", "exec"), names)
            names |= chosen  # after the cell that holds the parameters
    plt.close("all")
    return names


def summarise(rows: list[dict]) -> str:
    """Print the accuracies on the test set by photo set and backbone."""
    return experiments.table(rows, "backbone", ("frozen_test", "fine_tuned_test", "chosen_test"))
