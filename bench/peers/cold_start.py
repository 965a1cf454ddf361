"""What a PyTorch user would put into the workflow: the trials of a receipt.json of Headstart, on the same images.

    cold_start.py <folder of class folders> <receipt.json>

Same nets, subset sizes, passes, batches and rates, all threads, channels_last. Weights of the backbone are random: that
takes as long. Groups and the statistics of the verdict are left out, in PyTorch's favour.
"""
import json
import random
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

SIZE, BATCH = 64, 32
BACKBONE = [(24, 2, 0), (24, 1, 0), (48, 2, 1), (48, 1, 1), (96, 2, 2), (96, 1, 2), (192, 2, 3), (192, 1, 3), (256, 1, 3)]
SMALL = [(16, 2, 0), (32, 2, 0), (32, 1, 1), (64, 2, 1), (64, 1, 2), (128, 2, 2), (128, 1, 3)]
PENALTIES = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 1e-4]


class Standardised(nn.Conv2d):
    def forward(self, x):
        w = self.weight
        mean, var = w.mean((1, 2, 3), keepdim=True), w.var((1, 2, 3), keepdim=True, correction=0)
        w = (w - mean) * torch.rsqrt(var * w[0].numel() + 1e-4)
        return F.conv2d(x, w, self.bias, self.stride, self.padding)


class Net(nn.Module):
    def __init__(self, plan, classes, standardised_from):
        super().__init__()
        channels, layers = 3, []
        for outputs, stride, block in plan:
            kind = Standardised if block >= standardised_from else nn.Conv2d
            layers.append(kind(channels, outputs, 3, stride, 1))
            channels = outputs
        self.layers = nn.ModuleList(layers)
        self.blocks = [block for _, _, block in plan]
        self.head = nn.Linear(channels, classes)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(x.mean((2, 3)))

    def embed(self, x):
        pooled = []
        for layer in self.layers:
            x = F.relu(layer(x))
            pooled.append(x.mean((2, 3)))
        return torch.cat(pooled, 1)

    def open_blocks(self, lowest):
        for layer, block in zip(self.layers, self.blocks):
            layer.requires_grad_(block >= lowest)


def decode(path):
    image = Image.open(path)
    image.draft("RGB", (SIZE, SIZE))
    image = image.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    small = image.resize((SIZE, SIZE), Image.Resampling.BOX, (left, top, left + side, top + side))
    return torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).view(SIZE, SIZE, 3)


def normalised(pixels):
    return ((pixels.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25).contiguous(memory_format=torch.channels_last)


def augmented(pixels):
    dx, dy = random.randint(-5, 5), random.randint(-5, 5)
    gain = 1 + random.uniform(-0.1, 0.1)
    return (torch.roll(pixels, (dy, dx), (1, 2)).float() * gain).clamp(0, 255).to(torch.uint8)


def logistic(x, y, hold_x, hold_y, classes):
    def fit(rows, weights, penalty, steps):
        weights = weights.clone().requires_grad_(True)
        optimizer = torch.optim.LBFGS([weights], max_iter=steps, tolerance_grad=1e-4, line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            loss = F.cross_entropy(x[:rows] @ weights[:-1] + weights[-1], y[:rows]) + penalty * weights[:-1].square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        return weights.detach()

    weights = torch.zeros(x.shape[1] + 1, classes)
    best, chosen, worse = -1.0, None, 0
    for penalty in PENALTIES:
        weights = fit(1000, weights, penalty, 30)
        right = ((hold_x @ weights[:-1] + weights[-1]).argmax(1) == hold_y).float().mean().item()
        worse = worse + 1 if right < best else 0
        if right > best:
            best, chosen = right, (penalty, weights)
        if worse == 2:
            break
    return fit(len(x), chosen[1], chosen[0], 80)


@torch.no_grad()
def accuracy(net, pixels, labels):
    right = 0
    for start in range(0, len(pixels), BATCH):
        right += (net(normalised(pixels[start : start + BATCH])).argmax(1) == labels[start : start + BATCH]).sum().item()
    return right / len(pixels)


def train(trial, pixels, labels, test, classes):
    n = trial["trainExamples"]
    held = max(1, round(n * (0.2 if n < 500 else 0.1)))
    rows, hold = torch.arange(held, n), torch.arange(held)
    best = -1.0, 0.0
    for rate in trial["rates"]:
        standardised_from = {"small net": 0, "backbone net": 0, "fresh module": 2}.get(trial["variant"], 99)
        net = Net(SMALL if trial["variant"] == "small net" else BACKBONE, classes, standardised_from)
        net = net.to(memory_format=torch.channels_last)
        gradual = trial["variant"] == "gradual unfreezing"
        lowest = 3 if gradual else 2 if trial["variant"] == "fresh module" else 0
        net.open_blocks(lowest)
        optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
        batch = min(BATCH, len(rows))
        per_epoch = max(1, len(rows) // batch)
        steps = trial["epochs"] * per_epoch
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps + 1, pct_start=0.15, anneal_strategy="linear")
        looks = 0
        for step in range(steps):
            if step % per_epoch == 0:
                order = rows[torch.randperm(len(rows))]
            chosen = order[(step % per_epoch) * batch : (step % per_epoch + 1) * batch]
            optimizer.zero_grad(set_to_none=True)
            logits = net(normalised(augmented(pixels[chosen])))
            F.cross_entropy(logits, labels[chosen], label_smoothing=0.1).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1)
            optimizer.step()
            schedule.step()
            if (step + 1) * 10 // steps > looks:
                looks += 1
                accuracy(net, pixels[hold], labels[hold])
                if gradual and lowest > 0 and looks % 2 == 0:
                    lowest -= 1
                    net.open_blocks(lowest)
        found = accuracy(net, pixels[hold], labels[hold])
        if found > best[0]:
            best = found, accuracy(net, *test)
    return best[1]


def main():
    torch.manual_seed(1)
    random.seed(1)
    folder, receipt = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    files = [(path, k) for k, name in enumerate(names) for path in sorted((folder / name).iterdir())]
    random.shuffle(files)
    pixels = torch.stack([decode(path) for path, _ in files])
    labels = torch.tensor([k for _, k in files])
    cut = len(files) // 4
    test, pixels, labels = (pixels[:cut], labels[:cut]), pixels[cut:], labels[cut:]
    backbone = Net(BACKBONE, len(names), 99).to(memory_format=torch.channels_last)

    @torch.no_grad()
    def embed(images):
        return torch.cat([backbone.embed(normalised(images[i : i + BATCH])) for i in range(0, len(images), BATCH)])

    features, test_features = embed(pixels), embed(test[0])
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    features, test_features = (features - mean) / deviation, (test_features - mean) / deviation
    for trial in receipt["trials"]:
        n = trial["trainExamples"]
        if trial["strategy"] == "frozen":
            held = max(1, round(n * (0.2 if n < 500 else 0.1)))
            weights = logistic(features[held:n], labels[held:n], features[:held], labels[:held], len(names))
            found = ((test_features @ weights[:-1] + weights[-1]).argmax(1) == test[1]).float().mean().item()
        else:
            found = train(trial, pixels, labels, test, len(names))
        print(trial["strategy"], trial["variant"], n, f"{found:.3f}", flush=True)


if __name__ == "__main__":
    main()
