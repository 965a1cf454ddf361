"""The nets of Headstart's strategies, in PyTorch."""
import torch
import torch.nn.functional as F
from torch import nn

# Outputs, stride and block of each layer.
BACKBONE = [(24, 2, 0), (24, 1, 0), (48, 2, 1), (48, 1, 1), (96, 2, 2), (96, 1, 2), (192, 2, 3), (192, 1, 3), (256, 1, 3)]
SMALL = [(16, 2, 0), (32, 2, 0), (32, 1, 1), (64, 2, 1), (64, 1, 2), (128, 2, 2), (128, 1, 3)]


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
