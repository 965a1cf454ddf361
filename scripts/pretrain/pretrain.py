"""Pre-trains an embedded backbone with PyTorch on the CPU: on Tiny ImageNet (64 px WebP shards), or on what draw.py drew.

    python scripts/pretrain/pretrain.py --data ../shared/datasets/pretrain --out pretrain.pt

The network is the reference net: nine 3x3 convolutions without bias, each followed by batch norm and
ReLU, global average pool, dense. `export.py` folds the batch norm away. One seed, one recipe, no search:
SGD with Nesterov momentum, one-cycle learning rate, label smoothing, an average of the weights over
the last steps; 48 px for the first part of training, 64 px for the rest. Augmentation: random crop
of a padded image, horizontal flip, brightness, contrast, and now and then grey or inverted images, so that
drawings and microscope slides are not wholly foreign.
"""
import argparse
import io
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

WIDTHS = [(24, 2), (24, 1), (48, 2), (48, 1), (96, 2), (96, 1), (192, 2), (192, 1), (256, 1)]


def read_shard(stem):
    data = open(stem + ".bin", "rb").read()
    offset, images, labels = 0, [], []
    for line in open(stem + ".idx"):
        label, _ = map(int, line.split())
        length = int.from_bytes(data[offset + 4 : offset + 8], "little") + 8
        images.append(np.asarray(Image.open(io.BytesIO(data[offset : offset + length])).convert("RGB")))
        labels.append(label)
        offset += length
    return np.stack(images), np.array(labels)


def read_part(folder, part):
    """Images and labels of `train` or `held-out`, as draw.py writes them or from shards."""
    if os.path.exists(f"{folder}/{part}.npy"):
        return np.load(f"{folder}/{part}.npy"), np.load(f"{folder}/{part}-labels.npy")
    shards = [read_shard(f"{folder}/{stem}") for stem in ([f"train-{k:02d}" for k in range(4)] if part == "train" else ["val"])]
    return np.concatenate([s[0] for s in shards]), np.concatenate([s[1] for s in shards])


class ReferenceNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers, channels = [], 3
        for width, stride in WIDTHS:
            layers += [nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(channels, classes)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


def augment(images, size, generator):
    """uint8 N x 64 x 64 x 3 -> float N x 3 x size x size in about -2..2."""
    n = len(images)
    x = images.permute(0, 3, 1, 2).float().div_(255)
    scale = torch.empty(n).uniform_(0.55, 1.1, generator=generator)
    ratio = torch.empty(n).uniform_(-0.2, 0.2, generator=generator).exp()
    shift = torch.empty(n, 2).uniform_(-1, 1, generator=generator) * (1.05 - scale).clamp(min=0.05)[:, None]
    flip = torch.randint(0, 2, (n,), generator=generator) * 2.0 - 1
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = scale * ratio * flip, scale / ratio
    theta[:, :, 2] = shift
    x = F.grid_sample(x, F.affine_grid(theta, (n, 3, size, size), align_corners=False), align_corners=False,
                      padding_mode="reflection")
    x = (x - 0.5) * torch.empty(n, 1, 1, 1).uniform_(0.7, 1.3, generator=generator)
    x = x + torch.empty(n, 3, 1, 1).uniform_(-0.1, 0.1, generator=generator)
    grey = torch.rand(n, generator=generator) < 0.12
    x[grey] = x[grey].mean(1, keepdim=True).expand(-1, 3, -1, -1)
    inverted = torch.rand(n, generator=generator) < 0.08
    x[inverted] = -x[inverted]
    return (x / 0.25).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def accuracy(net, images, labels):
    net.eval()
    hits = 0
    for k in range(0, len(images), 250):
        x = (images[k : k + 250].permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25
        hits += (net(x.contiguous(memory_format=torch.channels_last)).argmax(1) == labels[k : k + 250]).sum().item()
    return hits / len(images)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--small-epochs", type=int, default=12, help="of these, at 48 px")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop early, for a rehearsal")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    images, labels = map(torch.from_numpy, read_part(args.data, "train"))
    val_images, val_labels = map(torch.from_numpy, read_part(args.data, "held-out"))
    net = ReferenceNet(int(labels.max()) + 1).to(memory_format=torch.channels_last)
    decay = [p for p in net.parameters() if p.dim() > 1]
    rest = [p for p in net.parameters() if p.dim() <= 1]
    optimizer = torch.optim.SGD([{"params": decay, "weight_decay": 5e-4}, {"params": rest, "weight_decay": 0}],
                                lr=args.lr, momentum=0.9, nesterov=True)
    average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999),
                                                  use_buffers=True)
    steps = args.epochs * (len(images) // args.batch)
    step, started, log = 0, time.time(), []
    for epoch in range(args.epochs):
        net.train()
        size = 48 if epoch < args.small_epochs else 64
        order = torch.randperm(len(images), generator=generator)
        total = 0.0
        for k in range(len(images) // args.batch):
            lr = args.lr * min(1, step / (0.08 * steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))
            for group in optimizer.param_groups:
                group["lr"] = lr
            chosen = order[k * args.batch : (k + 1) * args.batch]
            x = augment(images[chosen], size, generator)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = net(x)
            loss = F.cross_entropy(logits.float(), labels[chosen], label_smoothing=0.1)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            average.update_parameters(net)
            total += loss.item()
            step += 1
            if (time.time() - started) / 60 > args.minutes:
                break
        log.append({"epoch": epoch + 1, "size": size, "loss": round(total / (k + 1), 4),
                    "valAccuracy": accuracy(average.module, val_images, val_labels),
                    "seconds": round(time.time() - started)})
        print(json.dumps(log[-1]), flush=True)
        torch.save({"state": average.module.state_dict(), "log": log, "args": vars(args)}, args.out)


if __name__ == "__main__":
    main()
