#!/usr/bin/env python3
"""What engineers meet in a cluster: other owners, refusals, plans that wait, snapshots, the guide's role.

    tests/cluster/situations.py [PLUMB] [TEST…]

The last line counts.
"""

import json
import pathlib
import re
import subprocess
import sys
import time

import checks
import server as servers
from checks import OBJECTS, World, check

GUIDE = checks.HERE.parents[1] / "docs/guide/live.md"
MANAGER = "argocd-controller"
SSA = "    applier: argocd-ssa\n"
CANARY = "CANARY-of-a-secret"

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: NAMESPACE, labels: {team: ml}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: 'web:1', env: [{name: A, value: a}, {name: B, value: b}]}]}
"""
MAP = """apiVersion: v1
kind: ConfigMap
metadata: {name: app, namespace: NAMESPACE}
data: {mode: old, keep: x}
"""
SECRET = f"""apiVersion: v1
kind: Secret
metadata: {{name: login, namespace: NAMESPACE}}
stringData: {{password: {CANARY}, user: bob-the-builder}}
"""


class Place:
    """A namespace of its own, with words for what people do in it."""

    def __init__(self, world, name):
        self.world, self.name, self.server = world, name, world.server
        self.server.kubectl("create", "namespace", name)

    def text(self, *texts):
        return [text.replace("NAMESPACE", self.name) for text in texts]

    def apply(self, *texts, manager=MANAGER):
        for text in self.text(*texts):
            self.server.kubectl("apply", "--server-side", "--force-conflicts", f"--field-manager={manager}", "-f", "-", input=text)

    def kubectl(self, *words, **more):
        return self.server.kubectl(*words, "-n", self.name, **more)

    def delete(self, *things):
        self.kubectl("delete", *things, "--ignore-not-found", "--wait=false")

    def project(self, *texts, more=SSA, live="cluster:admin"):
        return self.world.project(self.text(*texts), more=more, live=live)

    def plan(self, *texts, words=(), more=SSA, live="cluster:admin", base=(), environment=None):
        """The steps by their ids, of head against a base in git, if there is one."""
        root = self.project(*(base or texts), more=more, live=live)
        if base:
            commit(root)
            for number, text in enumerate(self.text(*texts)):
                (root / "m" / f"{number}.yaml").write_text(text)
            words = ("--base", "git:HEAD", "--live", live, *words)
        answer = self.world.plumb(root, "plan", "--format", "json", *words, environment=environment)
        self.answer, self.root = answer, root
        if not answer.out:
            return {}
        return {step["id"]: step for step in json.loads(answer.out)["environments"][0]["steps"]}


def commit(root):
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t.test", "commit", "-qm", "base"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def rules(step):
    return [reason["rule"] for reason in (step or {}).get("reasons", [])]


def words_of(step):
    return " ".join(reason["text"] for reason in (step or {}).get("reasons", []))


def causes(step):
    return {change["path"]: change["cause"] for change in (step or {}).get("changes", [])}


# ---- whose a field is ----

def who_moved(world):
    """Without a base, live itself says who: the applier's own fields are git's, the others' are drift."""
    place = Place(world, "moved")
    place.apply(DEPLOYMENT)
    place.kubectl("scale", "deployment/web", "--replicas=5")
    head = DEPLOYMENT.replace("web:1", "web:2")
    step = place.plan(head)["Deployment.apps/moved/web"]
    image, replicas = "spec.template.spec.containers[name=main].image", "spec.replicas"
    check("a change of what the applier owns is git's", causes(step) == {image: "git", replicas: "drift"}, place.answer)
    summary = json.loads(place.answer.out)["summary"]
    check("one object was changed by others", summary["drift"] == 1, summary)
    read = place.plan(head, live="cluster:reader")["Deployment.apps/moved/web"]
    check("a reader is told the same", causes(read) == causes(step) and read["verified"] == "local", place.answer)


def not_applied_yet(world):
    """Git moved on before it was applied: live is as the last apply left it, and nobody else was there."""
    place = Place(world, "behind")
    place.apply(DEPLOYMENT)
    head = DEPLOYMENT.replace("web:1", "web:2")
    step = place.plan(head, base=(head,))["Deployment.apps/behind/web"]
    writer = step["changes"][0]["writer"] or {}
    check("drift that the applier left says so", step["changes"][0]["cause"] == "drift" and writer.get("manager") == MANAGER, place.answer)
    summary = json.loads(place.answer.out)["summary"]
    check("and counts for nobody else", summary["drift"] == 0 and summary["update"] == 1, summary)
    place.plan(head, more="")
    check("an applier that works otherwise than plumb is told is a warning", "plan/other-method" in place.answer.err, place.answer)


