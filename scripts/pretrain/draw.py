"""Draws the images that the second embedded backbone is pre-trained on: no photograph, no third party's picture.

    python scripts/pretrain/draw.py --out /tmp/drawn [--each 100] [--held-out 6] [--seed 1] [--workers 2]

A class is a set of parameters of one of seven families, an image a random look at it: turned, scaled and shifted a
little, with other colours in half of the classes, drawn things over a background that says nothing of their class.
Families: attractors of iterated affine maps (FractalDB, Kataoka et al. 2020), glyphs of a few strokes, closed curves
(superformula, Gielis 2003), sums of waves, filtered noise, dead leaves (Lee et al. 2001; Baradad et al. 2021) and tilings of
a small motif. Writes train.npy, train-labels.npy, held-out.npy and held-out-labels.npy: uint8, N x 64 x 64 x 3.
"""
import argparse
import functools
import multiprocessing
import os

import numpy as np

SIZE = 64
AXIS = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1
X, Y = np.meshgrid(AXIS, AXIS)
FREQUENCIES = np.fft.fftfreq(SIZE).astype(np.float32) * SIZE
FX, FY = np.meshgrid(FREQUENCIES[: SIZE // 2 + 1], FREQUENCIES)


def viewed(rng, turn=0.35, least=0.6, most=1.05, shift=0.3):
    """Coordinates of the canvas as a randomly turned, scaled, sheared and shifted thing has them."""
    angle, scale = rng.uniform(-turn, turn), rng.uniform(least, most)
    shear, ratio = rng.uniform(-0.2, 0.2), np.exp(rng.uniform(-0.15, 0.15))
    x, y = X - rng.uniform(-shift, shift), Y - rng.uniform(-shift, shift)
    cos, sin = np.cos(angle), np.sin(angle)
    u = (cos * x + sin * y) / (scale * ratio)
    v = (-sin * x + cos * y) / scale * ratio
    return u + shear * v, v


def smooth_step(field, width):
    return np.clip(field / width + 0.5, 0, 1)


def normalised(field):
    low, high = np.percentile(field, [2, 98])
    return np.clip((field - low) / (high - low + 1e-6), 0, 1)


# Each family: parameters of a class, and a look at it as a field of 0 to 1.

def fractal_class(rng):
    count = rng.integers(2, 6)
    turns, scales = rng.uniform(-np.pi, np.pi, (count, 2)), rng.uniform(0.2, 0.85, (count, 2))
    maps = np.stack([rotation(a) @ np.diag(s * rng.choice([-1, 1], 2)) @ rotation(b)
                     for (a, b), s in zip(turns, scales)])
    return maps, rng.uniform(-1, 1, (count, 2))


def rotation(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def fractal(rng, parameters):
    maps, offsets = parameters
    maps = maps * rng.uniform(0.9, 1.1, maps.shape)
    weights = np.abs(np.linalg.det(maps)) + 0.02
    points = rng.uniform(-1, 1, (400, 2))
    seen = []
    for step in range(50):
        chosen = rng.choice(len(maps), len(points), p=weights / weights.sum())
        points = np.einsum("nij,nj->ni", maps[chosen], points) + offsets[chosen]
        points = np.clip(points, -50, 50)
        if step >= 10:
            seen.append(points)
    seen = np.concatenate(seen)
    low, high = np.percentile(seen, [1, 99], axis=0)
    seen = (seen - (low + high) / 2) / (np.max(high - low) / 2 + 1e-6)
    angle, scale = rng.uniform(-0.35, 0.35), rng.uniform(0.55, 0.95)
    seen = seen @ rotation(angle).T * scale + rng.uniform(-0.25, 0.25, 2)
    density, _, _ = np.histogram2d(seen[:, 1], seen[:, 0], bins=SIZE, range=[[-1, 1], [-1, 1]])
    return np.clip(np.log1p(density) / 2.2, 0, 1).astype(np.float32)


def glyph_class(rng):
    strokes = rng.integers(1, 5)
    anchors = rng.uniform(-0.8, 0.8, (strokes, 3, 2))
    for stroke in range(1, strokes):
        if rng.random() < 0.6:
            anchors[stroke, 0] = anchors[stroke - 1, rng.integers(0, 3)]
    dots = rng.uniform(-0.9, 0.9, (rng.choice([0, 0, 1, 2, 3]), 2))
    return anchors, dots, rng.uniform(0.08, 0.2)


def glyph(rng, parameters):
    anchors, dots, width = parameters
    anchors = anchors + rng.normal(0, 0.05, anchors.shape)
    t = np.linspace(0, 1, 24)[:, None]
    a, b, c = anchors[:, 0, None], anchors[:, 1, None], anchors[:, 2, None]
    points = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c).reshape(-1, 2)
    u, v = viewed(rng)
    near = distance(u, v, points)
    width = width * rng.uniform(0.7, 1.5)
    field = smooth_step(width / 2 - near, 0.06)
    if len(dots):
        field = np.maximum(field, smooth_step(width * 0.8 - distance(u, v, dots), 0.06))
    return field


def distance(u, v, points):
    points = points.astype(np.float32)
    squares = (u.ravel()[:, None] - points[:, 0]) ** 2 + (v.ravel()[:, None] - points[:, 1]) ** 2
    return np.sqrt(squares.min(1)).reshape(SIZE, SIZE)


def curve_class(rng):
    return dict(m=rng.integers(2, 9), n1=np.exp(rng.uniform(-0.7, 1.6)), n2=np.exp(rng.uniform(-0.5, 1.6)),
                n3=np.exp(rng.uniform(-0.5, 1.6)), hole=rng.choice([0, 0, 0.35, 0.55, 0.75]), stripes=rng.choice([0, 0, 3, 6]))


def curve(rng, p):
    u, v = viewed(rng, turn=0.6)
    angle, radius = np.arctan2(v, u), np.hypot(u, v)
    edge = (np.abs(np.cos(p["m"] * angle / 4)) ** p["n2"] + np.abs(np.sin(p["m"] * angle / 4)) ** p["n3"] + 1e-6) ** (-1 / p["n1"])
    edge = edge / edge.max() * 0.95
    field = smooth_step(edge - radius, 0.06)
    if p["hole"]:
        field = field * smooth_step(radius - edge * p["hole"], 0.06)
    if p["stripes"]:
        field = field * (0.65 + 0.35 * np.sign(np.sin(p["stripes"] * np.pi * radius)))
    return field


def waves_class(rng):
    count = rng.integers(1, 5)
    return dict(frequency=np.exp(rng.uniform(np.log(2), np.log(22), count)), angle=rng.uniform(0, np.pi, count),
                weight=rng.uniform(0.3, 1, count), sharp=rng.choice([0, 0, 4]), warp=rng.choice([0, 0.15, 0.4]),
                product=rng.random() < 0.4)


def waves(rng, p):
    u, v = viewed(rng, turn=0.25, least=0.75, most=1.3)
    if p["warp"]:
        u = u + p["warp"] * cloud(rng, 2.5)
        v = v + p["warp"] * cloud(rng, 2.5)
    parts = [weight * np.sin(frequency * np.pi / 2 * (np.cos(angle) * u + np.sin(angle) * v) + rng.uniform(0, 2 * np.pi))
             for frequency, angle, weight in zip(p["frequency"], p["angle"], p["weight"])]
    field = np.prod(parts, 0) * 2 if p["product"] else np.sum(parts, 0)
    return normalised(np.tanh(p["sharp"] * field) if p["sharp"] else field)


def cloud(rng, slope):
    """Noise of a power spectrum, about -1 to 1."""
    spectrum = np.fft.rfft2(rng.normal(size=(SIZE, SIZE))) / (1 + np.hypot(FX, FY)) ** slope
    field = np.fft.irfft2(spectrum, (SIZE, SIZE)).astype(np.float32)
    return field / (2 * field.std() + 1e-6)


def noise_class(rng):
    return dict(slope=rng.uniform(0, 2.5), band=np.exp(rng.uniform(np.log(2), np.log(24))), wide=rng.uniform(0.15, 0.8),
                angle=rng.uniform(0, np.pi), stretch=np.exp(rng.uniform(0, 1.8)), banded=rng.random() < 0.6,
                levels=rng.choice([0, 0, 2, 3]), ridge=rng.random() < 0.3)


def noise(rng, p):
    angle, zoom = p["angle"] + rng.uniform(-0.25, 0.25), rng.uniform(0.8, 1.25)
    along, across = np.cos(angle) * FX + np.sin(angle) * FY, -np.sin(angle) * FX + np.cos(angle) * FY
    radius = np.hypot(along * p["stretch"], across) * zoom
    power = np.exp(-((np.log((radius + 0.3) / p["band"]) / p["wide"]) ** 2)) if p["banded"] else (1 + radius) ** -p["slope"]
    field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(SIZE, SIZE))) * power, (SIZE, SIZE))
    field = normalised(-np.abs(field) if p["ridge"] else field)
    return np.round(field * p["levels"]) / p["levels"] if p["levels"] else field


