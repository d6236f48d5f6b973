#!/usr/bin/env python3
"""Random edits of many kinds: plumb says "no change" exactly when a real apply leaves the content alone.

    tests/cluster/edits.py [PLUMB] [EDITS] [SEED]

Half of the edits are applied server-side, half client-side. Content is everything but managedFields, resourceVersion
and generation, which a write without any effect moves too. What the server refuses has to be blocked, or unknown. The
last line counts.
"""

import copy
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import server as servers

HERE = pathlib.Path(__file__).resolve().parent
PLUMB = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../build/release/plumb").resolve()
EDITS = int(sys.argv[2]) if len(sys.argv) > 2 else 400
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
# Objects of 37 kinds, where the recordings are; else those of this directory.
RECORDED = [up / "shared/data/live-1.36/desired.yaml" for up in (HERE / "../../..", HERE / "../../../..")]
NOTE = "kubectl.kubernetes.io/last-applied-configuration"
FIXED = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")}
SPELLINGS = {"1": "1000m", "500m": "0.5", "1Gi": "1024Mi", "2Gi": "2048Mi", "10": "10.0", "1000m": "1"}
# Others are rewritten by what they define, or hold all the rest.
KEPT = ("Namespace", "CustomResourceDefinition")


def content(body):
    body = copy.deepcopy(body)
    body.pop("status", None)
    for key in ("managedFields", "resourceVersion", "generation"):
        body["metadata"].pop(key, None)
    notes = body["metadata"].get("annotations", {})
    notes.pop(NOTE, None)
    if not notes:
        body["metadata"].pop("annotations", None)
    return body


