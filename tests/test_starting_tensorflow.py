"""A TensorFlow that cannot be imported, and too little memory: one sentence each, with the way out."""

import errno
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from lib import backbones, classifier
from lib.__main__ import main
from lib.core import memory, notebooks, paths

NATIVE = '''raise ImportError("""Traceback (most recent call last):
  File "tensorflow/python/pywrap_tensorflow.py", line 73, in <module>
ImportError: DLL load failed while importing _pywrap_tensorflow_internal: A dynamic link library (DLL) initialization
routine failed.

Failed to load the native TensorFlow runtime.""")'''
STUBS = {
    NATIVE: "TensorFlow cannot be imported (DLL load failed while importing",
    "raise OSError(126, 'The specified module could not be found')": "could not be found",
    "import tensorflow.python.missing": "(No module named 'tensorflow.python'): the set-up is not complete: run",
    "": "has no attribute 'config'): the set-up is not complete: run",
    "raise TypeError('Descriptors cannot be created directly. More')": "(Descriptors cannot be created directly): on",
    "raise ImportError('\\x1b[2Jnumpy.core.multiarray failed to import')": r"(\x1b[2Jnumpy.core.multiarray failed",
    "raise MemoryError": "There is not enough memory to start TensorFlow: close other programs",
    "raise ImportError('libcudart.so: failed to map segment: Cannot allocate memory')": "not enough memory to start",
}


