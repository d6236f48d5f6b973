#!/usr/bin/env python3
"""plumb diff against a real API server behind a slow line, and kubectl diff in the same run.

    tests/bench/cluster.py build/release/plumb [--rtt 30] [--large] [--no-kubectl]

The server is that of tests/cluster, on loopback behind a proxy that adds half of --rtt (milliseconds) each way. Objects are
made here, of ten kinds, applied server-side as Argo CD does; then nothing, or one in ten, is changed in the files. --large: 5,000
objects too, without kubectl, which takes minutes. Wall seconds, the best of three for plumb; peak memory.
"""

import argparse
import collections
import http.client
import json
import multiprocessing
import os
import pathlib
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cluster"))
import server as servers  # noqa: E402

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Service", "ConfigMap", "Secret", "Ingress", "Role", "ServiceAccount")
PATHS = {
    "Deployment": ("apps/v1", "deployments"), "StatefulSet": ("apps/v1", "statefulsets"), "DaemonSet": ("apps/v1", "daemonsets"),
    "CronJob": ("batch/v1", "cronjobs"), "Service": ("v1", "services"), "ConfigMap": ("v1", "configmaps"),
    "Secret": ("v1", "secrets"), "Ingress": ("networking.k8s.io/v1", "ingresses"),
    "Role": ("rbac.authorization.k8s.io/v1", "roles"), "ServiceAccount": ("v1", "serviceaccounts"),
}


# ---- a line with a delay ----

def line(listener, target, delay):
    """Passes bytes on, each `delay` seconds late; as many of them as come."""
    pairs, queues = {}, {}

    def close(one):
        for end in (one, pairs.get(one)):
            if end in pairs:
                pairs.pop(end), queues.pop(end, None), end.close()
    while True:
        now = time.monotonic()
        due = [queue[0][0] for queue in queues.values() if queue]
        pause = max(0, min(due) - now) if due else 1
        ready, _, _ = select.select([listener, *pairs], [], [], min(pause, 1))
        now = time.monotonic()
        for one in ready:
            if one is listener:
                near, _ = listener.accept()
                far = socket.create_connection(target)
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                pairs[near], pairs[far] = far, near
                queues[near], queues[far] = collections.deque(), collections.deque()
            elif one in pairs:
                try:
                    data = one.recv(1 << 18)
                except OSError:
                    data = b""
                queues[one].append((now + delay, data))
        for one, queue in list(queues.items()):
            while queue and queue[0][0] <= time.monotonic():
                _, data = queue.popleft()
                if not data or one not in pairs:
                    close(one)
                    break
                try:
                    pairs[one].sendall(data)
                except OSError:
                    close(one)
                    break


# ---- objects ----

def pods(name, image):
    return {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{
        "name": "main", "image": image, "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": f"SETTING_{i}", "value": f"value {i}"} for i in range(8)],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
        "volumeMounts": [{"name": "settings", "mountPath": "/etc/settings"}]}],
        "volumes": [{"name": "settings", "configMap": {"name": "settings"}}]}}


