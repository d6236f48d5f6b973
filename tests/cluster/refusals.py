#!/usr/bin/env python3
"""Changes that a server refuses, or takes: plumb knows which, with and without asking it.

    tests/cluster/refusals.py [PLUMB]

Each case is an object and one field with another value. What is true is what a dry run of the real server says. The
last line counts.
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import server as servers

HERE = pathlib.Path(__file__).resolve().parent
PLUMB = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../build/release/plumb").resolve()
CONTEXT = ["--server-side", "--force-conflicts", "--field-manager=argocd-controller"]
CANARY = "CANARY-of-a-secret"
CLUSTER_WIDE = ("PersistentVolume", "StorageClass", "PriorityClass", "ClusterRoleBinding", "IngressClass", "RuntimeClass",
                "CustomResourceDefinition")
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
LABELS = {"matchLabels": {"a": "b"}}
CLAIM = {"metadata": {"name": "d"},
         "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"}


def thing(version, kind, name="x", **fields):
    metadata = {"name": name} if kind in CLUSTER_WIDE else {"name": name, "namespace": "default"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def workload(kind, **spec):
    return thing("apps/v1", kind, spec={"selector": LABELS, "template": TEMPLATE, **spec})


DEFINITION = thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "as.t.test", spec={
    "group": "t.test", "names": {"kind": "A", "plural": "as"}, "scope": "Namespaced", "versions": [
        {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}]})
AFFINITY = {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}]}}
RETYPED = {"matchLabels": {"a": "b", "z": "1"}}
# An object, and what is changed of it: a path and its value.
CASES = [
    (workload("Deployment"), [("spec.selector", RETYPED), ("spec.template.spec.containers.0.image", "i:2"),
                              ("spec.replicas", 3)]),
    (workload("DaemonSet"), [("spec.selector", RETYPED)]),
    (workload("ReplicaSet"), [("spec.selector", RETYPED)]),
    (workload("StatefulSet", serviceName="x", volumeClaimTemplates=[CLAIM]), [
        ("spec.serviceName", "y"), ("spec.volumeClaimTemplates.0.spec.resources.requests.storage", "2Gi"),
        ("spec.volumeClaimTemplates.0.metadata.labels", {"q": "r"}), ("spec.podManagementPolicy", "Parallel"),
        ("spec.selector", RETYPED), ("spec.replicas", 3), ("spec.minReadySeconds", 3), ("spec.ordinals", {"start": 1}),
        ("spec.updateStrategy", {"rollingUpdate": {"partition": 1}}), ("spec.revisionHistoryLimit", 2)]),
    (thing("batch/v1", "Job", spec={"template": {"spec": {"restartPolicy": "Never", "containers": [
        {"name": "c", "image": "i:1", "env": [{"name": "P", "value": CANARY}]}]}}}), [
            ("spec.template.spec.containers.0.image", "i:2"), ("spec.completions", 3), ("spec.completionMode", "Indexed"),
            ("spec.parallelism", 2), ("spec.backoffLimit", 2), ("spec.ttlSecondsAfterFinished", 2), ("spec.suspend", True),
            ("spec.activeDeadlineSeconds", 5), ("metadata.labels", {"q": "r"})]),
    (thing("v1", "PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"], "storageClassName": "a",
                                                 "resources": {"requests": {"storage": "2Gi"}}}), [
        ("spec.storageClassName", "b"), ("spec.resources.requests.storage", "3Gi"),
        ("spec.resources.requests.storage", "1Gi"), ("spec.accessModes", ["ReadWriteMany"])]),
    (thing("v1", "PersistentVolume", spec={"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
                                            "hostPath": {"path": "/a"}, "storageClassName": "m"}), [
        ("spec.hostPath.path", "/b"), ("spec.nodeAffinity", AFFINITY), ("spec.capacity.storage", "2Gi"), ("spec.storageClassName", "n")]),
    (thing("storage.k8s.io/v1", "StorageClass", provisioner="p", parameters={"a": "b"}, reclaimPolicy="Delete",
           volumeBindingMode="Immediate"), [
        ("provisioner", "q"), ("parameters.a", "c"), ("reclaimPolicy", "Retain"),
        ("volumeBindingMode", "WaitForFirstConsumer"), ("allowVolumeExpansion", True)]),
    (thing("scheduling.k8s.io/v1", "PriorityClass", value=5, preemptionPolicy="Never"), [
        ("value", 6), ("preemptionPolicy", "PreemptLowerPriority"), ("description", "x")]),
    (thing("rbac.authorization.k8s.io/v1", "RoleBinding", roleRef=ROLE), [("roleRef.name", "b")]),
    (thing("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", roleRef={**ROLE, "kind": "ClusterRole"}), [
        ("roleRef.name", "b")]),
    (thing("discovery.k8s.io/v1", "EndpointSlice", addressType="IPv4", endpoints=[]), [("addressType", "IPv6")]),
    (thing("networking.k8s.io/v1", "IngressClass", spec={"controller": "a/b"}), [("spec.controller", "a/c")]),
    (thing("node.k8s.io/v1", "RuntimeClass", handler="h"), [("handler", "g")]),
    (thing("v1", "Service", spec={"selector": {"a": "b"}, "clusterIP": "10.96.1.1", "ports": [{"port": 80}]}), [
        ("spec.clusterIP", "10.96.1.2"), ("spec.type", "NodePort"), ("spec.ports", [{"port": 81}])]),
    (thing("v1", "ConfigMap", immutable=True, data={"a": "b"}), [
        ("data.a", "c"), ("binaryData", {"b": "AAA="}), ("immutable", False), ("metadata.labels", {"q": "r"})]),
    (thing("v1", "Secret", immutable=True, type="Opaque", stringData={"a": CANARY}), [("stringData.a", CANARY + "2")]),
    (thing("v1", "Secret", "y", type="Opaque", stringData={"a": CANARY}), [("type", "t/u"), ("stringData.a", "c")]),
    (thing("v1", "Pod", spec={"containers": [{"name": "c", "image": "i:1"}]}), [
        ("spec.containers.0.image", "i:2"), ("spec.containers.0.command", ["x"]), ("spec.hostNetwork", True)]),
    (thing("autoscaling/v2", "HorizontalPodAutoscaler", spec={"maxReplicas": 3, "scaleTargetRef": {
        "apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}}), [("spec.scaleTargetRef.name", "y")]),
    (thing("networking.k8s.io/v1", "Ingress", spec={"ingressClassName": "a", "defaultBackend": {"service": {
        "name": "x", "port": {"number": 80}}}}), [("spec.ingressClassName", "b")]),
    (thing("policy/v1", "PodDisruptionBudget", spec={"minAvailable": 1, "selector": LABELS}), [
        ("spec.selector.matchLabels", {"q": "r"})]),
    (DEFINITION, [("spec.scope", "Cluster"), ("spec.names.kind", "B"), ("spec.names.shortNames", ["q"])]),
]


def with_value(body, path, value):
    body = copy.deepcopy(body)
    *above, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    node = body
    for key in above:
        node = node[key]
    node[last] = value
    if value is RETYPED:  # the pods have to fit
        body["spec"]["template"]["metadata"]["labels"] = RETYPED["matchLabels"]
    return body


def word_of(plan):
    steps = plan["environments"][0]["steps"]
    if not steps:
        return "nothing"
    return "refused" if steps[0]["risk"] == "blocked" or steps[0]["verb"] == "replace" else "taken"


def main():
    servers.end_in_order()
    cases = wrong = 0
    with tempfile.TemporaryDirectory(prefix="plumb-refusals-") as directory, servers.Server() as server:
        root = pathlib.Path(directory)
        (root / "m").mkdir()
        (root / "plumb.yaml").write_text(
            "apiVersion: plumb/v1\nkind: Project\nname: t\nunits: {all: {manifests: m}}\n"
            "environments: {prod: {live: 'cluster:admin', applier: argocd-ssa}}\n")
        for body, changes in CASES:
            server.kubectl("apply", *CONTEXT, "-f", "-", input=json.dumps(body))
            if body is DEFINITION:
                server.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
            for path, value in changes:
                changed = json.dumps(with_value(body, path, value))
                real = server.kubectl("apply", *CONTEXT, "--dry-run=server", "-f", "-", input=changed, check=False)
                truth = "refused" if real.returncode else "taken"
                (root / "m/object.json").write_text(changed)
                for verify in ("local", "auto"):
                    done = subprocess.run(
                        [str(PLUMB), "plan", "-e", "prod", "--format", "json", f"--verify={verify}"], cwd=root,
                        capture_output=True, text=True,
                        env=dict(os.environ, KUBECONFIG=str(server.kubeconfig), HOME=str(root)))
                    word = word_of(json.loads(done.stdout)) if done.stdout else done.stderr
                    leaked = CANARY in done.stdout + done.stderr and body["kind"] == "Secret"
                    cases += 1
                    if word != truth or leaked:
                        wrong += 1
                        print(f"FAIL  {body['kind']} {path} ({verify}): {truth}, and plumb says {word}"
                              f"{' and shows the value' if leaked else ''}; {real.stderr.strip()[:300]}", flush=True)
    print(f"{cases - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