def residue(world):
    """Git drops a label and an env entry that others own, too: they stay, and that is said."""
    place = Place(world, "residue")
    head = DEPLOYMENT.replace(", labels: {team: ml}", "").replace(", {name: B, value: b}", "")
    for how in ("both apply it", "it was made by kubectl create"):
        if how.startswith("both"):
            place.apply(DEPLOYMENT)
            place.apply(DEPLOYMENT, manager="somebody")
        else:
            place.kubectl("create", "-f", "-", input=place.text(DEPLOYMENT)[0])
        step = place.plan(head, base=(DEPLOYMENT,)).get("Deployment.apps/residue/web")
        check(f"{how}: what git drops stays", step and step["verb"] == "none" and "residue" in rules(step)
              and all(change["residue"] and change["writer"] for change in step["changes"]) and len(step["changes"]) == 2, place.answer)
        place.apply(head)
        live = json.loads(place.kubectl("get", "deployment", "web", "-o", "json").stdout)
        check(f"{how}: and so it does", "team" in live["metadata"]["labels"], live["metadata"])
        place.delete("deployment/web")


def autoscaler(world):
    place = Place(world, "scaled")
    place.apply(DEPLOYMENT)
    place.kubectl("patch", "deployment/web", "--subresource=scale", "--field-manager=kube-controller-manager", "--type=merge",
                  "-p", '{"spec":{"replicas":7}}')
    step = place.plan(DEPLOYMENT).get("Deployment.apps/scaled/web")
    check("git and an autoscaler write the same number", "autoscaled" in rules(step)
          and "kube-controller-manager" in words_of(step), place.answer)
    head = DEPLOYMENT.replace("  replicas: 2\n", "")
    check("a number that git does not say any more is the autoscaler's",
          not place.plan(head, base=(DEPLOYMENT,)) and place.answer.status == 0, place.answer)
    check("and no difference later", not place.plan(head) and place.answer.status == 0, place.answer)


def takeovers(world):
    place = Place(world, "taken")
    marks = {
        "a Helm release": ("helm", "annotations: {meta.helm.sh/release-name: shop}", "kubectl-create"),
        "a Flux Kustomization": ("flux", "labels: {kustomize.toolkit.fluxcd.io/name: apps}", "kustomize-controller"),
        "another Argo CD application": (
            "argo", "annotations: {argocd.argoproj.io/tracking-id: 'other:/ConfigMap:taken/NAME'}", MANAGER),
        "another server-side applier": ("other", "", "some-tool"),
    }
    for who, (name, mark, manager) in marks.items():
        plain = MAP.replace("name: app", f"name: {name}")
        marked = plain.replace("namespace: NAMESPACE", f"namespace: NAMESPACE, {mark}".replace("NAME'", f"{name}'"))
        place.apply(marked, manager=manager)
        head = plain.replace("mode: old", "mode: new")
        step = place.plan(head, more="    applier: kubectl-ssa\n").get(f"ConfigMap/taken/{name}")
        check(f"an object of {who} is a takeover", "takeover" in rules(step) and step["verb"] == "update", place.answer)
    same = MAP.replace("name: app", "name: argo")
    step = place.plan(same, more="    applier: kubectl-ssa\n").get("ConfigMap/taken/argo")
    check("also when nothing differs", "takeover" in rules(step) and step["verb"] == "none", place.answer)
    check("Argo CD itself is told nothing", not place.plan(same), place.answer)
    flux = MAP.replace("name: app", "name: flux")
    check("nor is Flux of its own marks", not place.plan(flux, more="    applier: flux\n"), place.answer)
    proven = json.loads(place.answer.out)["summary"]
    check("and both are proven, not asked about", proven["proven"] == 1 and proven["asked"] == 0, proven)


def forgotten_owners(world):
    place = Place(world, "wiped")
    place.apply(MAP)
    place.kubectl("patch", "configmap/app", "--type=json", "-p", '[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]')
    check("an object whose owners were wiped out is no change", not place.plan(MAP) and place.answer.status == 0, place.answer)
    dropped = MAP.replace(", keep: x", "")
    step = place.plan(dropped, base=(MAP,)).get("ConfigMap/wiped/app")
    check("what git drops of it stays", step and step["verb"] == "none" and step["changes"][0]["residue"], place.answer)
    place.apply(dropped)
    live = json.loads(place.kubectl("get", "configmap", "app", "-o", "json").stdout)
    check("and so it does", live["data"].get("keep") == "x", live)


