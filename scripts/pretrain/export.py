"""Folds the batch norm of a pre-trained reference net into its convolutions and writes its weights, card and log.

    python scripts/pretrain/export.py --checkpoint pretrain.pt --data ../shared/datasets/pretrain --name embedded \
        --source "Tiny ImageNet, 56,000 images of 200 classes (a subset of ImageNet, whose pictures are for non-commercial research and education)" --out src/backbone/weights

`<name>.f16` holds little-endian float16 numbers, in the order and with the names and shapes that the JSON beside it lists.
Prints the held-out accuracy before and after folding and rounding: they must agree.
"""
import argparse
import hashlib
import json
import os

import numpy as np
import torch

from pretrain import WIDTHS, ReferenceNet, accuracy, read_part


def folded(state):
    """{name: array} with kernels as [3, 3, inputs, outputs]; the batch norm's scale and shift in kernel and bias."""
    weights = {}
    for index in range(len(WIDTHS)):
        kernel = state[f"features.{3 * index}.weight"]
        norm = f"features.{3 * index + 1}"
        scale = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + 1e-5)
        bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
        weights[f"conv{index + 1}/kernel"] = (kernel * scale[:, None, None, None]).permute(2, 3, 1, 0).contiguous()
        weights[f"conv{index + 1}/bias"] = bias
    return weights


class FoldedNet(torch.nn.Module):
    def __init__(self, weights, head):
        super().__init__()
        self.weights, self.head = weights, head

    def forward(self, x):
        for index, (_, stride) in enumerate(WIDTHS):
            kernel = self.weights[f"conv{index + 1}/kernel"].permute(3, 2, 0, 1)
            x = torch.relu(torch.nn.functional.conv2d(x, kernel, self.weights[f"conv{index + 1}/bias"], stride, 1))
        return self.head(x.mean((2, 3)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--name", default="embedded")
    parser.add_argument("--source", required=True, help="what it was pre-trained on, in words")
    parser.add_argument("--licence", help="terms of the weights, where they are ours to give")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    checkpoint = torch.load(args.checkpoint, weights_only=True)
    net = ReferenceNet(len(checkpoint["state"]["head.bias"]))
    net.load_state_dict(checkpoint["state"])
    net.eval()
    weights = {name: value.half() for name, value in folded(checkpoint["state"]).items()}
    images, labels = map(torch.from_numpy, read_part(args.data, "held-out"))
    before = accuracy(net, images, labels)
    rounded = {name: value.float() for name, value in weights.items()}
    after = accuracy(FoldedNet(rounded, net.head).eval(), images, labels)
    print(f"held-out accuracy: {before:.4f} before, {after:.4f} after folding and rounding to float16")
    assert abs(before - after) < 0.01

    data = b"".join(value.numpy().astype("<f2").tobytes() for value in weights.values())
    os.makedirs(args.out, exist_ok=True)
    open(f"{args.out}/{args.name}.f16", "wb").write(data)
    card = {
        "name": args.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "data": args.source,
        **({"licence": args.licence} if args.licence else {}),
        "heldOutAccuracy": round(after, 4),
        "layers": [{"outputs": width, "stride": stride, "block": min(index // 2, 3)}
                   for index, (width, stride) in enumerate(WIDTHS)],
        "parameters": [{"name": name, "shape": list(value.shape)} for name, value in weights.items()],
    }
    json.dump(card, open(f"{args.out}/{args.name}.json", "w"), indent=2)
    json.dump(checkpoint["log"], open(f"{args.out}/{args.name}-log.json", "w"), indent=1)
    print(f"{len(data)} bytes, sha256 {card['sha256']}")


if __name__ == "__main__":
    main()
