#!/usr/bin/env python3
"""Times PyTorch on the training steps of `bench net`: same names, same shapes, one JSON line each.

Eager mode, channels_last, forward + cross-entropy + backward + SGD with momentum and decay.
Needs torch and torchvision:  python3 train_torch.py [--only TEXT] [--threads 2] [--repeat 5]
"""

import argparse
import json
import resource
import statistics
import time

import torch
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck

CASES = [  # name, network, stem, padding, width, side, views
    ("resnet18 padding 1 views 128", "resnet18", "cifar", 1, 64, 32, 128),
    ("resnet18 padding 2 views 128", "resnet18", "cifar", 2, 64, 32, 128),
    ("resnet18 padding 1 views 256", "resnet18", "cifar", 1, 64, 32, 256),
    ("resnet18 padding 1 views 512", "resnet18", "cifar", 1, 64, 32, 512),
    ("resnet50 padding 1 views 64", "resnet50", "cifar", 1, 64, 32, 64),
    ("resnet50 padding 2 views 64", "resnet50", "cifar", 2, 64, 32, 64),
    ("resnet18 imagenet 224 views 16", "resnet18", "imagenet", 3, 64, 224, 16),
    ("resnet18 width 16 views 64", "resnet18", "cifar", 1, 16, 32, 64),
    ("resnet18 width 16 views 256", "resnet18", "cifar", 1, 16, 32, 256),
]


def stage(block, channels, width, depth, stride):
    out = width * block.expansion
    shortcut = None
    if stride != 1 or channels != out:
        shortcut = nn.Sequential(
            nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))
    blocks = [block(channels, width, stride, shortcut)]
    blocks += [block(out, width) for _ in range(depth - 1)]
    return nn.Sequential(*blocks), out


def network(name, stem, padding, width, classes=10):
    """torchvision's blocks in its order, with a base width and the CIFAR stem."""
    block, depths = (BasicBlock, [2, 2, 2, 2]) if name == "resnet18" else (Bottleneck, [3, 4, 6, 3])
    if stem == "cifar":
        layers = [nn.Conv2d(3, width, 3, 1, padding, bias=False)]
    else:
        layers = [nn.Conv2d(3, width, 7, 2, padding, bias=False)]
    layers += [nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    if stem == "imagenet":
        layers.append(nn.MaxPool2d(3, 2, 1))
    channels = width
    for i, depth in enumerate(depths):
        layer, channels = stage(block, channels, width << i, depth, 1 if i == 0 else 2)
        layers.append(layer)
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
    return nn.Sequential(*layers)


def measure(case, repeat, seconds):
    name, kind, stem, padding, width, side, views = case
    torch.manual_seed(0)
    model = network(kind, stem, padding, width).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    x = torch.rand(views, 3, side, side) * 4 - 2
    x = x.contiguous(memory_format=torch.channels_last)
    labels = torch.arange(views) % 10
    times = []
    begin = time.perf_counter()
    while len(times) < repeat + 2 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    rates = [views / t for t in times[2:]]
    return {
        "group": "net", "case": name,
        "views_per_second": {"median": statistics.median(rates), "all": rates},
        # Of the whole process, so run one case to a process for it.
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(json.dumps({"group": "machine", "torch": torch.__version__, "threads": options.threads}))
    for case in CASES:
        if options.only in case[0]:
            print(json.dumps(measure(case, options.repeat, options.seconds)), flush=True)


if __name__ == "__main__":
    main()