def going(world):
    place = Place(world, "going")
    held = MAP.replace("name: app,", "name: app, finalizers: [x.test/hold],")
    place.apply(held)
    place.delete("configmap/app")
    step = place.plan(held).get("ConfigMap/going/app")
    check("an object that is being deleted is said to be", rules(step) == ["going"] and "x.test/hold" in words_of(step), place.answer)
    step = place.plan(MAP).get("ConfigMap/going/app")
    check("a finalizer that git drops is git's change", list(causes(step).values()) == ["git"]
          and list(causes(step))[0].startswith("metadata.finalizers"), place.answer)
    place.kubectl("patch", "configmap/app", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')


# ---- what is refused ----

POLICY = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: bad.test}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [secrets]}]
  validations:
  - {expression: "!has(object.data) || !('password' in object.data)", messageExpression: "'not allowed: ' + object.data['password']"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: bad.test}
spec: {policyName: bad.test, validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: refused}}}}
"""
LIMITS = """apiVersion: v1
kind: ResourceQuota
metadata: {name: q, namespace: NAMESPACE}
spec: {hard: {count/services: "0"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: l, namespace: NAMESPACE}
spec: {limits: [{type: Container, max: {cpu: "1"}}]}
"""
WEBHOOK = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: down.test}
webhooks:
- name: down.test.io
  clientConfig: {url: "https://127.0.0.1:1/x"}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}]
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: refused}}
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: v, namespace: NAMESPACE}
spec: {selector: {a: b}, ports: [{port: 80}]}
"""
POD = """apiVersion: v1
kind: Pod
metadata: {name: p, namespace: NAMESPACE}
spec: {containers: [{name: c, image: i, resources: {limits: {cpu: "2"}}}]}
"""
EDITOR = """apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: editor}
rules:
- {apiGroups: ["", rbac.authorization.k8s.io], resources: [configmaps, roles], verbs: [get, list, patch, create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: editor}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: editor}
subjects: [{kind: Group, name: editors, apiGroup: rbac.authorization.k8s.io}]
"""
ROLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: NAMESPACE}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
"""


def eventually(name, ask, holds):
    """Admission plugins learn of their rules a moment later."""
    for _ in range(40):
        answer = ask()
        if holds(answer):
            break
        time.sleep(0.25)
    check(name, holds(answer), answer)
    return answer


def refused_by(place, rule, *texts, **more):
    def ask():
        return place.plan(*texts, **more)
    return ask, lambda steps: any(rule in rules(step) and step["risk"] == "blocked" for step in steps.values())


def refusals(world):
    """What admission refuses, in the server's words, on one line and without secrets."""
    place = Place(world, "refused")
    place.apply(MAP)
    world.server.kubectl("apply", "-f", "-", input=POLICY + "---\n" + place.text(LIMITS)[0] + "---\n" + EDITOR)
    place.kubectl("patch", "resourcequota/q", "--subresource=status", "--type=merge", "-p",
                  '{"status":{"hard":{"count/services":"0"},"used":{"count/services":"0"}}}')
    for applier in ("argocd-ssa", "kubectl"):
        more = f"    applier: {applier}\n"
        steps = eventually(f"a policy refuses ({applier})", *refused_by(place, "server-admission", SECRET, more=more))
        check(f"its words are shown, the secret is not ({applier})", "not allowed: ‹secret" in words_of(steps["Secret/refused/login"])
              and place.answer.status == 3 and CANARY not in place.answer.out, place.answer)
        steps = eventually(f"a quota refuses ({applier})", *refused_by(place, "server-quota", SERVICE, more=more))
        check(f"the quota is told ({applier})", "exceeded quota: q" in words_of(steps["Service/refused/v"]), steps)
        steps = eventually(f"a limit range refuses ({applier})", *refused_by(place, "server-forbidden", POD, more=more))
        check(f"the limit is told ({applier})", "maximum cpu usage per Container is 1" in words_of(steps["Pod/refused/p"]), steps)
    steps = eventually("rights that the account does not have are no right to give",
                       *refused_by(place, "server-escalation", ROLE, live="cluster:editor"))
    check("a refusal is one line", "\n" not in words_of(steps["Role.rbac.authorization.k8s.io/refused/r"]), steps)
    world.server.kubectl("apply", "-f", "-", input=WEBHOOK)
    changed = MAP.replace("mode: old", "mode: new")
    steps = eventually("what a webhook that is down would say is unknown, and said to be", lambda: place.plan(changed),
                       lambda steps: "unverified" in rules(steps.get("ConfigMap/refused/app")))
    step = steps["ConfigMap/refused/app"]
    check("the difference is shown all the same", step["verified"] == "none" and "data.mode" in causes(step)
          and "down.test.io" in words_of(step), place.answer)
    place.plan(MAP, words=("--verify=server",))
    check("without one it is not said that nothing changes", place.answer.status == 2
          and json.loads(place.answer.out)["summary"]["unknown"] == 1, place.answer)
    world.server.kubectl("delete", "validatingwebhookconfiguration", "down.test")
    world.server.kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", "bad.test")