def leaves_class(rng):
    return dict(kind=rng.integers(0, 4), size=np.exp(rng.uniform(np.log(0.06), np.log(0.45))), spread=rng.uniform(0, 0.7),
                stretch=np.exp(rng.uniform(0, 1.3)), angle=rng.uniform(0, np.pi), aligned=rng.random() < 0.5,
                sparse=rng.random() < 0.4, rim=rng.random() < 0.4, tones=rng.choice([2, 3, 100]))


def leaves(rng, p):
    field = np.full((SIZE, SIZE), 0.1, np.float32)
    area = max(p["size"] ** 2, 0.006)
    count = int(min(160, (0.6 if p["sparse"] else 4) / area * rng.uniform(0.7, 1.3)) + 1)
    for _ in range(count):
        size = p["size"] * np.exp(rng.normal(0, p["spread"] + 0.1))
        angle = p["angle"] + rng.uniform(-0.3, 0.3) if p["aligned"] else rng.uniform(0, np.pi)
        reach = int(size * max(p["stretch"], 1) * SIZE / 2) + 2
        cx, cy = rng.integers(-4, SIZE + 4, 2)
        left, right, top, bottom = max(cx - reach, 0), min(cx + reach + 1, SIZE), max(cy - reach, 0), min(cy + reach + 1, SIZE)
        if left >= right or top >= bottom:
            continue
        x = (np.arange(left, right) - cx)[None] * 2 / SIZE
        y = (np.arange(top, bottom) - cy)[:, None] * 2 / SIZE
        u = (np.cos(angle) * x + np.sin(angle) * y) / p["stretch"] / size
        v = (-np.sin(angle) * x + np.cos(angle) * y) * p["stretch"] ** 0.5 / size
        radius = [lambda: np.hypot(u, v), lambda: np.maximum(abs(u), abs(v)), lambda: abs(u) + abs(v),
                  lambda: np.maximum(np.maximum(-v, 0.87 * u + 0.5 * v), -0.87 * u + 0.5 * v) * 1.6][p["kind"]]()
        mask = radius < 1
        tone = rng.integers(0, p["tones"]) / max(p["tones"] - 1, 1) * 0.8 + 0.2
        patch = field[top:bottom, left:right]
        patch[mask] = tone
        if p["rim"]:
            patch[mask & (radius > 0.75)] = 1 - tone
    return field


