#!/usr/bin/env python3
"""Ratios of CPU seconds, kustomize to plumb, in one run: best of several, alternating.

    tests/bench/kustomize.py build/release/plumb [kustomize]

Without the second program (or one called `kustomize` on PATH) plumb's seconds stand alone. The inputs are made here.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile


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


def many(root, count):
    write(f"{root}/d.yaml", "---\n".join(deployment(i) for i in range(count)))
    generators = "".join(f"- name: settings-{i}\n  literals: [key={i}]\n" for i in range(50))
    write(f"{root}/kustomization.yaml",
          "resources: [d.yaml]\nnamePrefix: dev-\nlabels:\n- pairs: {team: shop}\n  includeSelectors: true\n"
          f"images:\n- name: registry.example/web\n  newTag: \"1.1\"\nconfigMapGenerator:\n{generators}")


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    plumb = os.path.abspath(sys.argv[1])
    other = sys.argv[2] if len(sys.argv) > 2 else shutil.which("kustomize")
    cases = [("a tiny build, 20 runs", tiny, 20, 3), ("300 Deployments", lambda r: many(r, 300), 1, 3),
             ("1,000 Deployments", lambda r: many(r, 1000), 1, 2)]
    print("| build | plumb, CPU s | kustomize, CPU s | ratio |\n| --- | --- | --- | --- |")
    for name, make, repeat, rounds in cases:
        with tempfile.TemporaryDirectory() as root:
            make(root)
            best = [float("inf"), float("inf")]
            for _ in range(rounds):
                for i, command in enumerate(([plumb, "kustomize", "build", root], [other, "build", root])):
                    if command[0]:
                        best[i] = min(best[i], sum(cpu_seconds(command) for _ in range(repeat)))
            theirs = f"{best[1]:.3f} | {best[1] / max(best[0], 1e-3):.0f}" if other else "not there | "
            print(f"| {name} | {best[0]:.3f} | {theirs} |", flush=True)


if __name__ == "__main__":
    main()
