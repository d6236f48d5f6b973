#!/usr/bin/env python3
"""What plumb says of a real cluster, and that it changes nothing there. Started by tests/cluster/run."""

import base64
import http.server
import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import server as servers

HERE = pathlib.Path(__file__).resolve().parent
OBJECTS = HERE / "objects"
PLUMB = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "plumb").resolve()
CANARY = b"CANARY"
# As it is, and as base64 has it behind any number of other bytes.
CANARIES = (CANARY.decode(), *(base64.b64encode(bytes(before) + CANARY)[-(-before * 8 // 6):(before + len(CANARY)) * 8 // 6].decode()
                               for before in range(3)))
SECRETS = (*CANARIES, "admin-token", "reader-token", "nobody-token", "PRIVATE KEY")
# Written by the server itself, all the time.
RESTLESS = ("/leases", "/events", "/apiservices")
SERVERS_OWN = ("kube-apiserver", "api-priority-and-fairness")

passed, failed = 0, 0


def check(name, condition, found=""):
    global passed, failed
    if condition:
        passed += 1
        print(f"ok    {name}", flush=True)
    else:
        failed += 1
        print(f"FAIL  {name}\n      found: {str(found)[:3000]}", flush=True)


class Answer:
    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    def __repr__(self):
        return f"status {self.status}\n{self.out}{self.err}"


def changed(before, after):
    """What is on the server now otherwise than before."""
    return [(before.get(uid), after.get(uid)) for uid in before.keys() | after.keys() if before.get(uid) != after.get(uid)]


class World:
    """A server, a directory for projects, and the guard that nothing is written or shown."""

    def __init__(self, server):
        self.server = server
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="plumb-cluster-work-"))
        self.leaks = []
        self.writes = []
        self.runs = 0

    def project(self, manifests, name="t", live="cluster:admin", more=""):
        """A project whose only unit is these files or texts."""
        root = self.scratch / name
        shutil.rmtree(root, ignore_errors=True)
        (root / "m").mkdir(parents=True)
        for number, manifest in enumerate(manifests):
            if isinstance(manifest, pathlib.Path):
                shutil.copy(manifest, root / "m" / f"{number}-{manifest.name}")
            else:
                (root / "m" / f"{number}.yaml").write_text(manifest)
        (root / "plumb.yaml").write_text(
            "apiVersion: plumb/v1\nkind: Project\nname: t\nunits: {all: {manifests: m}}\n"
            f"environments:\n  prod:\n    live: '{live}'\n{more}")
        return root

    def plumb(self, root, *words, kubeconfig=None, environment=None, guard=True):
        before = self.versions() if guard else None
        variables = dict(os.environ, KUBECONFIG=str(kubeconfig or self.server.kubeconfig), HOME=str(self.scratch),
                         **(environment or {}))
        start = time.monotonic()
        done = subprocess.run([str(PLUMB), *words], cwd=root, env=variables, capture_output=True, text=True, timeout=120)
        answer = Answer(done.returncode, done.stdout, done.stderr, time.monotonic() - start)
        self.runs += 1
        if guard and (written := changed(before, self.versions())):
            self.writes.append((words, written))
        self.leaks += [(secret, words) for secret in SECRETS if secret in done.stdout + done.stderr]
        return answer

    def versions(self):
        """The resourceVersion of every object on the server, but those that the server keeps for itself."""
        found = {}
        for target in self.collections():
            for _ in range(5):  # a busy machine answers late
                status, text = self.server.read(target)
                if status == 200:
                    break
            if status != 200:
                continue
            for item in json.loads(text)["items"] or []:
                metadata = item["metadata"]
                managers = [entry.get("manager", "") for entry in metadata.get("managedFields", [])]
                if managers and all(manager.startswith(SERVERS_OWN) for manager in managers):
                    continue
                if "uid" not in metadata:
                    continue  # nothing that is stored: componentstatuses are the health of the moment
                found[metadata["uid"]] = (target, metadata.get("name"), metadata.get("resourceVersion"))
        return found

    def collections(self):
        accept = {"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}
        for root in ("/api", "/apis"):
            for group in json.loads(self.server.read(root, accept)[1])["items"]:
                name = group["metadata"].get("name", "")
                version = group["versions"][0]
                for resource in version["resources"]:
                    target = f"/apis/{name}/{version['version']}" if name else f"/api/{version['version']}"
                    target += "/" + resource["resource"]
                    if "list" in resource["verbs"] and not target.endswith(RESTLESS):
                        yield target

    def kubeconfig(self, name, cluster="", user="token: admin-token", more=""):
        """A kubeconfig of one context, `it`."""
        path = self.server.directory / name
        ca = "" if "authority" in cluster or "insecure" in cluster else "certificate-authority: ca.crt, "
        address = "" if "server:" in cluster else f"server: '{self.server.url}', "
        path.write_text("current-context: it\ncontexts: [{name: it, context: {cluster: c, user: u}}]\n"
                        f"clusters: [{{name: c, cluster: {{{ca}{address}{cluster}}}}}]\n"
                        f"users: [{{name: u, user: {{{user}}}}}]\n{more}")
        return path


def apply(world, *files, way="argocd-ssa"):
    words = {
        "argocd-ssa": ["apply", "--server-side", "--field-manager=argocd-controller"],
        "kubectl-ssa": ["apply", "--server-side"],
        "kubectl": ["apply"],
        "create": ["create"],
    }[way]
    for file in files:
        world.server.kubectl(*words, "-f", str(file))


def wait_for_kinds(world):
    world.server.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")


# ---- what is tested ----

def empty_server(world):
    apply(world, OBJECTS / "role.yaml", OBJECTS / "definitions.yaml")
    wait_for_kinds(world)
    root = world.project([OBJECTS / "shop.yaml"], live="cluster")
    answer = world.plumb(root, "plan", "-e", "prod", "--format", "json")
    plan = json.loads(answer.out)
    check("everything is to be created on an empty server", answer.status == 0 and plan["summary"]["create"] == 20, answer)
    check("the namespace comes first", plan["environments"][0]["steps"][0]["id"] == "Namespace/shop", answer)


def created_three_ways(world):
    for way, applier in (("argocd-ssa", "argocd-ssa"), ("kubectl", "kubectl"), ("create", "kubectl")):
        apply(world, OBJECTS / "shop.yaml", way=way)
        root = world.project([OBJECTS / "shop.yaml"], more=f"    applier: {applier}\n")
        diff = world.plumb(root, "diff")
        check(f"no difference after '{way}'", diff.status == 0 and diff.out == "", diff)
        plan = world.plumb(root, "plan", "--exit-code")
        check(f"no step after '{way}'", plan.status == 0, plan)
        if way != "create":
            world.server.kubectl("delete", "-f", str(OBJECTS / "shop.yaml"), "--wait=false")
            drop_namespace(world, "shop")


def drop_namespace(world, name):
    """There is no controller that empties a namespace."""
    for target in list(world.collections()):
        kind = target.rsplit("/", 1)[1]
        if kind == "namespaces":
            continue
        base = target.rsplit("/", 1)[0]
        status, text = world.server.request("GET", f"{base}/namespaces/{name}/{kind}")
        for item in (json.loads(text).get("items") or []) if status == 200 else []:
            at = f"{base}/namespaces/{name}/{kind}/{item['metadata']['name']}"
            world.server.request("PATCH", at, b'{"metadata":{"finalizers":null}}',
                                 headers={"Content-Type": "application/merge-patch+json"})
            world.server.request("DELETE", at)
    world.server.request("DELETE", f"/api/v1/namespaces/{name}")
    status, text = world.server.request("GET", f"/api/v1/namespaces/{name}")
    if status == 200:
        body = json.loads(text)
        body["spec"]["finalizers"] = []
        world.server.request("PUT", f"/api/v1/namespaces/{name}/finalize", json.dumps(body).encode(),
                             headers={"Content-Type": "application/json"})


CHANGED = (OBJECTS / "shop.yaml").read_text().replace("web:1", "web:2").replace('mode: "on"', 'mode: "off"')


def drift_is_named(world):
    """Somebody scales and edits; then git changes the same field, too."""
    base = OBJECTS / "shop.yaml"
    world.server.kubectl("delete", "-f", str(base), "--wait=false")
    drop_namespace(world, "shop")
    apply(world, base)
    world.server.kubectl("scale", "-n", "shop", "deployment/web", "--replicas=5")
    world.server.kubectl("patch", "-n", "shop", "configmap/app", "--field-manager=kubectl-edit", "-p", '{"data":{"mode":"edited"}}')
    root = world.project([base], more="    applier: argocd-ssa\n")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t.test", "commit", "-qm", "base"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    plan = world.plumb(root, "plan", "--base", "git:HEAD", "--live", "cluster:admin", "--format", "json")

    def causes(answer):
        return {change["path"]: (change["cause"], (change.get("writer") or {}).get("manager"))
                for step in json.loads(answer.out)["environments"][0]["steps"] for change in step["changes"]}
    found = causes(plan)
    check("a scaled workload is drift, with who did it", found.get("spec.replicas", ("", ""))[0] == "drift"
          and "kubectl" in (found["spec.replicas"][1] or ""), plan)
    check("an edited field is drift, with who did it", found.get("data.mode") == ("drift", "kubectl-edit"), plan)
    file = root / "m" / "0-shop.yaml"
    file.write_text(file.read_text().replace("replicas: 2", "replicas: 3"))
    both = causes(world.plumb(root, "plan", "--base", "git:HEAD", "--live", "cluster:admin", "--format", "json"))
    check("the same field changed in git and live is both", both.get("spec.replicas", ("",))[0] == "both", both)
    world.server.kubectl("apply", "--server-side", "--field-manager=argocd-controller", "--force-conflicts", "-f", str(base))


NEW = """apiVersion: v1
kind: Namespace
metadata: {name: fresh}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.fresh.example}
spec:
  group: fresh.example
  names: {kind: Toy, plural: toys, singular: toy}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, default: 3}}}}}}
---
apiVersion: fresh.example/v1
kind: Toy
metadata: {name: ball, namespace: fresh}
spec: {}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: fresh}
data: {a: b}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: fresh}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: web, envFrom: [{configMapRef: {name: settings}}]}]}
"""


def one_plan_for_all(world):
    """A namespace, a definition, its objects and a workload at once; then applied in the plan's order, each once."""
    root = world.project([NEW], more="    applier: kubectl-ssa\n")
    answer = world.plumb(root, "plan", "--format", "json")
    steps = json.loads(answer.out)["environments"][0]["steps"]
    check("a namespace, a definition, its objects and a workload are one plan",
          answer.status == 0 and {step["verb"] for step in steps} == {"create"} and len(steps) == 5, answer)
    world.plumb(root, "render", "-o", "out", "-e", "prod", guard=False)
    failures = []
    for step in steps:
        name, kind = step["resource"]["name"], step["resource"]["kind"]
        files = [path for path in (root / "out").rglob("*.yaml") if path.stem.startswith(kind) and path.stem.endswith("-" + name)]
        for file in files:
            done = world.server.kubectl("apply", "--server-side", "-f", str(file), check=False)
            failures += [done.stderr] if done.returncode else []
            if kind == "CustomResourceDefinition":
                wait_for_kinds(world)
        failures += [] if files else [f"no file of {step['id']}"]
    check("applied in the plan's order nothing has to be tried again", not failures, failures)
    again = world.plumb(root, "plan", "--exit-code")
    check("and then there is nothing to do", again.status == 0, again)


def refusals_hide_secrets(world):
    """What the server refuses quotes what it was sent."""
    base = (OBJECTS / "shop.yaml").read_text()
    job = """apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: shop}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: job, env: [{name: TOKEN, value: CANARY-job}]}]
"""
    world.server.kubectl("apply", "--server-side", "--field-manager=argocd-controller", "-f", "-", input=job)
    bad = {
        "422, an immutable template": job.replace("image: job", "image: other"),
        "422, a value that is not allowed": base.replace("{name: http, port: 80}", "{name: http, port: 800000}"),
        "500, an unknown field": base.replace("  replicas: 2\n", "  replicas: 2\n  replcas: 2\n"),
        "422, a Secret of another type": base.replace("stringData:", "type: kubernetes.io/tls\nstringData:"),
    }
    for name, text in bad.items():
        for applier in ("argocd-ssa", "kubectl"):
            root = world.project([text], more=f"    applier: {applier}\n")
            answer = world.plumb(root, "plan", "--format", "json")
            check(f"{name}: {applier} is told of the refusal", answer.status in (2, 3), answer)
    world.server.kubectl("delete", "job", "-n", "shop", "once", "--wait=false")


def changes_are_seen(world):
    root = world.project([CHANGED])
    diff = world.plumb(root, "diff")
    check("a change of an image and of data is a difference",
          diff.status == 1 and "containers[name=main].image" in diff.out and "data.mode" in diff.out, diff)
    plan = json.loads(world.plumb(root, "plan", "--format", "json").out)
    check("a plan has a step for each object that changes",
          [step["id"] for step in plan["environments"][0]["steps"]] == ["ConfigMap/shop/app", "Deployment.apps/shop/web"],
          plan["environments"][0]["steps"])
    check("the plan names the cluster", plan["inputs"]["live"] == "cluster:admin", plan["inputs"])


def readers_and_others(world):
    changed = json.loads(world.plumb(world.project([CHANGED]), "plan", "--format", "json").out)
    answer = world.plumb(world.project([CHANGED], live="cluster:reader"), "plan", "--format", "json")
    read = json.loads(answer.out)

    def gist(plan):
        return [(step["id"], step["verb"], [change["path"] for change in step["changes"]])
                for step in plan["environments"][0]["steps"]]
    check("the server was asked what an admin's apply would do",
          {step["verified"] for step in changed["environments"][0]["steps"]} == {"server"}, changed["environments"][0]["steps"])
    check("a read-only account's plan is worked out here",
          {step["verified"] for step in read["environments"][0]["steps"]} == {"local"}, answer)
    check("a read-only account gets the same plan", answer.status == 0 and gist(read) == gist(changed), answer)
    root = world.project([OBJECTS / "shop.yaml"], live="cluster:nobody")
    nothing = world.plumb(root, "diff")
    check("without a right to list nothing is known, and that is said",
          nothing.status == 2 and "cli/incomplete" in nothing.err and "forbidden" in nothing.err, nothing)
    plan = world.plumb(root, "plan", "--format", "json")
    verbs = {step["verb"] for step in json.loads(plan.out or "{}").get("environments", [{"steps": []}])[0]["steps"]}
    check("what is not known is neither created nor unchanged", plan.status == 2 and not verbs & {"create", "update"}, plan)
    allowed = world.plumb(root, "plan", "--allow-incomplete")
    check("--allow-incomplete goes on with what can be known", allowed.status == 0 and "forbidden" in allowed.err, allowed)
    world.server.kubectl("create", "role", "cm", "-n", "shop", "--verb=list", "--resource=configmaps")
    world.server.kubectl("create", "rolebinding", "cm", "-n", "shop", "--role=cm", "--user=nobody")
    only = [document for document in CHANGED.split("---\n") if "kind: ConfigMap" in document or "kind: Secret" in document]
    partly = world.plumb(world.project(only, live="cluster:nobody"), "diff")
    check("what can be known is shown beside what cannot", partly.status == 2 and "data.mode" in partly.out, partly)


def ownership_mark(world):
    mine = """apiVersion: v1
kind: ConfigMap
metadata: {name: left-over, namespace: default, labels: {owner: plumb-test}}
"""
    world.server.kubectl("apply", "-f", "-", input=mine)
    root = world.project([OBJECTS / "shop.yaml"], more="    owned: {labels: {owner: plumb-test}}\n")
    plan = world.plumb(root, "plan", "--format", "json")
    steps = json.loads(plan.out)["environments"][0]["steps"]
    check("what carries the mark and is not rendered is deleted",
          [(step["id"], step["verb"]) for step in steps] == [("ConfigMap/default/left-over", "delete")], plan)
    world.server.kubectl("delete", "configmap", "-n", "default", "left-over")


def pages(world):
    count = 2300
    documents = "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{i}, namespace: default}}\ndata: {{i: '{i}'}}\n"
                        for i in range(count))
    path = world.scratch / "many.yaml"
    path.write_text(documents)
    threads = [threading.Thread(target=create_maps, args=(world, range(start, count, 4))) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    root = world.project([path])
    diff = world.plumb(root, "diff")
    check("objects of several pages are all read", diff.status == 0, diff)
    world.server.request("DELETE", "/api/v1/namespaces/default/configmaps")


def create_maps(world, numbers):
    for i in numbers:
        body = json.dumps({"metadata": {"name": f"m{i}"}, "data": {"i": str(i)}}).encode()
        world.server.request("POST", "/api/v1/namespaces/default/configmaps", body, headers={"Content-Type": "application/json"})


def versions_that_end(world):
    """What Kubernetes gives up is warned of once, whether the server was asked and says so itself or not."""
    endpoints = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: old, namespace: default}\n"
    removed = ("---\napiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: old, namespace: default}\nspec: {schedule: '* * * * *', "
               "jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}}\n")
    root = world.project([endpoints], name="ending")
    for verify in ("auto", "server", "local"):
        answer = world.plumb(root, "plan", f"--verify={verify}")
        check(f"--verify={verify}: a deprecated version is warned of once", answer.status == 0
              and answer.err.count("is deprecated") == 1 and "1.33" in answer.err and "EndpointSlice" in answer.err, answer)
    answer = world.plumb(world.project([endpoints + removed], name="ending"), "plan")
    check("a version that the server does not serve any more is refused with its release and its replacement",
          answer.status == 3 and "gone since release 1.25" in answer.out and "batch/v1" in answer.out, answer)