# Each is refused, with 409, 422, 500 or 400, and what was sent is in the server's words.
QUOTED = {
    "a number in a Secret": "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: NAMESPACE}\nstringData: {pin: 93847561}\n",
    "a list in a Secret": "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: NAMESPACE}\ndata: {pin: [CANARY-x]}\n",
    "a text for a Secret's map": "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: NAMESPACE}\nstringData: |\n  first\n  CANARY-x\n",
    "no base64": "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: NAMESPACE}\ndata: {pin: CANARY-x!!}\n",
    "a number in an environment variable": POD.replace("image: i,", "image: i, env: [{name: A, value: 93847561}],"),
    "a value in an environment variable": POD.replace("image: i,", "image: i, env: [{name: 'A=', value: CANARY-env}],"),
    "an argument": POD.replace("image: i,", "image: i, args: ['--token=CANARY-arg'], ports: [{containerPort: 99999999}],"),
    "an enumeration": POD.replace("image: i,", "image: i, imagePullPolicy: CANARY-policy,"),
    "a number in an annotation": MAP.replace("name: app,", "name: app, annotations: {a: 93847561},"),
    "an annotation's bad neighbour": MAP.replace("name: app,", "name: app, labels: {a: 'not a label'}, annotations: {a: CANARY-x},"),
    "a field of a custom resource": """apiVersion: kfp.jackhoman.com/v1alpha1
kind: RecurringRun
metadata: {name: r, namespace: NAMESPACE}
spec: {pipelineRef: {name: a}, maxConcurrency: CANARY-number}
""",
    "an object that is there": MAP.replace("namespace: NAMESPACE", "namespace: NAMESPACE, resourceVersion: '1', annotations: {a: CANARY-x}"),
}


def quoted_values(world):
    place = Place(world, "quoted")
    place.apply(MAP)
    for name, text in QUOTED.items():
        for applier in ("argocd-ssa", "kubectl"):
            root = place.project(text, more=f"    applier: {applier}\n")
            for words in (("plan",), ("plan", "--format", "json"), ("plan", "--verify=server", "--format", "markdown"),
                          ("plan", "--format", "sarif"), ("plan", "--format", "junit")):
                answer = world.plumb(root, *words, guard=False)
                # What head adds to an object that is there is shown, as any change is.
                shown = [line for line in answer.out.splitlines() if "CANARY" in line or "93847561" in line]
                known = "an" in name and ("annotation" in name or "is there" in name)
                told = [line for line in shown if "refus" in line or "server-" in line or not known]
                check(f"{name}: not told ({applier}, {' '.join(words)})", answer.status in (2, 3) and not told, answer)
    world.leaks.clear()  # looked at here


def unknown_fields(world):
    """Refused the same, whether the server is asked or not."""
    place = Place(world, "unknown")
    place.apply(DEPLOYMENT)
    wrong = DEPLOYMENT.replace("replicas: 2", "replcas: 3").replace("image: 'web:1'", "image: 'web:1', imagePulPolicy: Always")
    run = """apiVersion: kfp.jackhoman.com/v1alpha1
kind: RecurringRun
metadata: {name: r, namespace: NAMESPACE}
spec: {pipelineRef: {name: a}, crn: '* * * * *'}
"""
    for text, id, fields in ((wrong, "Deployment.apps/unknown/web", ("spec.replcas", "imagePulPolicy")),
                             (wrong.replace("name: web,", "name: new,"), "Deployment.apps/unknown/new", ("spec.replcas", "imagePulPolicy")),
                             (run, "RecurringRun.kfp.jackhoman.com/unknown/r", ("spec.crn",))):
        for more in (SSA, "    applier: kubectl\n"):
            for live, words in (("cluster:admin", ()), ("cluster:admin", ("--verify=local",)), ("cluster:reader", ())):
                step = place.plan(text, words=words, more=more, live=live).get(id)
                named = [field for field in fields if field in words_of(step)]
                check(f"{id}: an unknown field is refused ({live}{' '.join(words)},{more.split(':')[1].strip()})",
                      step and step["risk"] == "blocked" and named and place.answer.status == 3, place.answer)


def definition_that_grows(world):
    """A definition gets a field, and its object uses it, in one plan: the server does not know the field yet."""
    definition = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: cups.grows.test}
