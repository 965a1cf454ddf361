"""The reference net of ../reference-net.mjs, for the peers in Python: the same layers, batch and classes."""

BATCH, SIZE, CLASSES = 32, 64, 10
# Outputs and stride of each 3 x 3 convolution.
PLAN = [(24, 2), (24, 1), (48, 2), (48, 1), (96, 2), (96, 1), (192, 2), (192, 1), (256, 1)]
JOINED = sum(outputs for outputs, _ in PLAN)
