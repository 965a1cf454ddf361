"""What a PyTorch user would put into the workflow: the trials of a receipt.json of Headstart, on the same images.

    cold_start.py <folder of class folders> <receipt.json> <processes>

Same nets, subset sizes, passes, batches and rates, channels_last. One process takes all threads; several take one each
and divide images and trials among them, the longest first. Weights of the backbone are random: that takes as long.
Groups and the statistics of the verdict are left out, in PyTorch's favour. The last line printed is JSON: how many
trials trained a net, and the seconds that these took together.
"""
import json
import multiprocessing
import random
import sys
import time
from pathlib import Path

import torch
from nets import BACKBONE, Net
from PIL import Image
from trial import BATCH, normalised, run_trial

SIZE, CHUNK = 64, 64
# What forked processes find in their memory, so that nothing is sent to them.
data = {}


def decode(path):
    image = Image.open(path)
    image.draft("RGB", (SIZE, SIZE))
    image = image.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    small = image.resize((SIZE, SIZE), Image.Resampling.BOX, (left, top, left + side, top + side))
    return torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).view(SIZE, SIZE, 3)


@torch.no_grad()
def read(paths):
    """Pixels and features of some images, as arrays, which are cheap to send."""
    pixels = torch.stack([decode(path) for path in paths])
    batches = [pixels[i : i + BATCH] for i in range(0, len(pixels), BATCH)]
    return pixels.numpy(), torch.cat([data["backbone"].embed(normalised(batch)) for batch in batches]).numpy()


def run(trial):
    found = run_trial(trial, data)
    print(trial["strategy"], trial["variant"], trial["trainExamples"], f"{found:.3f}", flush=True)


def spread_over(processes, work, items):
    if processes == 1:
        return [work(item) for item in items]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return pool.map(work, items, chunksize=1)


def main():
    folder, receipt, processes = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3])
    # Before anything is computed: a process that has started threads must not be forked.
    torch.set_num_threads(multiprocessing.cpu_count() if processes == 1 else 1)
    torch.manual_seed(1)
    random.seed(1)
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    files = [(path, k) for k, name in enumerate(names) for path in sorted((folder / name).iterdir())]
    random.shuffle(files)
    data["classes"] = len(names)
    data["backbone"] = Net(BACKBONE, len(names), 99).to(memory_format=torch.channels_last)

    paths = [path for path, _ in files]
    chunks = spread_over(processes, read, [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)])
    pixels, features = (torch.cat([torch.from_numpy(chunk[i]) for chunk in chunks]) for i in (0, 1))
    labels = torch.tensor([k for _, k in files])
    cut = len(files) // 4
    mean, deviation = features[cut:].mean(0), features[cut:].std(0) + 1e-6
    features = (features - mean) / deviation
    data.update(pixels=pixels[cut:], labels=labels[cut:], features=features[cut:])
    data.update(test=(pixels[:cut], labels[:cut]), test_features=features[:cut])

    def length(trial):
        return trial["trainExamples"] * trial["epochs"] * len(trial["rates"])

    trials = sorted(receipt["trials"], key=length, reverse=True)
    spread_over(processes, run, [trial for trial in trials if trial["strategy"] == "frozen"])
    trained = [trial for trial in trials if trial["strategy"] != "frozen"]
    began = time.perf_counter()
    spread_over(processes, run, trained)
    print(json.dumps({"trials": len(trained), "seconds": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    main()
