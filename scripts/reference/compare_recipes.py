"""Sets what `train_recipe.py` reaches beside the probe's own trials, as a markdown table: `npm run compile`, then

    node scripts/reference/recipe-trials.mjs --out /tmp/trials
    python scripts/reference/compare_recipes.py /tmp/trials

Each folder of a trial has recipe.json and rows.json, which the reader sees, and predicted.json, which it does not. Two
standard errors are those of the difference on the same test images, seeds averaged.
"""
import json, math, pathlib, sys
from collections import defaultdict
import torch
from train_recipe import run

WEIGHTS = pathlib.Path(__file__).parents[2] / "dist/weights/embedded.f16"


def main(folder):
    torch.set_num_threads(1)
    found = defaultdict(list)
    for trial in sorted(path.parent for path in pathlib.Path(folder).glob("*/*/recipe.json")):
        recipe, rows, ours = (json.loads((trial / f"{name}.json").read_text()) for name in ("recipe", "rows", "predicted"))
        theirs, truth = run(recipe, rows, WEIGHTS, 1 + recipe["measuredRun"]["seed"])
        pair = (torch.tensor(ours) == truth).double(), (theirs == truth).double()
        found[trial.parent.name, f"{recipe['strategy']}, {recipe['variant']}"].append(pair)
        print(trial, *(f"{100 * right.mean().item():.1f}" for right in pair), file=sys.stderr, flush=True)
    print("| Set | Strategy | Seeds | Engine | PyTorch | Difference | Two standard errors |")
    print("| :-- | :-- | --: | --: | --: | --: | --: |")
    for (name, strategy), pairs in found.items():
        ours, theirs = (torch.stack(side).mean(0) for side in zip(*pairs))
        difference = 100 * (theirs - ours)
        error = 2 * difference.std().item() / math.sqrt(len(ours))
        cells = f"{100 * ours.mean():.1f}", f"{100 * theirs.mean():.1f}", f"{difference.mean():+.1f}", f"{error:.1f}"
        print(f"| {name} | {strategy} | {len(pairs)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(sys.argv[1])
