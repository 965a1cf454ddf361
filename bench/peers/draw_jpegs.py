"""Draws 200 JPEGs of 500 x 375 pixels with about as much detail as photographs: draw_jpegs.py <folder>"""
import random
import sys
from pathlib import Path

from PIL import Image

folder = Path(sys.argv[1])
random.seed(7)


def noise(width, height):
    return Image.frombytes("RGB", (width, height), random.randbytes(width * height * 3)).resize((500, 375), Image.Resampling.BICUBIC)


for i in range(200):
    image = noise(8, 6)
    for cells, share in ((30, 0.3), (120, 0.2)):
        image = Image.blend(image, noise(cells, cells * 3 // 4), share)
    image.save(folder / f"{i:03d}.jpg", quality=90)
