"""Judges an embedded backbone by the reference protocol itself, `linear_probe.py` of the reference folder, run as it is.

    python scripts/pretrain/linear_probe.py --protocol ../shared/reference/linear_probe.py [--name embedded]

Only the table of backbones that the protocol goes through is another one. Features are the means of all nine layers, joined, as
`frozen` reads them; images of 64 px. Needs what the protocol needs; three minutes on two CPU cores.
"""
import argparse
import json
import os

import numpy as np
import torch

WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/backbone/weights")


def read(name):
    """Layers as (kernel, bias, stride) from `<name>.f16` and `<name>.json`."""
    card = json.load(open(f"{WEIGHTS}/{name}.json"))
    numbers = np.fromfile(f"{WEIGHTS}/{name}.f16", "<f2").astype(np.float32)
    tensors, at = [], 0
    for parameter in card["parameters"]:
        count = int(np.prod(parameter["shape"]))
        tensors.append(torch.from_numpy(numbers[at : at + count].reshape(parameter["shape"])))
        at += count
    return [(kernel.permute(3, 2, 0, 1), bias, layer["stride"])
            for kernel, bias, layer in zip(tensors[::2], tensors[1::2], card["layers"])]


def joined(layers, images):
    """Float N x 3 x h x w of 0 to 255 -> N x sum of widths."""
    x, features = (images / 255 - 0.5) / 0.25, []
    for kernel, bias, stride in layers:
        x = torch.relu(torch.nn.functional.conv2d(x, kernel, bias, stride, 1))
        features.append(x.mean((2, 3)))
    return torch.cat(features, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", required=True)
    parser.add_argument("--name", default="embedded")
    args = parser.parse_args()

    layers = read(args.name)
    protocol = {"__name__": "protocol", "__file__": os.path.abspath(args.protocol)}
    backbones, judging = open(args.protocol).read().split("\ndef fit(", 1)
    exec(compile(backbones, args.protocol, "exec"), protocol)
    protocol["M"] = {f"{args.name}@64": (64, lambda images: joined(layers, images))}
    exec(compile("def fit(" + judging, args.protocol, "exec"), protocol)


if __name__ == "__main__":
    main()
