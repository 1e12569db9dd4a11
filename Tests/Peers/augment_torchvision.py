#!/usr/bin/env python3
"""Times torchvision on PIL images with the pipelines of `bench augment`, on the same images.

The images are a file of uint8 [N, 32, 32, 3] that `bench augment --images FILE` writes. Two views
of each image, from bytes to a normalised tensor, on one thread; one JSON line.
Needs torch, torchvision, pillow, numpy:  python3 augment_torchvision.py FILE [--repeat 5]
"""

import argparse
import json
import statistics
import time

import numpy
import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode


def pipeline():
    """The reference's CIFAR pipeline, which its two halves share."""
    return transforms.Compose([
        transforms.RandomResizedCrop(
            32, scale=(0.08, 1.0), interpolation=InterpolationMode.BICUBIC),
        transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
        transforms.RandomGrayscale(p=0.2),
        transforms.RandomHorizontalFlip(p=0.5),
        transforms.ToTensor(),
        transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--only", default="simclr")
    options = parser.parse_args()
    torch.set_num_threads(1)
    pixels = numpy.fromfile(options.images, dtype=numpy.uint8).reshape(-1, 32, 32, 3)
    images = [Image.fromarray(p) for p in pixels]
    transform = pipeline()
    wall, processor = [], []
    begin = time.perf_counter()
    while len(wall) < options.repeat + 1 or time.perf_counter() - begin < options.seconds:
        start, used = time.perf_counter(), time.process_time()
        for image in images:
            transform(image)
            transform(image)
        wall.append(len(images) / (time.perf_counter() - start))
        processor.append(len(images) / (time.process_time() - used))
    print(json.dumps({
        "group": "augment", "case": options.only,
        "torchvision": torchvision.__version__, "pillow": PIL.__version__,
        "images_per_second": {"median": statistics.median(wall[1:]), "all": wall[1:]},
        "images_per_processor_second": {
            "median": statistics.median(processor[1:]), "all": processor[1:]},
    }), flush=True)


if __name__ == "__main__":
    main()
