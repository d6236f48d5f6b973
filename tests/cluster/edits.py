#!/usr/bin/env python3
"""Random edits of many kinds: plumb says "no change" exactly when a real apply leaves the content alone.

    tests/cluster/edits.py [PLUMB] [EDITS] [SEED]

Half of the edits are applied server-side, half client-side. Content is everything but managedFields, resourceVersion
and generation, which a write without any effect moves too. What the server refuses has to be blocked, or unknown. An
account that may only read is told the same as the administrator, of all that the server takes; at most an update that the
server would make no change of. The last line counts.
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


def key_of(thing):
    """(kind, namespace, name) of an object, or of a step's resource."""
    names = thing.get("metadata", thing)
    return thing["kind"], names.get("namespace", ""), names["name"]


def batches(bodies):
    """Objects by the names that kubectl prints, which leave out the namespace: as many batches as one name has objects."""
    found = []
    for body in bodies:
        group = body["apiVersion"].rpartition("/")[0]
        name = f"{body['kind'].lower()}{'.' if group else ''}{group}/{body['metadata']['name']}"
        batch = next((batch for batch in found if name not in batch), None)
        if batch is None:
            found.append(batch := {})
        batch[name] = body
    return found


def as_list(bodies):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(bodies)})


def errors_of(body, errors):
    name = body["metadata"]["name"]
    lines = [line for line in errors.splitlines() if "STDIN" in line and f'"{name}"' in line]
    return " ".join(lines)[:300] or errors[:300]


class World:
    def __init__(self, server, way, root):
        self.server, self.way, self.root = server, way, pathlib.Path(root)
        (self.root / "m").mkdir()
        applier = "argocd-ssa" if way == "server-side" else "kubectl"
        (self.root / "plumb.yaml").write_text(
            "apiVersion: plumb/v1\nkind: Project\nname: t\nunits: {all: {manifests: m}}\n"
            f"environments: {{prod: {{live: 'cluster:admin', applier: {applier}}}}}\n")

    def apply(self, bodies):
        """The keys of those that the server took, and what was said of the others."""
        words = ["--server-side", "--force-conflicts", "--field-manager=argocd-controller"] if self.way == "server-side" else []
        taken, errors = set(), ""
        for batch in batches(bodies):
            done = self.server.kubectl("apply", "--validate=strict", *words, "-f", "-", check=False,
                                       input="\n".join(map(json.dumps, batch.values())))
            taken |= {key_of(batch[name]) for name in (line.partition(" ")[0] for line in done.stdout.splitlines()) if name in batch}
            errors += done.stderr
        return taken, errors

    def get(self, bodies):
        """What the server has of them, by their keys."""
        done = self.server.kubectl("get", "-f", "-", "-o", "json", "--ignore-not-found", input=as_list(bodies))
        return {key_of(body): body for body in json.loads(done.stdout)["items"]}

    def plan(self, bodies, live="cluster:admin"):
        shutil.rmtree(self.root / "m")
        (self.root / "m").mkdir()
        for number, body in enumerate(bodies):
            (self.root / "m" / f"{number:03}.json").write_text(json.dumps(body))
        done = subprocess.run([str(PLUMB), "plan", "-e", "prod", "--format", "json", "--live", live], cwd=self.root,
                              capture_output=True, text=True, env=dict(os.environ, KUBECONFIG=str(self.server.kubeconfig), HOME=str(self.root)))
        if not done.stdout:
            raise RuntimeError(f"plumb plan: status {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)


def said(step):
    if step is None:
        return "none"
    if any(reason["rule"] == "unverified" for reason in step["reasons"]):
        return "unknown"  # the server broke over it, and that is said
    return "blocked" if step["risk"] == "blocked" or step["verb"] == "replace" else step["verb"]


def agrees(word, taken, changed):
    if not taken:
        return word in ("blocked", "unknown")
    return word == ("update" if changed else "none")


def round_of(world, random, bodies):
    """(edits, disagreements) of one edit of each object."""
    kept = [body for body in bodies if body["kind"] in KEPT]
    others = [body for body in bodies if body["kind"] not in KEPT]
    edits = [edit(random, body) for body in others]
    edited = [body for body, _ in edits]
    before = world.get(others)
    steps, read = ({key_of(step["resource"]): step for step in world.plan(kept + edited, live)["environments"][0]["steps"]}
                   for live in ("cluster:admin", "cluster:reader"))
    taken, errors = world.apply(edited)
    after = world.get(others)
    wrong = 0
    for body, done in edits:
        key = key_of(body)
        changed = content(after[key]) != content(before[key])
        word, told = said(steps.get(key)), said(read.get(key))
        if key in taken and told != word and (word, told) != ("none", "update"):
            wrong += 1
            print(f"FAIL  {world.way} {'/'.join(key)} {done}: an administrator is told {word}, a reader {told}", flush=True)
            continue
        if agrees(word, key in taken, changed):
            continue
        wrong += 1
        print(f"FAIL  {world.way} {'/'.join(key)} {done}: plumb says {word}, the server "
              f"{'changes it' if changed else 'leaves it alone' if key in taken else f'refuses: {errors_of(body, errors)}'}",
              flush=True)
    world.apply(bodies)
    return len(edits), wrong


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


def delete(server, bodies):
    """No controller takes away the finalizers of volumes and claims."""
    server.kubectl("delete", "-f", "-", "--ignore-not-found", "--wait=false", check=False, input=as_list(bodies))
    held = [body for body in bodies if body["kind"].startswith("PersistentVolume")]
    if held:
        server.kubectl("patch", "-f", "-", "--type=merge", "-p", '{"metadata":{"finalizers":null}}', check=False, input=as_list(held))


def main():
    servers.end_in_order()
    total, wrong = 0, 0
    for way in ("server-side", "client-side"):
        with tempfile.TemporaryDirectory(prefix="plumb-edits-") as root, servers.Server() as server:
            server.kubectl("apply", "-f", str(HERE / "objects/role.yaml"))
            bodies = objects_of(server)
            delete(server, [body for body in bodies if body["kind"] not in KEPT])
            world = World(server, way, root)
            world.apply(bodies)
            steps = world.plan(bodies)["environments"][0]["steps"]
            if steps:
                wrong += len(steps)
                print(f"FAIL  applied {way}, and still to do: {[step['id'] for step in steps]}")
            draw, done = random.Random(SEED), 0
            while done < EDITS / 2:
                edits, failures = round_of(world, draw, bodies)
                done, total, wrong = done + edits, total + edits, wrong + failures
    print(f"{total - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
