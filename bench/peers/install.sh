#!/usr/bin/env bash
# A Python with the peers of the benchmark: `bash bench/peers/install.sh <folder>`, then HEADSTART_PYTHON=<folder>/bin/python.
set -euo pipefail
python3 -m venv "$1"
"$1/bin/pip" install --quiet torch==2.13.0 numpy==2.3.4 pillow==12.0.0
"$1/bin/python" -c 'import torch, PIL; print("PyTorch", torch.__version__, "and Pillow", PIL.__version__, "are ready.")'
