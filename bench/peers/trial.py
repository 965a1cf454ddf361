"""One trial of Headstart in PyTorch, in about the same steps; gives the accuracy on the test images."""
import random

import torch
import torch.nn.functional as F
from nets import BACKBONE, SMALL, Net
from torch import nn

BATCH = 32
PENALTIES = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 1e-4]


def run_trial(trial, data):
    return frozen(trial, data) if trial["strategy"] == "frozen" else train(trial, data)


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


def frozen(trial, data):
    n = trial["trainExamples"]
    held = max(1, round(n * (0.2 if n < 500 else 0.1)))
    x, y = data["features"], data["labels"]
    weights = logistic(x[held:n], y[held:n], x[:held], y[:held], data["classes"])
    test_x, test_y = data["test_features"], data["test"][1]
    return ((test_x @ weights[:-1] + weights[-1]).argmax(1) == test_y).float().mean().item()


def train(trial, data):
    pixels, labels, test, classes = (data[key] for key in ("pixels", "labels", "test", "classes"))
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