@pytest.fixture(params=STUBS, ids=range(len(STUBS)))
def stub(request, tmp_path):
    """The environment of a Python whose TensorFlow is a stub that fails on import, and what is then said."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text(request.param)
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(paths.ROOT)])}, STUBS[request.param]


def run(environment, *arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True, check=False)


def test_commands_say_it_in_one_line(stub, tmp_path):
    environment, words = stub
    (tmp_path / "clip.mp4").write_bytes(b"x")
    done = run(environment, "-m", "lib", "label", str(tmp_path / "clip.mp4"))
    assert done.returncode == 1 and done.stdout == ""
    assert words in done.stderr and done.stderr.strip().isprintable()
    assert done.stderr.endswith(("(`python -m pip install --require-hashes -r requirements.txt`).\n", "try again.\n"))


def test_in_a_notebook_it_is_the_last_line(stub):
    environment, words = stub
    last = run(environment, "-c", "import lib.core.framework").stderr.strip().splitlines()[-1]
    assert words in last and last.startswith(
        ("lib.core.framework.TensorFlowError: ", "lib.core.memory.NotEnoughMemory: ")
    )


@pytest.mark.parametrize(
    ("system", "words"),
    [("Windows", "Visual C++ Redistributable (x64)"), ("Darwin", "Apple silicon (arm64)"), ("Linux", "glibc 2.27"),
     ("FreeBSD", "the set-up is not complete")],
)  # fmt: skip
def test_each_system_has_its_way_out(system, words):
    from lib.core.framework import import_failure

    said = str(import_failure(ImportError("DLL load failed: Some words. More of them"), system))
    assert said.startswith("TensorFlow cannot be imported (DLL load failed: Some words): ") and words in said
    assert "set-up is not complete" in str(import_failure(ModuleNotFoundError("No module named 'tensorflow'"), system))


def test_a_processor_without_avx_is_named_before_tensorflow_ends_python(tmp_path):
    from lib.core.framework import TensorFlowError, check_processor

    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name\t: QEMU Virtual CPU\nflags\t\t: fpu sse sse2 xavx\nbugs\t\t:\n")
    with pytest.raises(TensorFlowError, match="lacks AVX: use another computer"):
        check_processor(cpuinfo)
    for fine in ("flags\t\t: fpu avx sse2\n", "Features\t: fp asimd\n"):  # the last of an ARM64 processor
        cpuinfo.write_text(fine)
        check_processor(cpuinfo)
    check_processor(tmp_path / "nothing")


# Memory


def tensorflow_error():
    from lib.core.framework import tf

    return tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[9,9]")


def wrapped():
    """As Keras wraps what went wrong while it builds a layer."""
    error = TypeError("<class 'Dense'> could not be deserialized properly")
    error.__cause__ = MemoryError()
    return error


SHORT = [MemoryError, tensorflow_error, wrapped, lambda: RuntimeError("std::bad_alloc"),
         lambda: np._core._exceptions._ArrayMemoryError((9,), np.dtype("f4")), lambda: OSError(errno.ENOMEM, "x")]  # fmt: skip


@pytest.fixture(params=SHORT, ids=["Python", "TensorFlow", "Keras", "C++", "NumPy", "system"])
def short(request, monkeypatch):
    """Let Keras run out of memory while it loads or builds a model."""
    from lib.core.framework import keras

    def fail(*_, **__):
        raise request.param()

    monkeypatch.setattr(keras.models, "load_model", fail)
    monkeypatch.setattr(keras.applications, "MobileNetV2", fail)


def test_loading_a_model_without_enough_memory_is_named_as_that(toy_classifier, toy_backbone, short):
    for load, path in ((classifier.load, toy_classifier), (backbones.load, str(toy_backbone))):
        with pytest.raises(memory.NotEnoughMemory) as refused:
            load(path)
        assert str(refused.value) == f"There is not enough memory to load {path}: {memory.WAY_OUT}."


def test_so_is_building_a_network_of_keras(project, short, monkeypatch):
    from lib.core import backbone_files, weight_files

    monkeypatch.setattr(backbone_files, "weights", lambda name: project / "weights.h5")
    monkeypatch.setattr(weight_files, "check", lambda path: None)
    with pytest.raises(memory.NotEnoughMemory, match=r"not enough memory to load .*weights\.h5: close other programs"):
        backbones.load("mobilenet_v2")


def test_so_is_running_a_model(tmp_path):
    """Its layers give terabytes for one image."""
    from lib.core.framework import forward, keras

    layers = keras.layers
    frames = keras.Input((8, 8, 3), dtype="uint8")
    means = layers.GlobalAveragePooling2D()(layers.UpSampling2D(100_000)(layers.Rescaling(1 / 255)(frames)))
    with pytest.raises(memory.NotEnoughMemory, match="not enough memory to run huge on images of 8×8: close other"):
        forward(keras.Model(frames, means, name="huge"), 8)(np.zeros((1, 8, 8, 3), np.uint8))


@pytest.mark.parametrize("error", [MemoryError, lambda: np._core._exceptions._ArrayMemoryError((9,), np.dtype("f4"))])
def test_a_command_says_so_in_one_line(monkeypatch, capsys, toy_photos, error):
    def fail(folder, say):
        raise error()

    monkeypatch.setattr("lib.photos.find", fail)
    assert main(["evaluate", str(toy_photos)]) == 1
    said = capsys.readouterr().err
    assert said == f"python -m lib evaluate: There is not enough memory to run evaluate: {memory.WAY_OUT}.\n"


def test_other_errors_stay_what_they_are():
    with pytest.raises(KeyError), memory.named("load x"):
        raise KeyError("ours")


@pytest.mark.parametrize("cell", ["raise MemoryError", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_notebook_that_ran_out_of_memory_says_so(tmp_path, monkeypatch, cell):
    import nbformat

    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), tmp_path / "small.ipynb")
    with pytest.raises(notebooks.NotebookError, match="small ran out of memory, it seems: close other programs"):
        notebooks.execute("small", progress=False)


def test_what_the_user_has_set_for_other_projects_changes_nothing(tmp_path):
    """Keras's own settings: an environment variable, and a file in the home folder."""
    settings = {"backend": "torch", "image_data_format": "channels_first", "floatx": "float16"}
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    environment = os.environ | {"KERAS_BACKEND": "jax", "KERAS_HOME": str(tmp_path), "PYTHONPATH": str(paths.ROOT)}
    code = (
        "from lib.core.framework import keras; c = keras.config; print(c.backend(), c.image_data_format(), c.floatx())"
    )
    done = run(environment, "-c", code)
    assert done.stdout.split() == ["tensorflow", "channels_last", "float32"], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot begin with a closed stream")
def test_without_a_standard_error_libraries_are_silent_anyway():
    code = "import os; os.close(2); from lib.core import quiet\nwith quiet.standard_error_muted(): print('runs')"
    assert run({**os.environ, "PYTHONPATH": str(paths.ROOT)}, "-c", code).stdout == "runs\n"