def tiles_class(rng):
    side = rng.integers(3, 9)
    motif = (rng.random((side, side)) < rng.uniform(0.25, 0.6)).astype(np.float32)
    if rng.random() < 0.5:
        motif = np.maximum(motif, motif[:, ::-1])
    return dict(motif=motif, period=rng.uniform(0.25, 0.9), brick=rng.choice([0, 0, 0.5]), smooth=rng.random() < 0.3)


def tiles(rng, p):
    u, v = viewed(rng, turn=0.2, least=0.75, most=1.3)
    side = len(p["motif"])
    row = np.floor(v / p["period"])
    a, b = u / p["period"] + p["brick"] * row, v / p["period"]
    field = p["motif"][((b % 1) * side).astype(int) % side, ((a % 1) * side).astype(int) % side]
    if p["smooth"]:
        field = (field + np.roll(field, 1, 0) + np.roll(field, 1, 1) + np.roll(field, (1, 1), (0, 1))) / 4
    return field


THINGS = [(fractal_class, fractal, 110), (glyph_class, glyph, 170), (curve_class, curve, 60)]
TEXTURES = [(waves_class, waves, 80), (noise_class, noise, 60), (leaves_class, leaves, 70), (tiles_class, tiles, 70)]


@functools.lru_cache
def classes(seed):
    """Of all families: whether it is a thing, its look, its parameters, and its colours where these belong to it."""
    rng = np.random.default_rng(seed)
    return [(is_thing, look, make(rng), palette(rng) if rng.random() < 0.5 else None)
            for is_thing, families in ((True, THINGS), (False, TEXTURES)) for make, look, count in families for _ in range(count)]


