"""Trains what a recipe.json says, from that file, weights and images alone (torch 2.13.0, numpy, pillow):
`python scripts/reference/train_recipe.py recipe.json rows.json dist/weights/embedded.f16`, where rows.json is
{"root": folder, "fit": [[path, label], …], "hold": …, "test": …}. Comments in quotes name the entries of `definitions`
in recipe.json that are followed."""
import json, math, pathlib, sys
import numpy as np, torch, torch.nn.functional as F
from PIL import Image, ImageOps

def pixels(path, spec):  # "input"
    size, image, at = spec["size"], Image.open(path), np.arange(spec["size"])[:, None]
    image.draft("RGB", (size, size))  # of the scales, Pillow has 1/1, 1/2, 1/4 and 1/8
    image = (ImageOps.exif_transpose(image) if spec["exif"] else image).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    side = min(image.size)
    left, top, columns = (image.width - side) // 2, (image.height - side) // 2, np.arange(side)
    square = np.asarray(image, np.float64)[top:top + side, left:left + side].transpose(2, 0, 1)
    shrink = (np.minimum((at + 1) * side / size, columns + 1) - np.maximum(at * side / size, columns)) * size / side
    grow = 1 - np.abs(np.clip((at + 0.5) * side / size - 0.5, 0, side - 1) - columns)
    rule = np.clip(shrink if side >= size else grow, 0, None)
    square = np.floor(rule @ square @ rule.T + 0.5)
    if spec["channels"] == "gray":
        square[:] = np.floor((299 * square[0] + 587 * square[1] + 114 * square[2] + 500) / 1000)
    return torch.tensor(square, dtype=torch.uint8)

