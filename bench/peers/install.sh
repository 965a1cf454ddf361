#!/usr/bin/env bash
# A Python with the peers of the benchmark: `bash bench/peers/install.sh <folder>`, then HEADSTART_PYTHON=<folder>/bin/python.
set -euo pipefail
python3 -m venv "$1"
"$1/bin/pip" install --quiet torch==2.13.0 numpy==2.3.4 pillow==12.0.0 onnxruntime==1.32.0 onnx==1.23.2
"$1/bin/python" -c 'import torch, PIL, onnx, onnxruntime; print("PyTorch", torch.__version__, ", Pillow", PIL.__version__, "and ONNX Runtime", onnxruntime.__version__, "are ready.")'