def places(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from places(value, path + (at,))
    if path and path not in FIXED:
        yield path


def at(node, path):
    for key in path:
        node = node[key]
    return node


def changed_value(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return value + "x" if isinstance(value, str) else value


def edit(random, body):
    """The object with one or two things done to it, and what was done."""
    body, done = copy.deepcopy(body), []
    for _ in range(random.choice((1, 1, 1, 2))):
        path = random.choice(list(places(body)) or [None])
        if path is None:
            break
        parent, key = at(body, path[:-1]), path[-1]
        value = parent[key]
        what = random.choice(("change", "remove", "null", "respell", "reorder", "add", "label", "empty"))
        if what == "change":
            parent[key] = changed_value(value)
        elif what == "remove":
            parent.pop(key)
        elif what == "null" and isinstance(parent, dict):
            parent[key] = None
        elif what == "respell" and str(value) in SPELLINGS and not isinstance(value, bool):
            parent[key] = SPELLINGS[str(value)]
        elif what == "reorder" and isinstance(value, list):
            value.reverse()
        elif what == "add" and isinstance(parent, dict):
            parent[f"x{random.randrange(9)}"] = "y"
        elif what == "label":
            labels = body["metadata"].get("labels") or {}
            body["metadata"]["labels"] = {**labels, f"l{random.randrange(3)}": random.choice(("", "v"))}
        elif what == "empty" and not isinstance(value, bool) and value is not None:
            parent[key] = type(value)()
        else:
            continue
        done.append((what, ".".join(map(str, path))))
    return body, done


class World:
    def __init__(self, server, way):
        self.server, self.way = server, way
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="plumb-edits-"))
        (self.root / "m").mkdir()
        applier = "argocd-ssa" if way == "server-side" else "kubectl"
        (self.root / "plumb.yaml").write_text(
            "apiVersion: plumb/v1\nkind: Project\nname: t\nunits: {all: {manifests: m}}\n"
            f"environments: {{prod: {{live: 'cluster:admin', applier: {applier}}}}}\n")

    def apply(self, body):
        """Whether the server took it."""
        words = ["--server-side", "--force-conflicts", "--field-manager=argocd-controller"] if self.way == "server-side" else []
        done = self.server.kubectl("apply", "--validate=strict", *words, "-f", "-", input=json.dumps(body), check=False)
        return done.returncode == 0, done.stderr

    def get(self, body):
        names = ["-n", body["metadata"]["namespace"]] if "namespace" in body["metadata"] else []
        group = body["apiVersion"].rpartition("/")[0]
        kind = f"{body['kind']}.{body['apiVersion'].rpartition('/')[2]}.{group}" if group else body["kind"]
        done = self.server.kubectl("get", kind, body["metadata"]["name"], *names, "-o", "json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def plan(self, bodies):
        shutil.rmtree(self.root / "m")
        (self.root / "m").mkdir()
        for number, body in enumerate(bodies):
            (self.root / "m" / f"{number:03}.json").write_text(json.dumps(body))
        done = subprocess.run([str(PLUMB), "plan", "-e", "prod", "--format", "json"], cwd=self.root, capture_output=True,
                              text=True, env=dict(os.environ, KUBECONFIG=str(self.server.kubeconfig), HOME=str(self.root)))
        if not done.stdout:
            raise RuntimeError(f"plumb plan: status {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)


def said(step):
    if step is None:
        return "none"
    return "blocked" if step["risk"] == "blocked" or step["verb"] == "replace" else step["verb"]


def agrees(word, taken, changed):
    if not taken:
        return word in ("blocked", "unknown")
    return word == ("update" if changed else "none")


def round_of(world, random, bodies):
    """(edits, disagreements) of one edit of each object."""
    kept = [body for body in bodies if body["kind"] in KEPT]
    edited = [edit(random, body) for body in bodies if body["kind"] not in KEPT]
    before = [world.get(body) for body, _ in edited]
    plan = world.plan(kept + [body for body, _ in edited])
    steps = {(step["resource"]["kind"], step["resource"]["namespace"], step["resource"]["name"]): step
             for step in plan["environments"][0]["steps"]}
    wrong = 0
    for (body, done), old in zip(edited, before):
        key = (body["kind"], body["metadata"].get("namespace", ""), body["metadata"]["name"])
        taken, error = world.apply(body)
        changed = content(world.get(body)) != content(old)
        word = said(steps.get(key))
        if not agrees(word, taken, changed):
            wrong += 1
            print(f"FAIL  {'/'.join(key)} {done}: plumb says {word}, the server "
                  f"{'changes it' if changed else 'leaves it alone' if taken else f'refuses: {error[:300]}'}", flush=True)
    for body in bodies:
        world.apply(body)
    return len(edited), wrong


def objects_of(server):
    """The objects, each as JSON, after their definitions are established."""
    recorded = next((path for path in RECORDED if path.exists()), None)
    files = [recorded] if recorded else [HERE / "objects/definitions.yaml", HERE / "objects/shop.yaml"]
    for file in files:
        server.kubectl("apply", "-f", str(file), check=False)
    server.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    bodies = []
    for file in files:
        server.kubectl("apply", "-f", str(file))
        bodies += json.loads(server.kubectl("get", "-f", str(file), "-o", "json").stdout)["items"]
    written = [json.loads(body["metadata"]["annotations"][NOTE]) for body in bodies]
    for body in written:
        if not body["metadata"].get("annotations"):
            body["metadata"].pop("annotations", None)
    return written


def main():
    total, wrong = 0, 0
    for way in ("server-side", "client-side"):
        with servers.Server() as server:
            bodies = objects_of(server)
            server.kubectl("delete", "-f", "-", "--ignore-not-found", "--wait=false", check=False,
                           input=json.dumps({"apiVersion": "v1", "kind": "List", "items": [
                               body for body in bodies if body["kind"] not in KEPT]}))
            world = World(server, way)
            for body in bodies:
                world.apply(body)
            steps = world.plan(bodies)["environments"][0]["steps"]
            if steps:
                wrong += len(steps)
                print(f"FAIL  applied {way}, and still to do: {[step['id'] for step in steps]}")
            draw, done = random.Random(SEED), 0
            while done < EDITS / 2:
                edits, failures = round_of(world, draw, bodies)
                done, total, wrong = done + edits, total + edits, wrong + failures
            shutil.rmtree(world.root)
    print(f"{total} edits, {wrong} of them told wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
