"""PyTorch, eager, on the reference net: the same net, batch and step as engine.mjs, the same lines on stdin and stdout.

    pytorch.py <threads> <nchw|channels_last>
"""
import sys

import torch
import torch.nn.functional as F
from reference_net import BATCH, CLASSES, PLAN, SIZE
from serve import serve
from torch import nn


class ReferenceNet(nn.Module):
    def __init__(self):
        super().__init__()
        channels, convolutions = 3, []
        for outputs, stride in PLAN:
            convolutions.append(nn.Conv2d(channels, outputs, 3, stride, 1))
            channels = outputs
        self.convolutions = nn.ModuleList(convolutions)
        self.head = nn.Linear(channels, CLASSES)

    def forward(self, x):
        for convolution in self.convolutions:
            x = F.relu(convolution(x))
        return self.head(x.mean((2, 3)))

    def embed(self, x):
        pooled = []
        for convolution in self.convolutions:
            x = F.relu(convolution(x))
            pooled.append(x.mean((2, 3)))
        return torch.cat(pooled, 1)


def main():
    threads, layout = int(sys.argv[1]), sys.argv[2]
    memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = ReferenceNet().to(memory_format=memory_format)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
    pixels = torch.randint(0, 256, (BATCH, SIZE, SIZE, 3), dtype=torch.uint8)
    labels = torch.arange(BATCH) % CLASSES

    def read():
        x = (pixels.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25
        return x.contiguous(memory_format=memory_format)

    def embed():
        with torch.no_grad():
            net.embed(read()).numpy()
        return BATCH

    def train():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(read()), labels, label_smoothing=0.1)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1)
        optimizer.step()
        loss.item()
        return BATCH

    serve(f"PyTorch {torch.__version__}", {"embed": embed, "train": train})


if __name__ == "__main__":
    main()