# ---- connecting ----

def connecting(world):
    server = world.server
    root = world.project([OBJECTS / "shop.yaml"], live="cluster")

    def diff(*words, **options):
        return world.plumb(root, "diff", *words, guard=False, **options)

    def works(name, **options):
        answer = diff(kubeconfig=world.kubeconfig("it", **options))
        check(name, answer.status == 0, answer)

    def fails(name, code, place="", **options):
        answer = diff("--timeout", "5", kubeconfig=world.kubeconfig("it", **options))
        check(name, answer.status == 2 and f"[{code}]" in answer.err and place in answer.err, answer)
        check(f"{name}: it is not said that nothing differs", "only in head" not in answer.out or code == "cli/incomplete", answer)

    data = {name: base64.b64encode((server.directory / name).read_bytes()).decode()
            for name in ("ca.crt", "client.crt", "client.key")}
    works("a token", user="token: admin-token")
    works("certificates as files", user="client-certificate: client.crt, client-key: client.key")
    works("certificates as data", cluster=f"certificate-authority-data: {data['ca.crt']}",
          user=f"client-certificate-data: {data['client.crt']}, client-key-data: {data['client.key']}")
    works("any certificate, when told so", cluster="insecure-skip-tls-verify: true")
    works("a certificate for another name", cluster="tls-server-name: kubernetes.test")
    works("a server by its name", cluster=f"server: 'https://localhost:{server.port}/'")
    (server.directory / "token").write_text("admin-token\n")
    works("a token file", user="tokenFile: token, token: wrong")
    works("impersonation", user="token: admin-token, as: someone, as-groups: [system:masters]")
    fails("impersonation that is not allowed", "cli/incomplete", user="token: admin-token, as: nobody")
    works("an exec plugin", user=plugin("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
                                        "\"status\":{\"token\":\"admin-token\"}}'"))
    (server.directory / "count").unlink(missing_ok=True)
    works("an exec plugin whose first token is refused", user=plugin(
        f"echo x >> {server.directory}/count; [ $(wc -l < {server.directory}/count) = 1 ] && t=old || t=admin-token; "
        "echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"apiVersion\\\":\\\"client.authentication.k8s.io/v1\\\","
        "\\\"status\\\":{\\\"token\\\":\\\"$t\\\"}}\""))
    certificate = json.dumps({"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {
        "clientCertificateData": (server.directory / "client.crt").read_text(),
        "clientKeyData": (server.directory / "client.key").read_text()}})
    (server.directory / "credential.json").write_text(certificate)
    works("an exec plugin that gives a certificate", user=plugin(f"cat {server.directory}/credential.json"))
    with Tunnel() as tunnel:
        works("a proxy", cluster=f"proxy-url: 'http://127.0.0.1:{tunnel.port}'")
        check("the proxy was used", tunnel.targets == [f"127.0.0.1:{server.port}"], tunnel.targets)
    fails("a proxy that is not there", "state/cluster-unreachable", cluster="proxy-url: 'http://127.0.0.1:1'")
    fails("a token that is not known", "state/cluster-unauthorized", place="it:", user="token: expired")
    fails("a server signed by somebody else", "state/cluster-certificate",
          cluster=f"certificate-authority-data: {base64.b64encode(other_authority(world)).decode()}")
    fails("an authority that is no certificate", "state/cluster-certificate", cluster="certificate-authority-data: QUJD")
    fails("a certificate for somebody else", "state/cluster-certificate", cluster="tls-server-name: other.test")
    fails("nobody there", "state/cluster-unreachable", cluster="server: 'https://127.0.0.1:1'")
    fails("no such host", "state/cluster-unreachable", cluster="server: 'https://no-such-host.invalid'")
    fails("a plugin that fails", "state/exec-plugin", user=plugin("echo CANARY; exit 1"))
    fails("a plugin that hangs", "state/exec-plugin", user=plugin("sleep 100"))
    with Silent() as silent:
        started = time.monotonic()
        fails("a server that says nothing", "state/cluster-timeout", cluster=f"server: 'https://127.0.0.1:{silent.port}'")
        check("nothing takes longer than --timeout", time.monotonic() - started < 8, time.monotonic() - started)
    missing = world.plumb(world.project([OBJECTS / "shop.yaml"], live="cluster:adminn"), "diff", guard=False)
    check("a context that is not there", missing.status == 2 and "did you mean 'admin'" in missing.err, missing)
    in_pod = diff(kubeconfig="/does/not/exist",
                  environment={"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(server.port)})
    check("without a kubeconfig that is said", in_pod.status == 2 and "state/no-kubeconfig" in in_pod.err, in_pod)
    gnutls(world)


def plugin(script):
    quoted = script.replace("'", "''")
    return ("exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, "
            f"args: [-c, '{quoted}']}}")


def other_authority(world):
    where = world.scratch / "other"
    where.mkdir(exist_ok=True)
    servers.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other", "-keyout", "k",
                    "-out", "c", cwd=where)
    return (where / "c").read_bytes()


def gnutls(world):
    """The other libcurl that machines have."""
    root = world.project([OBJECTS / "shop.yaml"], live="cluster")
    found = [path for path in pathlib.Path("/usr/lib").glob("*/libcurl-gnutls.so.4")]
    if not found:
        print("left out: libcurl-gnutls is not on this machine")
        return
    links = world.scratch / "gnutls"
    links.mkdir(exist_ok=True)
    if not (links / "libcurl.so.4").exists():
        (links / "libcurl.so.4").symlink_to(found[0])
    user = "client-certificate: client.crt, client-key: client.key"
    answer = world.plumb(root, "diff", guard=False, kubeconfig=world.kubeconfig("it", user=user),
                         environment={"LD_LIBRARY_PATH": str(links)})
    check("libcurl over GnuTLS", answer.status == 0, answer)
    answer = world.plumb(root, "diff", guard=False, environment={"LD_LIBRARY_PATH": str(links)}, kubeconfig=world.kubeconfig(
        "it", cluster=f"certificate-authority-data: {base64.b64encode(other_authority(world)).decode()}"))
    check("libcurl over GnuTLS believes no other authority", "[state/cluster-certificate]" in answer.err, answer)


class Listener:
    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.targets = []
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()


class Silent(Listener):
    def serve(self, connection):
        connection.recv(1)
        time.sleep(60)


class Tunnel(Listener):
    """A proxy: CONNECT host:port."""

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        target = head.split()[1].decode()
        self.targets.append(target)
        host, port = target.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as other:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            pump(connection, other)


def pump(one, two):
    while True:
        for ready in select.select([one, two], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (two if ready is one else one).sendall(data)


# ---- no traces ----

def secrets_stay(world):
    changed = CHANGED.replace("CANARY-live-value", "CANARY-head-value")
    root = world.project([changed])
    for command, form in (("diff", "junit"), ("diff", "sarif"), ("plan", "junit"), ("plan", "sarif")):
        world.plumb(root, command, "--format", form, guard=False)  # no_traces looks at all that was shown
    for live in ("cluster:admin", "cluster:reader"):
        saved = root / "saved-plan"
        answer = world.plumb(root, "plan", "--live", live, "-o", str(saved), guard=False)
        text = saved.read_text() if saved.exists() else ""
        check(f"a saved plan of {live} has the Secret and no value of it",
              answer.status == 0 and "login" in text and not any(secret in text for secret in SECRETS), (answer, text))
        held = world.plumb(root, "plan", "--live", live, "--check", str(saved), guard=False)
        check(f"a saved plan of {live} holds while nothing changes", held.status == 0, held)
    for command in ("diff", "plan"):
        for form in ("text", "json", "markdown", "github"):
            answer = world.plumb(root, command, "--format", form, guard=False)
            check(f"{command} --format {form} tells of the Secret", "login" in answer.out, answer)
            encoded = [base64.b64encode(value.encode()).decode() for value in ("CANARY-live-value", "CANARY-head-value")]
            check(f"{command} --format {form} shows no value in base64", not any(text in answer.out for text in encoded), answer)


def killed_in_the_middle(world):
    root = world.project([CHANGED])
    before = world.versions()
    environment = dict(os.environ, KUBECONFIG=str(world.server.kubeconfig))
    for number in range(20):
        process = subprocess.Popen([str(PLUMB), "plan"], cwd=root, env=environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.Random(number).uniform(0.005, 0.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
    written = changed(before, world.versions())
    check("killed in the middle it has written nothing", not written, written)


def no_traces(world):
    check(f"nothing on the server was written in {world.runs} runs", not world.writes, world.writes)
    check("no token, key or canary was shown", not world.leaks, world.leaks)


# The first one has an empty server.
TESTS = (one_plan_for_all, empty_server, created_three_ways, changes_are_seen, refusals_hide_secrets, drift_is_named,
         readers_and_others, ownership_mark, pages, versions_that_end, connecting, secrets_stay, killed_in_the_middle, no_traces)


def run_all(world, tests, only):
    try:
        for test in tests:
            if only and test.__name__ not in only:
                continue
            try:
                test(world)
            except Exception as error:  # one test's trouble is not the others'
                output = getattr(error, "stderr", "") or ""
                check(test.__name__, False, f"{type(error).__name__}: {error} {output}")
    finally:
        shutil.rmtree(world.scratch, ignore_errors=True)


def main():
    only = sys.argv[2:]
    servers.end_in_order()
    with servers.Server() as server:
        run_all(World(server), TESTS, only)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