spec:
  group: grows.test
  names: {kind: Cup, plural: cups, singular: cup}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
"""
    cup = "apiVersion: grows.test/v1\nkind: Cup\nmetadata: {name: c, namespace: NAMESPACE}\nspec: {size: 1}\n"
    place = Place(world, "grows")
    place.apply(definition)
    checks.wait_for_kinds(world)
    place.apply(cup)
    grown = definition.replace("{size: {type: integer}}", "{size: {type: integer}, color: {type: string}}")
    colored = cup.replace("size: 1", "size: 1, color: red")
    steps = place.plan(grown, colored)
    used = steps.get("Cup.grows.test/grows/c")
    check("a field that the same plan defines is no unknown field", place.answer.status == 0 and used["verb"] == "update"
          and used["verified"] == "local" and causes(used) == {"spec.color": "git"}, place.answer)
    check("the definition comes first", [step["verb"] for step in steps.values()] == ["update", "update"]
          and list(steps)[0].startswith("CustomResourceDefinition"), place.answer)
    step = place.plan(grown, colored.replace("color", "colour")).get("Cup.grows.test/grows/c")
    check("one that it does not define is", "unknown-field" in rules(step) and step["risk"] == "blocked", place.answer)
    place.apply(grown)
    time.sleep(1)
    place.apply(colored)
    check("and then there is nothing to do", not place.plan(grown, colored), place.answer)


def fixed_by_state(world):
    """What may change depends on how the object is."""
    place = Place(world, "states")
    for grows in (False, True):
        name = f"d-{str(grows).lower()}"
        claim = f"""apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}, namespace: NAMESPACE}}
spec: {{accessModes: [ReadWriteOnce], storageClassName: {name}, volumeName: {name}, resources: {{requests: {{storage: 2Gi}}}}}}
"""
        place.apply(f"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\nprovisioner: p\n"
                    f"allowVolumeExpansion: {str(grows).lower()}\n", claim)
        place.kubectl("patch", f"pvc/{name}", "--subresource=status", "--type=merge", "-p",
                      '{"status":{"phase":"Bound","capacity":{"storage":"2Gi"}}}')
        id = f"PersistentVolumeClaim/states/{name}"
        step = place.plan(claim.replace("2Gi", "3Gi"))[id]
        check(f"a bound claim {'grows' if grows else 'does not grow'} as its class says",
              (step["verb"], step["risk"]) == (("update", "change") if grows else ("none", "blocked")), place.answer)
        for live in ("cluster:admin", "cluster:reader"):
            step = place.plan(claim.replace("2Gi", "1Gi"), live=live)[id]
            check(f"a bound claim does not shrink ({name}, {live})", step["risk"] == "blocked", place.answer)
    definition = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: vs.states.test}
spec:
  group: states.test
  names: {kind: V, plural: vs, singular: v}
  scope: Namespaced
  versions:
  - {name: v1, served: true, storage: ONE, schema: {openAPIV3Schema: {type: object}}}
  - {name: v2, served: true, storage: TWO, schema: {openAPIV3Schema: {type: object}}}
"""
    old, new = (definition.replace("ONE", one).replace("TWO", two) for one, two in (("true", "false"), ("false", "true")))
    place.apply(old)
    checks.wait_for_kinds(world)
    place.apply(new)
    dropped = "\n".join(line for line in new.splitlines() if "name: v1" not in line)
    for live in ("cluster:admin", "cluster:reader"):
        step = place.plan(dropped, live=live)["CustomResourceDefinition.apiextensions.k8s.io/vs.states.test"]
        check(f"a version in which objects are stored stays ({live})", step["risk"] == "blocked" and place.answer.status == 3, place.answer)


# ---- all at once ----

ALL = """apiVersion: v1
kind: Namespace
metadata: {name: whole}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pots.whole.test}
spec:
  group: whole.test
  names: {kind: Pot, plural: pots, singular: pot}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, default: 3}}}}}}
---
apiVersion: whole.test/v1
kind: Pot
metadata: {name: a, namespace: whole}
spec: {}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: a.whole.test}
webhooks:
- name: a.whole.test
  clientConfig: {service: {name: a-hook, namespace: whole}}
  rules: [{apiGroups: ["", apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps, deployments]}]
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: whole}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: whole}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      serviceAccountName: a
      priorityClassName: a-whole
      containers: [{name: main, image: a, envFrom: [{configMapRef: {name: a}}, {secretRef: {name: a}}]}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: a}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: a, namespace: whole}
spec: {ingressClassName: a-whole, rules: [{host: a.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: a-whole}
spec: {controller: a.test/b}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: whole}
spec: {selector: {app: a}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: a-hook, namespace: whole}
spec: {selector: {app: a}, ports: [{port: 443}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a, namespace: whole}
spec: {storageClassName: a-whole, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: a-whole}
provisioner: a.test/p
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: a-whole}
value: 7
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: a, namespace: whole}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}
subjects: [{kind: ServiceAccount, name: a, namespace: whole}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: a, namespace: whole}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: a, namespace: whole}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a, namespace: whole}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, maxReplicas: 3}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: whole}
data: {a: b}
---
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: whole}
stringData: {a: CANARY-of-all}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: a, namespace: whole}
spec: {hard: {pods: "10"}}
"""


