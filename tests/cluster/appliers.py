#!/usr/bin/env python3
"""Appliers and what they take: other managers' fields, with and without force. What plumb says is held against what goes.

    tests/cluster/appliers.py [PLUMB] [TEST…]

The last line counts.
"""

import base64
import json
import sys
import time

import checks
import server as servers
from checks import World, check
from situations import DEPLOYMENT, MAP, Place, causes, rules, words_of

KUBECTL = "    applier: kubectl-ssa\n"
ARGO = "    applier: argocd-ssa\n"
FLUX = "    applier: flux\n"
OTHER = "    applier: {manager: other, method: server-side}\n"
STEP = "Deployment.apps/{}/web"
DROPPED = (DEPLOYMENT.replace(", labels: {team: ml}", "").replace(", {name: B, value: b}", "").replace("  replicas: 2\n", "")
           .replace("web:1", "web:2"))
IMAGE, ENV = "spec.template.spec.containers[name=main].image", "spec.template.spec.containers[name=main].env[name=B]"
SYSTEM = ("managedFields", "resourceVersion", "generation")
NOTE = "kubectl.kubernetes.io/last-applied-configuration"


def leaves(node, path=""):
    """The scalars of a body by their paths, as plumb prints them."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list) and all(isinstance(item, dict) and "name" in item for item in node):
        for item in node:
            yield from leaves(item, f"{path}[name={item['name']}]")
    else:
        yield path, json.dumps(node)


def content(place, thing="deployment/web"):
    body = json.loads(place.kubectl("get", thing, "-o", "json").stdout)
    body.pop("status", None)
    body["metadata"] = {key: value for key, value in body["metadata"].items() if key not in SYSTEM}
    (body["metadata"].get("annotations") or {}).pop(NOTE, None)
    return dict(leaves({key: value for key, value in body.items() if value}))


def moved(before, after):
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path) and path != "metadata.annotations"}


def planned(step):
    return {change["path"] for change in (step or {}).get("changes", []) if not change["residue"] and not change["only_live"]}


def is_same(paths, real):
    """Each change is of something that moved, and each thing that moved is in a change."""
    return all(any(leaf.startswith(path) for leaf in real) for path in paths) and all(
        any(leaf.startswith(path) for path in paths) for leaf in real)


def apply_for_real(place, text, applier):
    """As these tools do, Argo CD with kubectl's own code. Whether the server took it."""
    body = place.text(text)[0]
    if applier == OTHER:
        return place.server.request(
            "PATCH", f"/apis/apps/v1/namespaces/{place.name}/deployments/web?fieldManager=other&force=true", body.encode(),
            headers={"Content-Type": "application/apply-patch+yaml"})[0] == 200
    words = ("--force-conflicts", "--field-manager=argocd-controller") if applier == ARGO else ()
    return place.kubectl("apply", "--server-side", *words, "-f", "-", input=body, check=False).returncode == 0


def client_side(place, *words):
    place.kubectl("apply", *words, "-f", "-", input=place.text(DEPLOYMENT)[0])


# How the object came to be, and what else was done to it.
HISTORIES = {
    "applied client-side": lambda place: client_side(place),
    "applied client-side by another name": lambda place: client_side(place, "--field-manager=somebody"),
    "created with its configuration noted": lambda place: place.kubectl("create", "--save-config", "-f", "-",
                                                                        input=place.text(DEPLOYMENT)[0]),
    "created": lambda place: place.kubectl("create", "-f", "-", input=place.text(DEPLOYMENT)[0]),
    "applied client-side, then scaled": lambda place: (client_side(place), place.kubectl("scale", "deployment/web", "--replicas=7")),
    "applied client-side, then labelled": lambda place: (
        client_side(place), place.kubectl("label", "deployment/web", "team=other", "more=x", "--overwrite")),
    "applied server-side, then client-side": lambda place: (
        place.apply(DROPPED, manager="kubectl"), place.apply(DROPPED), client_side(place)),
}


def taken_over(world):
    """kubectl and Argo CD take over who noted what was applied last: what these alone own and head has not goes."""
    place = Place(world, "over")
    for applier, name in ((KUBECTL, "kubectl"), (ARGO, "Argo CD"), (OTHER, "a plain server-side apply")):
        for history, make in HISTORIES.items():
            place.delete("deployment/web")
            make(place)
            before = content(place)
            step = place.plan(DROPPED, base=(DEPLOYMENT,), more=applier).get(STEP.format(place.name))
            answer = place.answer
            taken = apply_for_real(place, DROPPED, applier)
            check(f"{history}, then {name}: a refusal was planned", taken == (answer.status == 0) and taken == (
                "conflict" not in rules(step) or applier != KUBECTL), answer)
            if not taken:
                continue
            real = moved(before, content(place))
            check(f"{history}, then {name}: what goes was planned", is_same(planned(step), real), (sorted(real), answer))
            again = place.plan(DROPPED, more=applier).get(STEP.format(place.name))
            check(f"{history}, then {name}: and then there is nothing to do", not planned(again), place.answer)


