#!/usr/bin/env python3
"""Ratios of CPU seconds and of peak memory, kustomize to plumb, in one run: best of several, alternating.

    tests/bench/kustomize.py build/release/plumb [--kustomize PROGRAM] [--data DIR] [--full] [--only WORD]

Without kustomize (named, or on PATH) plumb's figures stand alone. Inputs are made here, or are real repositories below --data
(../shared/data/real when it is there). --full measures kustomize on 5,000 resources again, which takes it minutes; else the
figure recorded here counts, and the row says so.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

# kustomize 5.8.2, CPU seconds on 5,000 resources: 2 cores, measured with --full. Its time grows with more than the square,
# so the row says what it was recorded with.
RECORDED_5000 = 242.8


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def deployment(i):
    return (f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web-{i}}}\nspec:\n  replicas: 1\n"
            f"  selector: {{matchLabels: {{app: web-{i}}}}}\n  template:\n    metadata: {{labels: {{app: web-{i}}}}}\n"
            f"    spec:\n      containers:\n      - name: main\n        image: registry.example/web:1.0\n"
            f"        envFrom: [{{configMapRef: {{name: settings-{i % 50}}}}}]\n")


def tiny(root):
    write(f"{root}/kustomization.yaml", "resources: [d.yaml]\nnamePrefix: dev-\n")
    write(f"{root}/d.yaml", deployment(0))


def many(count):
    """Deployments with a prefix, labels, an image and 50 generated config maps that they name."""
    def make(root):
        write(f"{root}/d.yaml", "---\n".join(deployment(i) for i in range(count)))
        generators = "".join(f"- name: settings-{i}\n  literals: [key={i}]\n" for i in range(50))
        write(f"{root}/kustomization.yaml",
              "resources: [d.yaml]\nnamePrefix: dev-\nlabels:\n- pairs: {team: shop}\n  includeSelectors: true\n"
              f"images:\n- name: registry.example/web\n  newTag: \"1.1\"\nconfigMapGenerator:\n{generators}")
    return make


def overlays(count):
    """One build of overlays over a base of four resources."""
    def make(root):
        base = deployment(0) + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web-0}\nspec:\n  selector: {app: web-0}\n"
        base += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings-0}\ndata: {a: b}\n"
        base += "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web-0}\n"
        write(f"{root}/base/r.yaml", base)
        write(f"{root}/base/kustomization.yaml", "resources: [r.yaml]\n")
        for i in range(count):
            write(f"{root}/o{i}/kustomization.yaml",
                  f"resources: [../base]\nnamePrefix: o{i}-\ncommonAnnotations: {{stage: o{i}}}\n"
                  f"images:\n- name: registry.example/web\n  newTag: \"1.{i}\"\npatches:\n- path: p.yaml\n")
            write(f"{root}/o{i}/p.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-0}\nspec: {replicas: 3}\n")
        write(f"{root}/kustomization.yaml", "resources:\n" + "".join(f"- o{i}\n" for i in range(count)))
    return make


def usage(command, repeat=1):
    """CPU seconds of `repeat` runs, and the largest peak in MiB."""
    seconds, peak = 0.0, 0.0
    for _ in range(repeat):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
        seconds += used.ru_utime + used.ru_stime
        peak = max(peak, used.ru_maxrss / 1024)
    return seconds, peak


def same_bytes(a, b):
    return subprocess.run(a, capture_output=True).stdout == subprocess.run(b, capture_output=True).stdout


class Case:
    def __init__(self, name, goal, make=None, real=None, repeat=1, rounds=3, slow=False):
        self.name, self.goal, self.make, self.real = name, goal, make, real
        self.repeat, self.rounds, self.slow = repeat, rounds, slow


CASES = [
    Case("tiny: one Deployment, 200 runs", 4, make=tiny, repeat=20, rounds=10),
    Case("argo-cd manifests/ha/install-with-hydrator", 20, real="argo-cd/manifests/ha/install-with-hydrator", rounds=7),
    Case("argo-cd manifests/crds", 20, real="argo-cd/manifests/crds", rounds=7),
    Case("kubeflow pipelines env/platform-agnostic", 10, real="kfp-manifests-1.7.0/env/platform-agnostic", rounds=7),
    Case("1,000 Deployments, 50 config maps", 200, make=many(1000), rounds=3),
    Case("5,000 Deployments, 50 config maps", 2000, make=many(5000), rounds=1, slow=True),
    Case("200 overlays of one base", 100, make=overlays(200), rounds=5),
]


def measure(case, root, plumb, other, full):
    commands = [[plumb, "kustomize", "build", root]]
    if other and (full or not case.slow):
        commands.append([other, "build", root])
        if not case.slow and not same_bytes(*commands):
            sys.exit(f"{case.name}: the two programs print different bytes")
    total = [0.0] * len(commands)
    best = [float("inf")] * len(commands)
    peak = [0.0] * len(commands)
    for _ in range(max(case.rounds, 3) if len(commands) == 1 else case.rounds):
        for i, command in enumerate(commands):
            seconds, size = usage(command, case.repeat)
            total[i] += seconds
            best[i] = min(best[i], seconds)
            peak[i] = max(peak[i], size)
    # The start-up of a tiny build is below the clock's grain: sums there, the best of several elsewhere.
    return (total if case.repeat > 1 else best), peak


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plumb")
    parser.add_argument("--kustomize", default=shutil.which("kustomize"))
    parser.add_argument("--data", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared/data/real"))
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    plumb = os.path.abspath(options.plumb)
    print("| build | plumb, CPU s | kustomize, CPU s | ratio | goal | plumb, MiB | kustomize, MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for case in CASES:
        if options.only not in case.name:
            continue
        with tempfile.TemporaryDirectory() as made:
            root = made if case.make else os.path.join(options.data, case.real)
            if case.make:
                case.make(made)
            if not os.path.isdir(root):
                print(f"| {case.name} | not there: {case.real} | | | {case.goal} | | |")
                continue
            seconds, peak = measure(case, root, plumb, options.kustomize, options.full)
        row = [case.name, f"{seconds[0]:.3f}"]
        if len(seconds) == 2:
            row += [f"{seconds[1]:.3f}", f"{seconds[1] / max(seconds[0], 1e-4):.0f}"]
        elif case.slow and options.kustomize and RECORDED_5000:
            row += [f"{RECORDED_5000:.0f} (recorded)", f"{RECORDED_5000 / max(seconds[0], 1e-4):.0f}"]
        else:
            row += ["", ""]
        row += [str(case.goal), f"{peak[0]:.1f}", f"{peak[1]:.1f}" if len(peak) == 2 else ""]
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
