#!/usr/bin/env python3
"""Runs `bench` and a peer in turn, several pairs, and prints every pair and the median ratios.

Machines are shared and clocks vary: only numbers taken next to each other are compared.

  alternate.py net --only "resnet18 padding 1 views 128" --bench .build/release/bench --pairs 5
  alternate.py augment --only simclr --pairs 5

The peer runs under the Python that runs this script; it needs torch, torchvision and pillow.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
KEYS = ["views_per_second", "images_per_second", "images_per_processor_second"]


def run(command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    return {line["case"]: line for line in lines if "case" in line}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("group", choices=["net", "augment"])
    parser.add_argument("--only", default="")
    parser.add_argument("--bench", default=str(HERE.parent.parent / ".build/release/bench"))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1)
    options = parser.parse_args()
    shared = ["--repeat", str(options.repeat), "--seconds", str(options.seconds)]
    images = os.path.join(tempfile.mkdtemp(), "images")
    mine = [options.bench, options.group, "--threads", str(options.threads)] + shared
    if options.group == "net":
        peer = [sys.executable, str(HERE / "train_torch.py"), "--threads", str(options.threads)]
    else:
        options.only = options.only or "simclr"
        mine += ["--images", images]
        peer = [sys.executable, str(HERE / "augment_torchvision.py"), images]
    only = ["--only", options.only] if options.only else []
    ratios = {}
    for pair in range(options.pairs):
        ours = run(mine + only)
        theirs = run(peer + shared + only)
        for case in [c for c in ours if c in theirs]:
            for key in [k for k in KEYS if k in ours[case] and k in theirs[case]]:
                a, b = ours[case][key]["median"], theirs[case][key]["median"]
                ratios.setdefault((case, key), []).append(a / b)
                extra = {
                    k: [ours[case].get(k), theirs[case].get(k)]
                    for k in ["peak_megabytes"] if k in theirs[case]}
                sgemm = ours[case].get("ratio_to_sgemm", {}).get("median")
                print(json.dumps({
                    "pair": pair + 1, "case": case, "result": key, "dyad": round(a, 2),
                    "peer": round(b, 2), "ratio": round(a / b, 3), "dyad_to_sgemm": sgemm,
                    "load": os.getloadavg()[0], **extra}), flush=True)
    for (case, key), all_ratios in ratios.items():
        print(json.dumps({
            "case": case, "result": key, "pairs": len(all_ratios),
            "median_ratio": round(statistics.median(all_ratios), 3),
            "least": round(min(all_ratios), 3), "most": round(max(all_ratios), 3)}))


if __name__ == "__main__":
    main()