def taken_over_elsewhere(world):
    """Without a base, and on this machine alone."""
    place = Place(world, "local")
    client_side(place)
    expected = {"metadata.labels", "spec.replicas", ENV, IMAGE}

    def gist(step):
        return {"metadata.labels" if path.startswith("metadata.labels") else path for path in planned(step)}
    for words in (dict(), dict(base=(DEPLOYMENT,)), dict(live="cluster:reader"), dict(base=(DEPLOYMENT,), live="cluster:reader")):
        for applier in (KUBECTL, ARGO, FLUX):
            step = place.plan(DROPPED, more=applier, **words).get(STEP.format("local"))
            check(f"{applier.strip()}: what goes is known with {', '.join(words) or 'nothing more'}", gist(step) == expected, place.answer)
    place.kubectl("label", "deployment/web", "more=x")
    for live in ("cluster:admin", "cluster:reader"):
        step = place.plan(DEPLOYMENT, more=FLUX, live=live).get(STEP.format("local"))
        check(f"Flux takes back what kubectl did to it ({live})", planned(step) in ({"metadata.labels.more"}, {"metadata.labels"}),
              place.answer)
        step = place.plan(DEPLOYMENT, more=KUBECTL, live=live).get(STEP.format("local"))
        check(f"kubectl leaves it ({live})", not planned(step), place.answer)


def conflicts(world):
    """An applier who does not force is refused where others own what he says otherwise."""
    place = Place(world, "force")
    place.apply(MAP, manager="somebody")
    head = MAP.replace("mode: old", "mode: new")
    name = "ConfigMap/force/app"
    step = place.plan(head, more=KUBECTL).get(name)
    check("kubectl is refused", rules(step)[-1:] == ["conflict"] and place.answer.status == 3 and "somebody" in words_of(step)
          and causes(step), place.answer)
    done = place.server.kubectl("apply", "--server-side", "-f", "-", input=place.text(head)[0], check=False)
    check("and so it is", done.returncode != 0 and "conflict" in done.stderr, done)
    place.plan(head, more=KUBECTL, words=("--allow", f"conflict={name}"))
    check("who forces it may allow that", place.answer.status == 0, place.answer)
    step = place.plan(head, more=KUBECTL, live="cluster:reader").get(name)
    check("a reader is told, too", "conflict" in rules(step) and place.answer.status == 3, place.answer)
    step = place.plan(head, more=ARGO).get(name)
    check("Argo CD forces, and is warned", "conflict" in rules(step) and step["verb"] == "update" and place.answer.status == 0,
          place.answer)
    careful = OTHER.replace("server-side}", "server-side, force: false}")
    place.plan(head, more=careful)
    check("so is told whoever says he does not force", place.answer.status == 3, place.answer)
    check("the same values are no conflict", not planned(place.plan(MAP, more=careful).get(name)) and place.answer.status == 0,
          place.answer)
    client_side(place)
    step = place.plan(DEPLOYMENT.replace("web:1", "web:2"), more=KUBECTL).get(STEP.format("force"))
    check("kubectl's own client-side apply is no conflict", "conflict" not in rules(step) and place.answer.status == 0, place.answer)
    done = place.server.kubectl("apply", "--server-side", "-f", "-", input=place.text(DEPLOYMENT.replace("web:1", "web:2"))[0],
                                check=False)
    check("and so it is none", done.returncode == 0, done)


def too_much_to_note(world):
    """What kubectl cannot note on a new object it cannot apply."""
    place = Place(world, "large")
    large = MAP.replace("keep: x", f"keep: {'x' * 300_000}")
    for applier, verb in (("    applier: kubectl\n", "none"), (ARGO, "create")):
        step = place.plan(large, more=applier).get("ConfigMap/large/app")
        check(f"{applier.strip()}: an object of 300 KB is '{verb}'", step["verb"] == verb
              and (verb == "create" or "annotations" in words_of(step)), place.answer)
    done = place.kubectl("apply", "-f", "-", input=place.text(large)[0], check=False)
    check("and so kubectl says", done.returncode != 0 and "annotations" in done.stderr, done)


