"""ONNX Runtime on the CPU, embedding with the reference net; the same lines on stdin and stdout as engine.mjs.

    onnx_runtime.py <threads>
"""
import sys

import numpy as np
import onnxruntime
from onnx_graph import embedding
from reference_net import BATCH, JOINED, SIZE
from serve import serve


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(sys.argv[1])
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(embedding(), options, providers=["CPUExecutionProvider"])
    pixels = np.random.default_rng(1).integers(0, 256, (BATCH, SIZE, SIZE, 3), np.uint8)

    def embed():
        (features,) = session.run(None, {"pixels": pixels})
        assert features.shape == (BATCH, JOINED)
        return BATCH

    serve(f"ONNX Runtime {onnxruntime.__version__}", {"embed": embed})


if __name__ == "__main__":
    main()
