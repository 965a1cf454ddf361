"""Pillow decoding JPEGs to 64 pixels, with and without `draft`: the same lines on stdin and stdout as decoder.mjs.

    pillow.py <folder of JPEGs>
"""
import io
import sys
from itertools import cycle
from pathlib import Path

import PIL
from PIL import Image
from serve import serve

SIZE = 64
files = cycle([path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.jpg"))])


def decode(data, draft):
    image = Image.open(io.BytesIO(data))
    if draft:
        image.draft("RGB", (SIZE, SIZE))
    image = image.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image.resize((SIZE, SIZE), Image.Resampling.BOX, (left, top, left + side, top + side)).tobytes()
    return 1


serve(f"Pillow {PIL.__version__}", {"whole": lambda: decode(next(files), False), "draft": lambda: decode(next(files), True)})