POLICY = """apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: late}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}]
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {"added": "later"}}}'}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: late}
spec: {policyName: late, matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: late}}}}
"""
HOOK = """apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: late}
webhooks:
- name: late.x.test
  sideEffects: None
  failurePolicy: Ignore
  timeoutSeconds: 1
  admissionReviewVersions: [v1]
  clientConfig: {url: "https://127.0.0.1:1/"}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [RESOURCE]}]
"""
LATER = 1.2  # times are whole seconds


def counts(place):
    """(proven, asked) of the last plan."""
    summary = json.loads(place.answer.out)["summary"]
    return summary["proven"], summary["asked"]


def later_admission(world):
    """What is set up after the last apply may change what that left."""
    place, name = Place(world, "late"), "ConfigMap/late/app"
    note, kubectl = MAP.replace("name: app", "name: noted"), "    applier: kubectl\n"
    place.apply(MAP)
    place.kubectl("apply", "-f", "-", input=place.text(note)[0])
    place.plan(MAP)
    check("without admission live proves an object", counts(place) == (1, 0), place.answer)
    time.sleep(LATER)
    world.server.kubectl("apply", "-f", "-", input=POLICY)
    deadline, step = time.monotonic() + 20, None
    while step is None and time.monotonic() < deadline:  # until the server has noticed
        step = place.plan(MAP).get(name)
    check("a policy that came later is asked about", counts(place) == (0, 1) and step and step["verb"] == "update"
          and planned(step), place.answer)
    place.plan(MAP, words=("--verify=local",))
    check("on this machine alone it is not", counts(place) == (1, 0), place.answer)
    before = content(place, "configmap/app")
    place.apply(MAP)
    check("it does what was planned", is_same(planned(step), moved(before, content(place, "configmap/app"))), step)
    check("and then there is nothing to do", not planned(place.plan(MAP).get(name)), place.answer)
    before = content(place, "configmap/noted")
    place.plan(note, more=kubectl)
    check("kubectl has nothing to send, so nobody changes it", counts(place) == (1, 0), place.answer)
    place.kubectl("apply", "-f", "-", input=place.text(note)[0])
    check("and nobody did", not moved(before, content(place, "configmap/noted")), before)
    world.server.kubectl("delete", "-f", "-", input=POLICY)


def later_webhooks(world):
    place = Place(world, "hooks")
    place.apply(MAP)
    time.sleep(LATER)
    world.server.kubectl("apply", "-f", "-", input=HOOK.replace("RESOURCE", "pods"))
    place.plan(MAP)
    check("a webhook for other kinds changes no proof", counts(place) == (1, 0), place.answer)
    world.server.kubectl("apply", "-f", "-", input=HOOK.replace("RESOURCE", "'*'"))
    place.plan(MAP)
    check("a webhook for all kinds does", counts(place) == (0, 1), place.answer)
    world.server.kubectl("create", "clusterrole", "maps", "--verb=get,list,patch,create", "--resource=configmaps")
    world.server.kubectl("create", "clusterrolebinding", "maps", "--clusterrole=maps", "--user=editor")
    place.plan(MAP, MAP.replace("name: app", "name: app2"), live="cluster:editor")
    check("who may not see it is told so, once", place.answer.err.count("plan/unseen-admission") == 1 and counts(place) == (1, 1)
          and place.answer.status == 0, place.answer)
    time.sleep(LATER)
    place.apply(MAP.replace("mode: old", "mode: new"))
    place.apply(MAP)
    place.plan(MAP)
    check("a later apply proves again", counts(place) == (1, 0), place.answer)
    time.sleep(LATER)
    bundle = base64.b64encode((world.server.directory / "ca.crt").read_bytes()).decode()
    world.server.kubectl("patch", "mutatingwebhookconfiguration", "late", "--field-manager=renewer", "--type=json", "-p",
                         json.dumps([{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": bundle}]))
    place.plan(MAP)
    check("a certificate that is renewed is no news", counts(place) == (1, 0), place.answer)
    world.server.kubectl("delete", "mutatingwebhookconfiguration", "late")


def no_traces(world):
    check(f"nothing on the server was written in {world.runs} runs", not world.writes, world.writes)
    check("no token, key or canary was shown", not world.leaks, world.leaks)


TESTS = (taken_over, taken_over_elsewhere, conflicts, too_much_to_note, later_admission, later_webhooks, no_traces)


def main():
    servers.end_in_order()
    with servers.Server() as server:
        world = World(server)
        checks.apply(world, checks.OBJECTS / "role.yaml")
        checks.run_all(world, TESTS, sys.argv[2:])
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
