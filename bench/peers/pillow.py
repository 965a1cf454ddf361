"""Pillow decoding JPEGs to 64 pixels, with and without `draft`: the same lines on stdin and stdout as decoder.mjs.

    pillow.py <folder of JPEGs>
"""
import io
import json
import sys
import time
from pathlib import Path

import PIL
from PIL import Image

SIZE = 64
files = [path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.jpg"))]


def decode(data, draft):
    image = Image.open(io.BytesIO(data))
    if draft:
        image.draft("RGB", (SIZE, SIZE))
    image = image.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.resize((SIZE, SIZE), Image.Resampling.BOX, (left, top, left + side, top + side)).tobytes()


print(json.dumps({"version": f"Pillow {PIL.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    began, before, images = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < request["seconds"]:
        decode(files[images % len(files)], request["task"] == "draft")
        images += 1
    wall = time.perf_counter() - began
    print(json.dumps({"items": images, "cpuSeconds": time.process_time() - before, "wallSeconds": wall}), flush=True)