def palette(rng):
    """Two colours that can be told apart, and one between or beyond."""
    while True:
        colours = rng.uniform(0, 1, (3, 3))
        if rng.random() < 0.5:
            grey = colours.mean(1, keepdims=True)
            colours = grey + (colours - grey) * rng.uniform(0, 0.7)
        if np.abs(colours[0] - colours[1]).sum() > 0.8:
            return colours


def coloured(rng, field, colours):
    low, high, third = np.clip(colours + rng.normal(0, 0.06, (3, 3)), 0, 1)
    shade = field[..., None]
    image = low * (1 - shade) + high * shade
    if rng.random() < 0.3:
        image = image + (third - image) * (4 * shade * (1 - shade)) * 0.7
    return image


def background(rng):
    kind = rng.integers(0, 6)
    colours = palette(rng)
    if kind < 2:
        return np.broadcast_to(colours[0], (SIZE, SIZE, 3))
    if kind == 2:
        angle = rng.uniform(0, 2 * np.pi)
        return coloured(rng, normalised(np.cos(angle) * X + np.sin(angle) * Y), colours)
    if kind == 3:
        return coloured(rng, normalised(cloud(rng, rng.uniform(0.8, 2.5))), colours)
    make, look, _ = TEXTURES[rng.integers(0, len(TEXTURES))]
    soft = colours[0] + (colours - colours[0]) * rng.uniform(0.15, 0.6)
    return coloured(rng, look(rng, make(rng)), soft)


def drawn(rng, chosen):
    is_thing, look, parameters, colours = chosen
    field = look(rng, parameters)
    colours = palette(rng) if colours is None else colours
    if not is_thing:
        image = coloured(rng, field, colours)
    else:
        behind = background(rng)
        ink = coloured(rng, normalised(cloud(rng, 2)) if rng.random() < 0.3 else np.ones((SIZE, SIZE), np.float32), colours)
        if np.abs(ink.mean((0, 1)) - behind.mean((0, 1))).sum() < 0.45:
            ink = 1 - ink
        image = behind * (1 - field[..., None]) + ink * field[..., None]
    light = 1 + rng.uniform(-0.25, 0.25) * X + rng.uniform(-0.25, 0.25) * Y
    image = image * light[..., None] + rng.normal(0, rng.choice([0, 0.02, 0.05]), (SIZE, SIZE, 3))
    return (np.clip(image, 0, 1) * 255).astype(np.uint8)


def draw_class(task):
    seed, index, count = task
    chosen = classes(seed)[index]
    rng = np.random.default_rng([seed, index])
    with np.errstate(all="ignore"):
        return np.stack([drawn(rng, chosen) for _ in range(count)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--each", type=int, default=100, help="images of a class for training")
    parser.add_argument("--held-out", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    total = args.each + args.held_out
    with multiprocessing.Pool(args.workers) as pool:
        images = np.stack(pool.map(draw_class, [(args.seed, index, total) for index in range(len(classes(args.seed)))], 4))
    for name, part in (("train", images[:, : args.each]), ("held-out", images[:, args.each :])):
        np.save(f"{args.out}/{name}.npy", part.reshape(-1, SIZE, SIZE, 3))
        np.save(f"{args.out}/{name}-labels.npy", np.repeat(np.arange(len(images)), part.shape[1]))
    print(f"{len(images)} classes, {args.each} images each for training, {args.held_out} held out")


if __name__ == "__main__":
    main()