def all_at_once(world):
    """Everything that a new product brings, in one plan, on a server that knows nothing of it."""
    for applier, words in (("kubectl-ssa", ("--server-side",)), ("kubectl", ())):
        root = world.project([ALL], more=f"    applier: {applier}\n")
        answer = world.plumb(root, "plan", "--format", "json")
        steps = json.loads(answer.out)["environments"][0]["steps"]
        kinds = [step["resource"]["kind"] for step in steps]
        check(f"all of it is to be created ({applier})", answer.status == 0 and len(steps) == ALL.count("\nkind: ")
              and {step["verb"] for step in steps} == {"create"}, answer)
        needs = [("Namespace", "ServiceAccount"), ("CustomResourceDefinition", "Pot"), ("Role", "RoleBinding"),
                 ("RoleBinding", "Deployment"), ("ConfigMap", "Deployment"), ("Secret", "Deployment"), ("StorageClass", "PersistentVolumeClaim"),
                 ("PersistentVolumeClaim", "Deployment"), ("PriorityClass", "Deployment"), ("Service", "Ingress"),
                 ("IngressClass", "Ingress"), ("Deployment", "HorizontalPodAutoscaler"), ("Service", "ValidatingWebhookConfiguration"),
                 ("Deployment", "ValidatingWebhookConfiguration"), ("ConfigMap", "ValidatingWebhookConfiguration")]
        wrong = [need for need in needs if kinds.index(need[0]) > kinds.index(need[1])]
        check(f"what is needed comes first ({applier})", not wrong, (wrong, kinds))
        world.plumb(root, "render", "-o", "out", "-e", "prod", guard=False)
        failures = []
        for step in steps:
            name, kind = step["resource"]["name"], step["resource"]["kind"]
            file, = [path for path in (root / "out").rglob("*.yaml") if re.fullmatch(rf"{kind}(\..*)?-{name}", path.stem)]
            done = world.server.kubectl("apply", *words, "-f", str(file), check=False)
            failures += [done.stderr] if done.returncode else []
            if kind == "CustomResourceDefinition":
                checks.wait_for_kinds(world)
        check(f"applied in the plan's order nothing has to be tried again ({applier})", not failures, failures)
        again = world.plumb(root, "plan", "--exit-code")
        check(f"and then there is nothing to do ({applier})", again.status == 0, again)
        world.server.kubectl("delete", "-f", "-", "--wait=false", "--ignore-not-found", input=ALL, check=False)
        checks.drop_namespace(world, "whole")
        world.server.kubectl("wait", "--for=delete", "crd/pots.whole.test", "--timeout=20s", check=False)
        time.sleep(1)


# ---- plans that wait ----