def body_of(kind, name, image):
    selector = {"matchLabels": {"app": name}}
    if kind in ("Deployment", "DaemonSet"):
        spec = {"selector": selector, "template": pods(name, image)}
        return {"spec": {**spec, "replicas": 2} if kind == "Deployment" else spec}
    if kind == "StatefulSet":
        return {"spec": {"serviceName": name, "selector": selector, "template": pods(name, image)}}
    if kind == "CronJob":
        template = pods(name, image)
        template["spec"]["restartPolicy"] = "Never"
        return {"spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}}}
    if kind == "Service":
        return {"spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}
    if kind == "Ingress":
        backend = {"service": {"name": name, "port": {"number": 80}}}
        return {"spec": {"rules": [{"host": f"{name}.example", "http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": backend}]}}]}}
    if kind == "Role":
        return {"rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]}
    if kind in ("ConfigMap", "Secret"):
        key = "data" if kind == "ConfigMap" else "stringData"
        return {key: {f"key-{i}": f"value {i} of {name}\n" * 5 for i in range(6)}}
    return {}


def objects(count, image="registry.example/web:1"):
    for i in range(count):
        kind = KINDS[i % len(KINDS)]
        name = f"o{i}"
        version, _ = PATHS[kind]
        yield kind, name, {"apiVersion": version, "kind": kind, "metadata": {
            "name": name, "namespace": "bench", "labels": {"app": name, "team": "ml"}}, **body_of(kind, name, image)}


def apply_all(server, count):
    context = ssl.create_default_context(cafile=str(server.directory / "ca.crt"))
    work = list(objects(count))

    def some(start):
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context)
        for kind, name, body in work[start::8]:
            version, resource = PATHS[kind]
            root = f"/api/{version}" if "/" not in version else f"/apis/{version}"
            connection.request("PATCH", f"{root}/namespaces/bench/{resource}/{name}?fieldManager=argocd-controller",
                               json.dumps(body), {"Authorization": "Bearer admin-token",
                                                  "Content-Type": "application/apply-patch+yaml"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in (200, 201):
                raise RuntimeError(text)
    threads = [threading.Thread(target=some, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# ---- measuring ----

def run(words, cwd, environment):
    """(wall seconds, MB at the peak, status, stdout)"""
    with tempfile.TemporaryFile("w+") as out:
        start = time.monotonic()
        process = subprocess.Popen(words, cwd=cwd, env=environment, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        out.seek(0)
        return seconds, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), out.read()


def project(root, count, changed):
    root.mkdir(parents=True, exist_ok=True)
    (root / "m").mkdir(exist_ok=True)
    texts = []
    for i, (kind, name, body) in enumerate(objects(count)):
        if i < changed * len(KINDS) and kind == "Deployment":
            body["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/web:2"
        texts.append(json.dumps(body))
    (root / "m" / "all.yaml").write_text("\n---\n".join(texts) + "\n")
    (root / "plumb.yaml").write_text("apiVersion: plumb/v1\nkind: Project\nname: b\nunits: {all: {manifests: m}}\n"
                                     "environments: {prod: {live: cluster, applier: argocd-ssa}}\n")
    return root


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plumb")
    parser.add_argument("--rtt", type=float, default=30)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--no-kubectl", action="store_true")
    options = parser.parse_args()
    plumb = str(pathlib.Path(options.plumb).resolve())
    with servers.Server() as server, tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        proxy = multiprocessing.Process(target=line, args=(listener, ("127.0.0.1", server.port), options.rtt / 2000), daemon=True)
        proxy.start()
        kubeconfig = server.directory / "slow"
        kubeconfig.write_text(server.kubeconfig.read_text().replace(server.url, f"https://127.0.0.1:{port}"))
        environment = dict(os.environ, KUBECONFIG=str(kubeconfig), HOME=str(scratch))
        server.kubectl("create", "namespace", "bench")
        print(f"RTT {options.rtt:g} ms\n\n| what | plumb diff | peak | kubectl diff --server-side | peak |\n| --- | --- | --- | --- | --- |",
              flush=True)
        try:
            for count, changed in [(500, 0), (500, 50)] + ([(5000, 0)] if options.large else []):
                if changed == 0:
                    apply_all(server, count)
                root = project(scratch / f"{count}-{changed}", count, changed)
                best = min(run([plumb, "diff"], root, environment) for _ in range(3))
                expected = 1 if changed else 0
                if best[2] != expected or (changed and f"{changed} of kind Deployment: differs" not in best[3]):
                    raise RuntimeError(f"expected {changed} differences, got status {best[2]}:\n{best[3][:2000]}")
                row = f"| {count} objects, {changed} changed | {best[0]:.2f} s | {best[1]:.0f} MB "
                if options.no_kubectl or count > 500:
                    print(row + "| – | – |", flush=True)
                    continue
                other = run([str(server.programs / "kubectl"), "diff", "--server-side", "--force-conflicts",
                             "--field-manager=argocd-controller", "-f", "m/all.yaml"], root, environment)
                print(row + f"| {other[0]:.1f} s | {other[1]:.0f} MB |", flush=True)
        finally:
            proxy.kill()


if __name__ == "__main__":
    main()
