"""Writes MobileNetV1 as timm and as Transformers save it, random but for its shape, with the features that they compute.

    python scripts/reference/safetensors.py --out /tmp/reference
    node scripts/reference/compare-features.mjs /tmp/reference/timm /tmp/reference/transformers

Each folder holds model.safetensors, config.json, pixels.u8 [4, 96, 96, 3] and features.f64 [4, width]: the pooled output of the
last convolution. Needs torch, timm with torchvision, transformers and safetensors.
"""
import argparse
import json
import os

import numpy as np
import torch
from safetensors.torch import save_file

SIZE = 96


def randomised(net):
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.3, 0.5)
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 1.5)
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out" if module.groups > 1 else "fan_in")
    return net.eval()


def of_timm():
    import timm

    net = randomised(timm.create_model("mobilenetv1_100", pretrained=False, num_classes=7))
    config = {"architecture": "mobilenetv1_100", "pretrained_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}
    return net, config, lambda x: net.forward_features(x).mean((2, 3))


def of_transformers():
    from transformers import MobileNetV1Config, MobileNetV1ForImageClassification

    config = MobileNetV1Config(depth_multiplier=0.5, num_labels=7)
    net = randomised(MobileNetV1ForImageClassification(config))
    return net, json.loads(config.to_json_string()), lambda x: net.mobilenet_v1(x).pooler_output


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    torch.manual_seed(3)
    pixels = np.random.default_rng(0).integers(0, 256, (4, SIZE, SIZE, 3), dtype=np.uint8)
    fed = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
    for name, make in (("timm", of_timm), ("transformers", of_transformers)):
        net, config, features = make()
        folder = f"{out}/{name}"
        os.makedirs(folder, exist_ok=True)
        save_file({key: value.contiguous() for key, value in net.state_dict().items()}, f"{folder}/model.safetensors")
        json.dump(config, open(f"{folder}/config.json", "w"))
        pixels.tofile(f"{folder}/pixels.u8")
        with torch.no_grad():
            features(fed).double().numpy().tofile(f"{folder}/features.f64")


if __name__ == "__main__":
    main()