def staleness(world):
    place = Place(world, "waits")
    place.apply(MAP, DEPLOYMENT)
    root = place.project(MAP.replace("mode: old", "mode: new"), DEPLOYMENT)
    saved = root / "plan.json"
    world.plumb(root, "plan", "-o", str(saved))

    def now(name, status, words, file=saved):
        answer = world.plumb(root, "plan", "--check", str(file))
        check(name, answer.status == status and all(word in answer.out + answer.err for word in words), answer)
    now("a plan is fresh while nothing happens", 0, ["fresh"])
    place.kubectl("patch", "deployment/web", "--subresource=status", "--type=merge", "-p", '{"status":{"observedGeneration":1}}')
    now("a status that is written moves the object", 0, ["fresh", "Deployment.apps/waits/web: written since"])
    place.kubectl("label", "configmap/app", "somebody=else")
    now("somebody else's label, too", 0, ["fresh", "ConfigMap/waits/app: written since"])
    place.kubectl("patch", "configmap/app", "--field-manager=kubectl-edit", "-p", '{"data":{"keep":"y"}}')
    now("a value of ours that changed makes it stale", 4, ["stale", "ConfigMap/waits/app"])
    place.apply(MAP)
    place.delete("deployment/web")
    now("an object that is gone, too", 4, ["stale", "Deployment.apps/waits/web"])
    place.apply(DEPLOYMENT)
    now("and one that was made anew", 4, ["stale", "Deployment.apps/waits/web: live has another object"])
    world.plumb(root, "plan", "-o", str(saved))
    plan = json.loads(saved.read_text())
    shown = json.loads(world.plumb(root, "plan", "--format", "json").out)
    check("what is shown as JSON is what is saved", shown["environments"][0]["cluster"] and shown == plan, (shown, plan))

    def edited(name, status, word, edit):
        copy = json.loads(saved.read_text())
        edit(copy)
        file = root / "edited.json"
        file.write_text(json.dumps(copy))
        now(name, status, [word], file)
    step = plan["environments"][0]["steps"][0]
    check("there is a step to edit", step["id"] == "ConfigMap/waits/app", plan)
    edited("a step that somebody edited", 2, "plan/damaged", lambda p: p["environments"][0]["steps"][0].update(verb="delete"))
    edited("a value that somebody edited", 2, "plan/damaged",
           lambda p: p["environments"][0]["steps"][0]["changes"][0].update(after="old"))
    edited("a step that somebody took out", 2, "plan/damaged", lambda p: p["environments"][0]["steps"].clear())
    edited("a plan without what live was", 2, "plan/damaged", lambda p: p["environments"][0].update(objects=[]))
    edited("a plan of another cluster", 4, "another cluster", lambda p: p["environments"][0].update(cluster="another"))
    edited("a plan of another format", 2, "plan/unknown-format", lambda p: p.update(format_version="plumb.plan/v0"))
    file = root / "edited.json"
    file.write_text(saved.read_text()[:700])
    now("a plan that was cut off", 2, ["error"], file)
    file.write_text("")
    now("an empty plan", 2, ["error"], file)


# ---- snapshots ----

def snapshots(world):
    """The same plan from a file as from the cluster, and no secret in the file."""
    place = Place(world, "snapped")
    noted = DEPLOYMENT.replace("labels: {team: ml}", f"annotations: {{note: 'it is {CANARY}!'}}").replace("value: a", f"value: {CANARY}")
    for way, more in (("server-side", SSA), ("client-side", "    applier: kubectl\n")):
        place.delete("configmap/app", "secret/login", "deployment/web")
        if way == "server-side":
            place.apply(MAP, SECRET, noted)
        else:
            place.kubectl("apply", "-f", "-", input="---\n".join(place.text(MAP, SECRET, noted)))
        place.kubectl("scale", "deployment/web", "--replicas=4")
        heads = (MAP.replace("mode: old", "mode: new"), SECRET, noted.replace("web:1", "web:2"))
        for environment in ({}, {"PLUMB_SNAPSHOT_KEY": "our-own-key"}):
            root = place.project(*heads, more=more)
            file = root / "snapshot.yaml"
            taken = world.plumb(root, "snapshot", "-e", "prod", "-o", str(file), environment=environment)
            text = file.read_text()
            name = f"{way}{', a key of our own' if environment else ''}"
            check(f"a snapshot is complete, with its scope and its time ({name})", taken.status == 0 and "\ncomplete: true\n" in text
                  and "- Deployment.apps\n" in text and re.search(r'\ntime: "20\d\d-', text), (taken, text))
            check(f"no value of a Secret is in it ({name})", "sealed:hmac-sha256:" in text
                  and not any(secret in text for secret in checks.SECRETS + ("bob-the", "our-own-key")), text)

            def plans():
                for live in ("cluster:admin", f"file:{file}"):
                    answer = world.plumb(root, "plan", "--format", "json", "--live", live, environment=environment)
                    yield json.loads(answer.out)
            of_cluster, of_file = plans()
            check(f"a plan against it is the cluster's ({name})", of_cluster["digest"] == of_file["digest"]
                  and of_cluster["summary"]["update"] == 2, (of_cluster, of_file))
            (root / "m" / "1.yaml").write_text(place.text(SECRET)[0].replace("bob-the", "joe-the"))
            gists = [[(step["id"], step["verb"], causes(step)) for step in plan["environments"][0]["steps"]] for plan in plans()]
            check(f"a Secret that changes shows in both ({name})", gists[0] == gists[1] and len(gists[0]) == 3
                  and "Secret/snapped/login" in [step[0] for step in gists[0]], gists)
        without = world.plumb(root, "plan", "--live", f"file:{file}")
        check(f"without the key nothing is compared ({way})", without.status == 2 and "cli/no-snapshot-key" in without.err, without)
        wrong = world.plumb(root, "plan", "--live", f"file:{file}", environment={"PLUMB_SNAPSHOT_KEY": "other"})
        check(f"nor with a wrong one ({way})", wrong.status == 2 and "cli/wrong-snapshot-key" in wrong.err, wrong)
    for where in ("/proc/nowhere/x", str(root)):
        answer = world.plumb(root, "snapshot", "-e", "prod", "-o", where)
        check(f"a snapshot that cannot be written ({where[:5]})", answer.status == 2 and "files/unwritable" in answer.err, answer)
    file = root / "gaps.yaml"
    answer = world.plumb(root, "snapshot", "-e", "prod", "--live", "cluster:nobody", "-o", str(file))
    text = file.read_text() if file.exists() else ""
    check("a snapshot with gaps is not complete", answer.status == 2 and "\ncomplete: false\n" in text and "\ngaps:\n" in text, (answer, text))
    answer = world.plumb(root, "plan", "--live", f"file:{file}")
    check("what a gap hides is unknown", answer.status == 2 and "3 unknown" in answer.out, answer)


