"""Pooled features of MobileNetV1 by PyTorch, in float64, for the tests of the reader of TensorFlow.js models.

    python scripts/reference/mobilenet.py --shared ../shared > __tests__/fixtures/mobilenet.json

Shares no code with that reader: the layers are taken in the order of model.json, zeros are put explicitly, and batch
norms stay layers of their own. Of each image the pixels are printed too, so that decoders and resizing do not matter.
"""
import argparse
import base64
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

SIZE = 64
MODELS = ["0.25", "0.75"]
# Sets whose licence is stated: their images stand in the fixture.
IMAGES = [
    "dog-cat/dog/dog.0.jpg",
    "sign-digits/3/{first}",
    "trashnet/glass/glass1.jpg",
    "wbc/images/eosinophil_test_0_7604.jpg",
]


def read_model(folder):
    """(layers of the topology, {name: float64 tensor})."""
    with open(f"{folder}/model.json") as file:
        model = json.load(file)
    weights = {}
    for group in model["weightsManifest"]:
        data = b"".join(open(f"{folder}/{path}", "rb").read() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            assert entry["dtype"] == "float32" and "quantization" not in entry
            count = int(np.prod(entry["shape"]))
            values = np.frombuffer(data, "<f4", count, offset).reshape(entry["shape"])
            weights[entry["name"]] = torch.from_numpy(values.astype(np.float64))
            offset += 4 * count
        assert offset == len(data)
    return model["modelTopology"]["model_config"]["config"]["layers"], weights


def zeros_of_same(side, window, stride):
    """(before, after) as TensorFlow defines `same`."""
    outputs = -(-side // stride)
    total = max((outputs - 1) * stride + window - side, 0)
    return total // 2, total - total // 2


def features(layers, weights, x, zeros=zeros_of_same):
    """[count, channels] of [count, 3, side, side]: the global averages before the head."""
    for layer in layers:
        name, kind, config = layer["name"], layer["class_name"], layer["config"]
        if kind in ("Conv2D", "DepthwiseConv2D"):
            assert config["padding"] == "same" and not config["use_bias"] and config["activation"] == "linear"
            depthwise = kind == "DepthwiseConv2D"
            kernel = weights[f"{name}/{'depthwise_kernel' if depthwise else 'kernel'}"]
            # [h, w, channels, 1] and [h, w, inputs, outputs] to PyTorch's [outputs, inputs of a group, h, w].
            kernel = kernel.permute(2, 3, 0, 1) if depthwise else kernel.permute(3, 2, 0, 1)
            stride = config["strides"][0]
            before, after = zeros(x.shape[2], kernel.shape[2], stride)
            x = F.conv2d(F.pad(x, (before, after, before, after)), kernel.contiguous(), stride=stride,
                         groups=x.shape[1] if depthwise else 1)
        elif kind == "BatchNormalization":
            part = {key: weights[f"{name}/{key}"] for key in ("moving_mean", "moving_variance", "gamma", "beta")}
            x = F.batch_norm(x, part["moving_mean"], part["moving_variance"], part["gamma"], part["beta"],
                             training=False, eps=config["epsilon"])
        elif kind == "Activation":
            assert config["activation"] == "relu6"
            x = x.clamp(0, 6)
        elif kind == "GlobalAveragePooling2D":
            return x.mean((2, 3))
        else:
            assert kind == "InputLayer", kind


def packed(array, dtype):
    return base64.b64encode(np.ascontiguousarray(array, dtype).tobytes()).decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", required=True)
    shared = parser.parse_args().shared

    paths = [path.format(first=sorted(os.listdir(f"{shared}/datasets/sign-digits/3"))[0]) for path in IMAGES]
    pixels = np.stack([
        np.asarray(Image.open(f"{shared}/datasets/{path}").convert("RGB").resize((SIZE, SIZE), Image.BICUBIC))
        for path in paths
    ])
    x = torch.from_numpy(pixels.astype(np.float64)).permute(0, 3, 1, 2) / 127.5 - 1
    models = {}
    for alpha in MODELS:
        layers, weights = read_model(f"{shared}/weights/mobilenet_v1_{alpha}_224")
        models[alpha] = packed(features(layers, weights, x).numpy(), "<f4")
    print(json.dumps({
        "about": "Written by scripts/reference/mobilenet.py: uint8 pixels [image, row, column, channel] and float32 "
                 "pooled features [image, channel] by width, in base64.",
        "size": SIZE,
        "images": paths,
        "pixels": packed(pixels, "u1"),
        "features": models,
    }, indent=1))


if __name__ == "__main__":
    main()