class Net(torch.nn.Module):  # "network.layers", "network.random", "network.standardization", "weights.float16"
    def __init__(self, recipe, weights):
        super().__init__()
        self.recipe, self.layers = recipe, recipe["network"]["layers"]
        self.p = torch.nn.ParameterDict()
        for layer in self.layers:
            each = 1 if layer["kind"] == "depthwise" else layer["inputs"]
            name, outputs, k, n = layer["name"], layer["outputs"], layer["kernel"], each * layer["kernel"] ** 2
            kernel, bias = (torch.rand(outputs, each, k, k) * 2 - 1) / math.sqrt(n), torch.zeros(outputs)
            own, weights = np.split(weights.astype(np.float32), [(n + 1) * outputs])
            if layer["start"] == "pretrained":
                kernel = torch.tensor(own[:n * outputs].reshape(k, k, each, outputs).transpose(3, 2, 0, 1))
                bias = torch.tensor(own[n * outputs:])
            gain = {f"{name}/gain": torch.ones(outputs)} if layer["standardized"] else {}
            self.p.update({f"{name}/kernel": kernel, f"{name}/bias": bias} | gain)
        inputs, outputs = recipe["network"]["head"]["inputs"], recipe["network"]["head"]["outputs"]
        self.p.update({"head/kernel": torch.zeros(inputs, outputs), "head/bias": torch.zeros(outputs)})

    def features(self, levels):
        spec, rule, found = self.recipe["input"], self.recipe["network"]["standardization"], {}
        mean, std = (torch.tensor(spec[name]).view(1, 3, 1, 1) for name in ("mean", "std"))
        x = ((levels.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            name, (before, after), w = layer["name"], layer["padding"], self.p[layer["name"] + "/kernel"]
            if layer["standardized"]:
                variance, mean = torch.var_mean(w, (1, 2, 3), correction=0, keepdim=True)
                w = (w - mean) / (variance + rule["epsilon"]).sqrt()
                w = self.p[f"{name}/gain"].view(-1, 1, 1, 1) * rule["scale"] / math.sqrt(w[0].numel()) * w
            groups = layer["inputs"] if layer["kind"] == "depthwise" else 1
            x = F.conv2d(F.pad(x, (before, after) * 2), w, self.p[f"{name}/bias"], layer["stride"], groups=groups)
            x = F.relu6(x) if layer["activation"] == "relu6" else F.relu(x)
            found[name] = x.mean((2, 3))
        return found

    def forward(self, levels):
        return self.features(levels)[self.layers[-1]["name"]] @ self.p["head/kernel"] + self.p["head/bias"]

def in_parts(call, levels):
    with torch.no_grad():
        return torch.cat([call(part) for part in levels.split(100)])

def fit(x, y, penalty, point, rule):  # "linearProbe"
    point, most = point.clone().requires_grad_(), rule["evaluations"]
    solver = torch.optim.LBFGS([point], 1, most, most, rule["tolerance"], 1e-9, 10, "strong_wolfe")
    def loss():
        solver.zero_grad()
        value = F.cross_entropy(x @ point[:-1] + point[-1], y) + penalty * point[:-1].square().sum()
        value.backward()
        return value
    solver.step(loss)
    return point.detach()

def linear_probe(net, rule, data):  # "linearProbe", "linearProbe.penalty"; kernel and bias as "network.head" has them
    joined = lambda levels: torch.cat([net.features(levels)[name] for name in rule["features"]], 1).double()
    (x, y), (held, truth), few = data["fit"], data["hold"], rule["search"]["images"]
    x, held = in_parts(joined, x), in_parts(joined, held)
    mean, deviation = x.mean(0), x.std(0, correction=0) + rule["deviationFloor"]
    x, held = (x - mean) / deviation, (held - mean) / deviation
    point, tried = torch.zeros(x.shape[1] + 1, len(net.recipe["classes"]), dtype=torch.float64), []
    for penalty in rule["penalties"]:
        point = fit(x[:few], y[:few], penalty, point, rule["search"])
        tried.append((int(((held @ point[:-1] + point[-1]).argmax(1) == truth).sum()), penalty, point))
        best = max(tried, key=lambda one: one[0])
        if len(tried) > 1 and max(tried[-1][0], tried[-2][0]) < best[0]:
            break
    point = fit(x, y, best[1], best[2], rule["fit"])
    kernel = point[:-1] / deviation[:, None]
    return joined, kernel, point[-1] - mean @ kernel

def augmented(levels, rule):  # "training.augmentation"
    count, size = len(levels), levels.shape[-1]
    within = lambda limit: (torch.rand(count) * 2 - 1) * limit
    side = torch.where(torch.rand(count) < rule["flipProbability"], -1.0, 1.0)
    a, b, e, f = within(rule["scale"]), within(rule["shear"]), within(rule["shear"]), within(rule["scale"])
    shift = torch.randint(-rule["shiftPixels"], rule["shiftPixels"] + 1, (2, count)) * 2 / (size - 1)
    matrix = torch.stack([side * (1 + a), b, shift[0], side * e, 1 + f, shift[1]], 1).view(count, 2, 3)
    grid = F.affine_grid(matrix, (count, 3, size, size), align_corners=True)
    copies = F.grid_sample(levels.float(), grid, padding_mode="border", align_corners=True).round()
    return (copies * (1 + within(rule["brightness"])).view(-1, 1, 1, 1)).clamp(max=255).round()

def train(net, recipe, data):  # "training", "training.batch", "training.rate", "training.unfreezing"
    rule, (x, y), (held, truth) = recipe["training"], data["fit"], data["hold"]
    scale, plan, losses, since = rule["blockScale"], rule["unfreezing"], [], 0
    opened = len(scale) if plan is None else 1
    block = {layer["name"]: layer["block"] for layer in net.layers} | {"head": len(scale)}
    groups = [{"params": [p], "block": block[key.rpartition("/")[0]],
               "weight_decay": rule["weightDecay"] * key.endswith("/kernel")} for key, p in net.p.items()]
    solver = torch.optim.SGD(groups, lr=1, momentum=rule["momentum"], nesterov=rule["nesterov"])
    per_epoch = len(x) // min(rule["batch"], len(x))
    steps = recipe["measuredRun"]["epochs"] * per_epoch
    for s in range(steps):
        order = torch.randperm(len(x)) if s % per_epoch == 0 else order
        rows, p = order[s % per_epoch * rule["batch"]:][:rule["batch"]], s / steps
        factor = (p + 0.001) / rule["warmup"] if p < rule["warmup"] else (1 - p) / (1 - rule["warmup"])
        for group in solver.param_groups:
            group["lr"] = rule["rate"] * factor * [*scale, 1][group["block"]]
            group["params"][0].requires_grad_(group["lr"] > 0 and group["block"] >= len(scale) - opened)
        solver.zero_grad()
        scores = net(augmented(x[rows], rule["augmentation"]))
        F.cross_entropy(scores, y[rows], label_smoothing=rule["labelSmoothing"]).backward()
        torch.nn.utils.clip_grad_norm_([p for p in net.p.values() if p.grad is not None], rule["clipNorm"])
        solver.step()
        if plan and (s + 1) * plan["checkpoints"] // steps > len(losses):
            losses, since = [*losses, F.cross_entropy(in_parts(net, held), truth).item()], since + 1
            if since == plan["mostCheckpoints"] or len(losses) > 1 and losses[-1] > losses[-2] * plan["plateau"]:
                opened, since = min(opened + 1, len(scale)), 0

def run(recipe, rows, weights, seed):
    """Predicted and true classes of the test images after the measured run."""
    torch.manual_seed(seed)
    read = lambda part: torch.stack([pixels(pathlib.Path(rows["root"]) / path, recipe["input"]) for path, _ in rows[part]])
    data = {part: (read(part), torch.tensor([label for _, label in rows[part]])) for part in ("fit", "hold", "test")}
    (x, truth), net = data["test"], Net(recipe, np.fromfile(weights, "<f2"))
    if recipe["linearProbe"] is not None:
        joined, kernel, bias = linear_probe(net, recipe["linearProbe"], data)
        if recipe["training"] is None:
            return in_parts(lambda levels: joined(levels) @ kernel + bias, x).argmax(1), truth
        net.p["head/kernel"].data, net.p["head/bias"].data = kernel.float(), bias.float()
    train(net, recipe, data)
    return in_parts(net, x).argmax(1), truth

if __name__ == "__main__":
    recipe, rows = (json.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:3])
    predicted, truth = run(recipe, rows, sys.argv[3], 1)
    print("accuracy:", (predicted == truth).double().mean().item(), "measured:", recipe["measuredRun"]["accuracy"])