# ---- accounts ----

def hidden_deletion(world):
    """Git drops a Secret, and the account may not list Secrets."""
    place = Place(world, "hidden")
    place.apply(MAP, SECRET)
    place.kubectl("create", "role", "maps", "--verb=list,get", "--resource=configmaps")
    place.kubectl("create", "rolebinding", "maps", "--role=maps", "--user=nobody")
    root = place.project(MAP, SECRET)
    commit(root)
    (root / "m" / "1.yaml").unlink()
    answer = world.plumb(root, "plan", "--base", "git:HEAD", "--live", "cluster:nobody")
    check("what git dropped and nobody may see is unknown, not gone", answer.status == 2 and "Secret/hidden/login: unknown" in answer.out, answer)


def the_guide(world):
    """Its commands, with the role that it prints and no other right."""
    text = GUIDE.read_text()
    blocks = re.findall(r"```(\w*)\n(.*?)```", text, re.S)
    role = next(block for _, block in blocks if "kind: ClusterRole\n" in block)
    binding = """---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: guide}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: plumb}
subjects: [{kind: User, name: guide, apiGroup: rbac.authorization.k8s.io}]
"""
    readers = "\n".join(line for line in role.splitlines() if "leave it out" not in line) + "\n"
    check("the guide's role has a line for dry runs, and one can leave it out", readers.strip() != role.strip(), role)
    commands = [line.split("#")[0].split() for _, block in blocks for line in block.splitlines() if line.startswith("plumb ")]
    check("the guide has commands", len(commands) >= 4, commands)
    kubeconfig = world.kubeconfig("guide", user="token: admin-token, as: guide")
    kubeconfig.write_text(kubeconfig.read_text().replace("name: it,", "name: prod,").replace("context: it", "context: prod"))
    place = Place(world, "guide")
    place.apply(MAP, SECRET, DEPLOYMENT)
    for name, rights, verified in (("the guide's role", role, "server"), ("its role for readers", readers, "local")):
        world.server.kubectl("delete", "clusterrole,clusterrolebinding", "plumb", "guide", "--ignore-not-found")
        world.server.kubectl("apply", "-f", "-", input=rights + binding)
        root = place.project(MAP, SECRET.replace("bob", "joe"), DEPLOYMENT.replace("web:1", "web:2"), live="cluster:prod")
        (root / "live").mkdir()
        for words in commands:
            answer = world.plumb(root, *words[1:], kubeconfig=kubeconfig)
            expected = 1 if words[1] == "diff" else 0
            check(f"{name}: {' '.join(words)}", answer.status == expected and not answer.err, answer)
        answer = world.plumb(root, "plan", "--format", "json", kubeconfig=kubeconfig)
        steps = json.loads(answer.out)["environments"][0]["steps"]
        check(f"{name}: every step is known from '{verified}'", [step["verified"] for step in steps] == [verified] * 2, answer)


def no_traces(world):
    check(f"nothing on the server was written in {world.runs} runs", not world.writes, world.writes)
    check("no token, key or canary was shown", not world.leaks, world.leaks)


TESTS = (who_moved, not_applied_yet, residue, autoscaler, takeovers, forgotten_owners, going, refusals, quoted_values, unknown_fields, definition_that_grows,
         fixed_by_state, all_at_once, staleness, snapshots, hidden_deletion, the_guide, no_traces)


def main():
    only = sys.argv[2:]
    servers.end_in_order()
    with servers.Server() as server:
        world = World(server)
        checks.apply(world, OBJECTS / "role.yaml", OBJECTS / "definitions.yaml")
        checks.wait_for_kinds(world)
        checks.run_all(world, TESTS, only)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
