#!/usr/bin/env python3
"""Bad weather between plumb and a real cluster. Started by tests/cluster/run.

    tests/cluster/weather.py [PLUMB [TEST …]]

Between plumb and the server of server.py stands a proxy that speaks HTTP/1.1 over TLS to both and does to some requests what
a network, a load balancer or a tired server does. Each bad day has to end within --timeout, as a diagnostic that names it and
says what helps, and never as "no difference".

| weather | where it is brought about |
| --- | --- |
| nobody there, no such host, a proxy that is away, silence | checks.py, connecting |
| a name that is not found in time | hanging_at_each_step |
| another authority, another name, a certificate that is none | checks.py, connecting |
| a token that is not known | checks.py, connecting |
| a token and a client certificate that have expired | clocks_that_are_off |
| an exec plugin that fails, hangs, or whose tokens have always expired | checks.py, connecting; clocks_that_are_off |
| 403 on all and on some kinds | checks.py, readers_and_others |
| 403 on definitions of custom kinds | definitions_are_not_shown |
| 404: kinds that are not there, and that vanish | checks.py, empty_server; answers_that_are_none |
| 409: somebody else writes between the list and the dry run | answers_to_dry_runs |
| 410: pages that expire, once and always | pages_that_expire |
| 422: what the server would refuse | refusals.py |
| 429: a server that takes one request at a time, one that asks for patience, one that asks for too much | too_many_requests |
| 500, 503, 504 as plain text, while reading and in dry runs | answers_that_are_none; answers_to_dry_runs |
| a connection that is cut in the middle of a list, once and always | connections_that_are_cut |
| malformed JSON, a login page, an empty answer | answers_that_are_none |
| a list that changes while it is read | lists_that_change |
| hanging: discovery, reviews, lists, definitions, schemas, dry runs, plugins | hanging_at_each_step |
| an account that may look at objects and list none | few_objects |
| servers before 1.27, which list their kinds version by version; one version that does not answer | old_discovery |
| HTTP/1.1 only, gzip on and off | only_old_protocols |
"""

import base64
import gzip
import http.client
import http.server
import json
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time

import checks
import server as servers
from checks import OBJECTS, World, apply, check, plugin, wait_for_kinds

TIMEOUT = 4  # of runs that are to end by it
SLACK = 3  # of a busy machine
PATIENT = 60


class Answer:
    """What a fault does with an answer of the server before plumb sees it, or instead of it."""

    def __init__(self, status=200, body=b"", headers=(), cut=None, pause=0):
        self.status, self.body, self.headers = status, body if isinstance(body, bytes) else body.encode(), list(headers)
        self.cut, self.pause = cut, pause  # bytes of the body that are sent before the line is dead; seconds before them


def hang(*_):
    return Answer(pause=60)


def hang_up(*_):
    return Answer(None)


def status(code, message="", reason="", **details):
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason,
            "details": details, "code": code}
    return lambda *_: Answer(code, json.dumps(body), [("Content-Type", "application/json")])


def plain(code, text, *headers):
    return lambda *_: Answer(code, text, [("Content-Type", "text/plain; charset=utf-8"), *headers])


class Weather:
    """The proxy. Faults: a pattern of "METHOD target", and what is done with those; the first that fits, at most `times`."""

    def __init__(self, server):
        self.server, self.faults, self.seen = server, [], []
        self.lock, self.stopping = threading.Lock(), threading.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server.directory / "server.crt", server.directory / "server.key")
        self.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.listener.daemon_threads = True
        self.listener.handle_error = lambda *_: None  # plumb hangs up when its time is over
        self.listener.socket = context.wrap_socket(self.listener.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.listener.server_address[1]
        self.to_server = ssl.create_default_context(cafile=str(server.directory / "ca.crt"))

    def __enter__(self):
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.listener.shutdown()
        self.listener.server_close()

    def handler(weather):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                weather.serve(self, self.rfile.read(length) if length else None)
            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

            def log_message(self, *_):
                pass
        return Handler

    def serve(self, request, body):
        line = f"{request.command} {request.path}"
        with self.lock:
            self.seen.append((line, dict(request.headers)))
            fault = next((one for one in self.faults if re.search(one[0], line) and one[2] > 0), None)
            if fault:
                fault[2] -= 1
        answer = fault[1](self, request, body) if fault else self.real(request, body)
        self.stopping.wait(answer.pause)
        try:
            self.send(request, answer)
        except OSError:
            request.close_connection = True

    def real(self, request, body):
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, context=self.to_server, timeout=60)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
        connection.request(request.command, request.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return Answer(answer.status, data, [(name, value) for name, value in answer.getheaders()
                                            if name.lower() not in ("content-length", "transfer-encoding", "date", "connection")])

    def send(self, request, answer):
        if answer.status is None:
            request.close_connection = True
            return
        request.send_response(answer.status)
        for name, value in answer.headers:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer.body)))
        request.end_headers()
        request.wfile.write(answer.body[:answer.cut])
        if answer.cut is not None:
            request.close_connection = True

    def set(self, *faults):
        """Each: pattern, what to do, and how often (always)."""
        self.faults = [[*fault, 1 << 30][:3] for fault in faults]
        self.seen = []


class Bench:
    """A world whose way to the server leads through the weather."""

    def __init__(self, world, weather):
        self.world, self.weather = world, weather
        self.kubeconfig = self.through("stormy")
        self.shop = world.project([OBJECTS / "shop.yaml"], name="shop", live="cluster")

    def through(self, name, **options):
        address = f"server: 'https://127.0.0.1:{self.weather.port}'"
        cluster = options.pop("cluster", "")
        return self.world.kubeconfig(name, cluster=f"{address}{', ' + cluster if cluster else ''}", **options)

    def run(self, root, *words, faults=(), kubeconfig=None, timeout=PATIENT, **options):
        self.weather.set(*faults)
        return self.world.plumb(root, *words, "--timeout", str(timeout), kubeconfig=kubeconfig or self.kubeconfig, guard=False,
                                **options)

    def fails(self, name, code, *faults, root=None, words=("diff",), cure="", **options):
        """It is status 2 with that code and a cure, in time, and nothing that could be taken for an answer."""
        answer = self.run(root or self.shop, *words, faults=faults, timeout=TIMEOUT, **options)
        check(name, answer.status == 2 and f"[{code}]" in answer.err and cure in answer.err and "note:" in answer.err, answer)
        check(f"{name}: in time", answer.seconds < TIMEOUT + SLACK, answer.seconds)
        return answer

    def holds(self, name, *faults, root=None, words=("diff",), **options):
        """It is as on a fine day."""
        answer = self.run(root or self.shop, *words, faults=faults, **options)
        check(name, answer.status == 0 and not answer.out, answer)
        return answer

    def requests(self, pattern=""):
        return [line for line, _ in self.weather.seen if re.search(pattern, line)]


def steps_of(answer):
    plan = json.loads(answer.out) if answer.out else {"environments": [{"steps": []}]}
    return {step["id"]: step for step in plan["environments"][0]["steps"]}


def is_unanswered(step):
    return step.get("verified") == "none" and bool({"unverified", "moved"} & {reason["rule"] for reason in step["reasons"]})


LIST = r"GET /apis/apps/v1/namespaces/shop/deployments\?"
CHANGED = (OBJECTS / "shop.yaml").read_text().replace("web:1", "web:2").replace('mode: "on"', 'mode: "off"')
DRY_RUN = r"PATCH .*/deployments/web\?"


# ---- what is tested ----

def fine_weather(bench):
    bench.holds("through the proxy it is as without it")


def hanging_at_each_step(bench):
    for name, pattern in (("discovery", r"GET /api"), ("a list", LIST), ("a definition", r"GET .*/customresourcedefinitions/"),
                          ("a review of our rights", r"POST .*/selfsubjectaccessreviews")):
        answer = bench.fails(f"a server that hangs at {name}", "state/cluster-timeout", (pattern, hang), cure="--timeout")
        check(f"a server that hangs at {name}: it is said what was waited for", "answered" in answer.err and "and not" in answer.err,
              answer)
    changed = bench.world.project([CHANGED], name="changed", live="cluster")
    late = bench.run(changed, "plan", "--format", "json", faults=[(DRY_RUN, hang)], timeout=TIMEOUT)
    steps = steps_of(late)
    check("a dry run that hangs leaves its object unknown, the others are shown",
          late.status == 2 and is_unanswered(steps["Deployment.apps/shop/web"])
          and steps["ConfigMap/shop/app"]["verified"] == "server" and late.seconds < TIMEOUT + SLACK, late)
    crawl = [(r"GET .*/namespaces/shop/", lambda weather, *request: slowly(weather.real(*request), TIMEOUT / 2)),
             (r"PATCH", lambda weather, *request: slowly(weather.real(*request), TIMEOUT / 2 - 0.3))]
    late = bench.run(changed, "plan", faults=crawl, timeout=TIMEOUT)
    check("steps that are each in time are not, all together", late.status == 2 and late.seconds < TIMEOUT + SLACK, late)
    bench.fails("a plugin that hangs when it is run again", "state/exec-plugin", cure="--timeout",
                kubeconfig=bench.through("again", user=plugin(
                    f"[ -e {bench.world.scratch}/once ] && sleep 60; touch {bench.world.scratch}/once; "
                    "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
                    "\"status\":{\"token\":\"old\"}}'")))
    names_that_hang(bench)


def slowly(answer, pause):
    answer.pause = pause
    return answer


def names_that_hang(bench):
    """A name server that says nothing; needs a namespace of our own for /etc/resolv.conf."""
    config = bench.world.scratch / "resolv.conf"
    config.write_text("nameserver 127.0.0.1:1\nnameserver 192.0.2.1\noptions timeout:20\n")
    kubeconfig = bench.world.kubeconfig("no-name", cluster="server: 'https://cluster.example:6443'")
    within = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
              f"mount --bind {config} /etc/resolv.conf && exec \"$0\" \"$@\""]
    if subprocess.run([*within, "true"], capture_output=True).returncode:
        print("left out: no mount namespaces on this machine")
        return
    started = time.monotonic()
    done = subprocess.run([*within, str(checks.PLUMB), "diff", "--timeout", str(TIMEOUT)], cwd=bench.shop, capture_output=True,
                          text=True, env={"KUBECONFIG": str(kubeconfig), "HOME": str(bench.world.scratch), "PATH": "/usr/bin:/bin"})
    seconds = time.monotonic() - started
    check("a name that is not found in time", done.returncode == 2 and "[state/cluster-" in done.stderr and seconds < TIMEOUT + SLACK,
          (seconds, done))


def answers_that_are_none(bench):
    for name, fault, code in (
            ("500 of discovery", status(500, "etcd is away"), "state/cluster-answer"),
            ("503 of discovery", plain(503, "no healthy upstream"), "state/cluster-answer"),
            ("403 of discovery", status(403, 'forbidden: User "x" cannot get path "/apis"'), "state/cluster-answer"),
            ("404 of discovery", plain(404, "404 page not found"), "state/cluster-answer"),
            ("malformed JSON of discovery", plain(200, '{"kind":"APIGroupDiscoveryList","items":[{'), "state/cluster-answer"),
            ("a login page", plain(200, "<html>log in</html>", ("Content-Type", "text/html")), "state/cluster-answer"),
            ("an empty answer", plain(200, ""), "state/cluster-answer")):
        bench.fails(name, code, (r"GET /apis$", fault))
    for name, fault, code in (
            ("malformed JSON of a list", plain(200, '{"kind":"DeploymentList","items":[{"metadata"'), "state/cluster-answer"),
            ("a list that is none", plain(200, '{"kind":"Status","status":"Success"}'), "state/cluster-answer"),
            ("an empty list body", plain(200, ""), "state/cluster-answer"),
            ("500 of a list", status(500, "etcd is away", "InternalError"), "cli/incomplete"),
            ("503 of a list", plain(503, "no healthy upstream"), "cli/incomplete"),
            ("504 of a list, as plain text", plain(504, "Gateway Timeout"), "cli/incomplete"),
            ("404 of a kind that was there", plain(404, "404 page not found"), "cli/incomplete"),
            ("a redirect", plain(302, "", ("Location", "https://127.0.0.1:1/login")), "cli/incomplete")):
        answer = bench.fails(name, code, (LIST, fault))
        if code == "cli/incomplete":
            check(f"{name}: the kind is named", "Deployment" in answer.err, answer)
    bench.holds("500 of a list, once", (LIST, status(500, "etcd is away"), 1))
    bench.holds("503 of discovery, twice", (r"GET /apis$", plain(503, "no healthy upstream"), 2))
    bench.holds("504 of a list, as plain text, once", (LIST, plain(504, "Gateway Timeout"), 1))


def answers_to_dry_runs(bench):
    changed = bench.world.project([CHANGED], name="changed", live="cluster")
    for name, fault in (
            ("409, somebody else wrote it", status(409, "the object has been modified", "Conflict", name="web", kind="deployments")),
            ("429 without end", plain(429, "Too many requests, please try again later.", ("Retry-After", "1"))),
            ("500", status(500, "Internal error occurred: failed calling webhook", "InternalError")),
            ("503", plain(503, "no healthy upstream")),
            ("504 as plain text", plain(504, "Gateway Timeout")),
            ("malformed JSON", plain(200, '{"kind":"Deploy')),
            ("a login page", plain(200, "<html>log in</html>")),
            ("an answer that is cut", lambda *_: Answer(200, "{" + " " * 100, cut=50))):
        answer = bench.run(changed, "plan", "--format", "json", faults=[(DRY_RUN, fault)], timeout=TIMEOUT)
        steps = steps_of(answer)
        check(f"a dry run answered with {name}: its object is unknown, the others are shown",
              answer.status == 2 and is_unanswered(steps.get("Deployment.apps/shop/web", {}))
              and steps.get("ConfigMap/shop/app", {}).get("verified") == "server" and answer.seconds < TIMEOUT + SLACK, answer)
    late = bench.run(changed, "plan", "--format", "json", faults=[(DRY_RUN, plain(429, "slow down", ("Retry-After", "1")), 1)])
    check("a dry run that is asked to come again does", late.status == 0 and len(bench.requests(DRY_RUN)) == 2, late)


def connections_that_are_cut(bench):
    def cut(weather, *request):
        answer = weather.real(*request)
        answer.cut = len(answer.body) // 2
        return answer
    bench.fails("a list that is cut, again and again", "state/cluster-cut", (LIST, cut), cure="try again")
    bench.holds("a list that is cut once", (LIST, cut, 1))
    bench.fails("no answer at all, again and again", "state/cluster-cut", (LIST, hang_up), cure="try again")


def pages_that_expire(bench):
    def continued(weather, request, body):
        answer = weather.real(request, body)
        page = json.loads(plain_body(answer))
        page["metadata"]["continue"] = "token"
        return Answer(200, json.dumps(page), [("Content-Type", "application/json")])
    expired = status(410, "The provided continue parameter is too old", "Expired")
    bench.fails("pages that expire, again and again", "cli/incomplete", (LIST + ".*continue=", expired), (LIST, continued))
    bench.holds("pages that expire once", (LIST + ".*continue=", expired, 1), (LIST, continued, 1))


def plain_body(answer):
    packed = any(name.lower() == "content-encoding" for name, _ in answer.headers)
    return gzip.decompress(answer.body) if packed else answer.body


def lists_that_change(bench):
    """Objects come and go between the pages of a list: it is read as it was at its first page."""
    world = bench.world
    world.server.kubectl("create", "namespace", "busy")
    count = 2100  # more than a page
    threads = [threading.Thread(target=create_maps, args=(world, range(start, count, 4))) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    root = world.project(["".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{i:04}, namespace: busy}}\ndata: {{i: '{i}'}}\n"
        for i in range(count))], name="busy", live="cluster")

    def busy(weather, request, body):
        answer = weather.real(request, body)
        world.server.request("DELETE", "/api/v1/namespaces/busy/configmaps/m2090")
        create_maps(world, range(5000, 5001))
        return answer
    answer = bench.run(root, "diff", "--verify", "local", faults=[(r"configmaps\?limit=\d+$", busy, 1)])
    check("a list that changes while it is read is shown as it was at the beginning", answer.status == 0 and not answer.out, answer)
    check("there were several pages", len(bench.requests("configmaps")) == 2, bench.requests())
    after = bench.run(root, "diff", "--verify", "local")
    check("and then as it became", after.status == 1 and "m2090" in after.out, after)
    checks.drop_namespace(world, "busy")


def create_maps(world, numbers):
    for i in numbers:
        body = json.dumps({"metadata": {"name": f"m{i:04}"}, "data": {"i": str(i)}}).encode()
        world.server.request("POST", "/api/v1/namespaces/busy/configmaps", body, headers={"Content-Type": "application/json"})


def clocks_that_are_off(bench):
    world = bench.world
    counter = world.scratch / "plugin-runs"

    def credential(expires, token="admin-token"):
        counter.unlink(missing_ok=True)
        return bench.through("clock", user=plugin(
            f"echo x >> {counter}; echo '{{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
            f"\"status\":{{\"token\":\"{token}\",\"expirationTimestamp\":\"{expires}\"}}}}'"))
    bench.holds("a plugin whose tokens have expired when they come", kubeconfig=credential("2020-01-01T00:00:00Z"))
    runs = len(counter.read_text().split())
    check("such a plugin is not run for every request", runs <= 2, runs)
    bench.holds("a plugin whose tokens are good for ever", kubeconfig=credential("2999-01-01T00:00:00Z"))
    bench.fails("a plugin that says nothing of a time", "state/exec-plugin", kubeconfig=credential("tomorrow"))
    bench.fails("a plugin whose token has expired, though it says it has not", "state/cluster-unauthorized", cure="expired",
                kubeconfig=credential("2999-01-01T00:00:00Z", "old"))
    bench.fails("a token of an account that has expired", "state/cluster-unauthorized", cure="expired",
                kubeconfig=bench.through("stale", user=f"token: {account_token(world.server, time.time() - 60)}"))
    bench.fails("a token of an account that is good: only its rights are missing", "cli/incomplete",
                kubeconfig=bench.through("young", user=f"token: {account_token(world.server, time.time() + 600)}"))
    for name, start, end in (("has expired", "20200101000000Z", "20200102000000Z"),
                             ("is not valid yet", "20900101000000Z", "20910101000000Z")):
        certificate(world.server, name.replace(" ", "-"), start, end)
        file = name.replace(" ", "-")
        bench.world.kubeconfig("dated")
        answer = world.plumb(bench.shop, "diff", "--timeout", str(TIMEOUT), guard=False, kubeconfig=world.kubeconfig(
            "dated", user=f"client-certificate: {file}.crt, client-key: {file}.key"))
        check(f"a client certificate that {name}", answer.status == 2 and "[state/cluster-unauthorized]" in answer.err
              and "clock" in answer.err, answer)


def account_token(server, expires):
    """A token of the account default/default, signed as the server signs them."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    claims = {"iss": "https://kubernetes.default.svc", "aud": ["https://kubernetes.default.svc"], "exp": int(expires),
              "iat": int(expires) - 3600, "nbf": int(expires) - 3600, "sub": "system:serviceaccount:default:default",
              "kubernetes.io": {"namespace": "default", "serviceaccount": {"name": "default", "uid": account_uid(server)}}}
    text = part(b'{"alg":"RS256"}') + b"." + part(json.dumps(claims).encode())
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "accounts.key"], cwd=server.directory, input=text,
                               capture_output=True, check=True).stdout
    return (text + b"." + part(signature)).decode()


def account_uid(server):
    server.kubectl("create", "serviceaccount", "default", check=False)  # there is no controller that makes it
    return json.loads(server.request("GET", "/api/v1/namespaces/default/serviceaccounts/default")[1])["metadata"]["uid"]


def certificate(server, name, start, end):
    """A client certificate that is valid from start to end."""
    here = server.directory
    (here / "index.txt").write_text("")
    (here / "dated.cnf").write_text("[ca]\ndefault_ca = it\n[it]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\n"
                                    "default_md = sha256\npolicy = any\nunique_subject = no\n[any]\norganizationName = supplied\n"
                                    "commonName = supplied\n")
    servers.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/O=system:masters/CN=dated", "-keyout", f"{name}.key",
                    "-out", f"{name}.csr", cwd=here)
    servers.openssl("ca", "-batch", "-config", "dated.cnf", "-cert", "ca.crt", "-keyfile", "ca.key", "-in", f"{name}.csr",
                    "-out", f"{name}.crt", "-startdate", start, "-enddate", end, cwd=here)


TOYS = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.weather.example}
spec:
  group: weather.example
  names: {kind: Toy, plural: toys, singular: toy}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {
      size: {type: integer, default: 3}, colour: {type: string}}}}}}
"""
TOY = "apiVersion: weather.example/v1\nkind: Toy\nmetadata: {name: ball, namespace: default}\nspec: {colour: red}\n"


def definitions_are_not_shown(bench):
    """Who may not get definitions is told of schemas by OpenAPI: what the server filled in is no difference."""
    world = bench.world
    world.server.kubectl("apply", "-f", "-", input=TOYS)
    wait_for_kinds(world)
    world.server.kubectl("apply", "--server-side", "--field-manager=argocd-controller", "-f", "-", input=TOY)
    world.server.kubectl("create", "role", "toys", "-n", "default", "--verb=list,get", "--resource=toys.weather.example")
    world.server.kubectl("create", "rolebinding", "toys", "-n", "default", "--role=toys", "--user=nobody")
    root = world.project([TOY], name="toys", live="cluster", more="    applier: argocd-ssa\n")
    kubeconfig = bench.through("player", user="token: nobody-token")
    for _ in range(50):  # a definition is in the OpenAPI a little later
        if "weather.example" in world.server.request("GET", "/openapi/v3")[1]:
            break
        time.sleep(0.1)
    bench.holds("who may not see a definition asks OpenAPI", root=root, kubeconfig=kubeconfig)
    check("the definition was refused, and OpenAPI asked", bench.requests("customresourcedefinitions/toys") and
          bench.requests("openapi/v3/apis/weather.example"), bench.requests())
    (root / "m" / "0.yaml").write_text(TOY.replace("red", "blue"))
    answer = bench.run(root, "diff", kubeconfig=kubeconfig)
    check("and sees what differs", answer.status == 1 and "spec.colour" in answer.out and "spec.size" not in answer.out, answer)
    bench.fails("schemas that hang", "state/cluster-timeout", (r"/openapi/v3/", hang), root=root, kubeconfig=kubeconfig)
    answer = bench.run(root, "diff", kubeconfig=kubeconfig, faults=[(r"/openapi/v3", status(403, "forbidden"))])
    check("without either the change is shown all the same", answer.status == 1 and "spec.colour" in answer.out, answer)
    world.server.kubectl("delete", "-f", "-", input=TOYS)


def too_many_requests(bench):
    busy = plain(429, "Too many requests, please try again later.", ("Retry-After", "1"))
    bench.holds("429 of a list, once", (LIST, busy, 1))
    answer = bench.fails("429 of a list, without end", "cli/incomplete", (LIST, busy))
    check("429 of a list, without end: the server's words", "Too many requests" in answer.err, answer)
    bench.fails("429 of discovery, without end", "state/cluster-answer", (r"GET /apis$", busy), cure="busy")
    patient = plain(429, "Too many requests", ("Retry-After", "3600"))
    answer = bench.fails("429 with a pause beyond the time", "cli/incomplete", (LIST, patient))
    check("429 with a pause beyond the time: nobody waits for nothing", answer.seconds < TIMEOUT - 1, answer.seconds)
    one_at_a_time(bench.world)


def one_at_a_time(world):
    """A real server that takes one reading and one writing request at a time, and refuses the others."""
    with servers.Server(flags=["--max-requests-inflight=1", "--max-mutating-requests-inflight=1",
                               "--enable-priority-and-fairness=false"]) as server:
        narrow = World(server)
        narrow.scratch = world.scratch / "narrow"
        narrow.scratch.mkdir()
        apply(narrow, OBJECTS / "role.yaml", OBJECTS / "definitions.yaml")
        wait_for_kinds(narrow)
        apply(narrow, OBJECTS / "shop.yaml")
        server.kubectl("create", "clusterrolebinding", "all", "--clusterrole=cluster-admin", "--user=editor")
        kubeconfig = narrow.kubeconfig("editor", user="token: editor-token")
        root = narrow.project([OBJECTS / "shop.yaml"], name="shop", live="cluster", more="    applier: argocd-ssa\n")
        answer = narrow.plumb(root, "diff", "--timeout", "30", kubeconfig=kubeconfig, guard=False)
        check("a server that takes one request at a time is read in time", answer.status == 0 and not answer.out, answer)
        (root / "m" / "0-shop.yaml").write_text(CHANGED)
        answer = narrow.plumb(root, "plan", "--format", "json", "--verify=server", "--timeout", "30", kubeconfig=kubeconfig,
                              guard=False)
        steps = {name: step["verified"] for name, step in steps_of(answer).items()}
        check("and asked in time", answer.status == 0 and steps == {"ConfigMap/shop/app": "server",
                                                                    "Deployment.apps/shop/web": "server"}, answer)


def few_objects(bench):
    """A few objects are asked for by name, and where other objects may be marked as ours all are read."""
    world = bench.world
    documents = (OBJECTS / "shop.yaml").read_text().split("---\n")
    app = next(document for document in documents if "kind: ConfigMap" in document)
    definition = (OBJECTS / "definitions.yaml").read_text().split("---\n")[0]
    root = world.project([app, definition], name="few", live="cluster")
    bench.holds("a few objects are found", root=root)
    lists = bench.requests("limit=")
    check("each by its name", len(lists) == 2 and all("fieldSelector=metadata.name" in line for line in lists), lists)
    marked = world.project([app], name="marked", live="cluster", more="    owned: {annotations: {owner: somebody}}\n")
    bench.holds("with a mark that is an annotation, too", root=marked)
    lists = bench.requests("limit=")
    check("then everything is listed", len(lists) == 1 and "fieldSelector" not in lists[0], lists)
    world.server.kubectl("create", "role", "look", "-n", "shop", "--verb=get", "--resource=configmaps")
    world.server.kubectl("create", "rolebinding", "look", "-n", "shop", "--role=look", "--user=nobody")
    looker = bench.through("looker", user="token: nobody-token")
    only = world.project([app.replace('mode: "on"', 'mode: "off"')], name="only", live="cluster")
    answer = bench.run(only, "diff", kubeconfig=looker)
    check("who may only look at an object sees what differs", answer.status == 1 and "data.mode" in answer.out, answer)
    secret = next(document for document in documents if "kind: Secret" in document)
    both = world.project([app, secret], name="both", live="cluster")
    answer = bench.fails("what may neither be listed nor looked at is not known", "cli/incomplete", root=both, kubeconfig=looker)
    check("and nothing else", answer.out.count("?") == 1 and "? Secret" in answer.out, answer)
    at_home = bench.through("at-home")
    at_home.write_text(at_home.read_text().replace("user: u}", "user: u, namespace: shop}"))
    homely = world.project([app.replace(", namespace: shop", "").replace("  namespace: shop\n", "")], name="homely", live="cluster")
    bench.holds("objects without a namespace are those of the context's", root=homely, kubeconfig=at_home)
    check("which was asked", bench.requests("namespaces/shop/configmaps"), bench.requests())


def old_discovery(bench):
    """Asked for plain JSON the server answers as those before 1.27 do, whatever they are asked for."""
    def plainly(weather, request, body):
        request.headers.replace_header("Accept", "application/json")
        return weather.real(request, body)
    old = (r"GET /apis?$", plainly)
    fine = bench.run(bench.shop, "plan", "--format", "json")
    answer = bench.run(bench.shop, "plan", "--format", "json", faults=[old])
    check("a server that lists its kinds version by version is read as any other",
          answer.status == 0 and answer.out == fine.out, answer)
    check("each version was asked for", bench.requests("GET /apis/apps/v1$") and bench.requests("GET /api/v1$"), bench.requests())
    answer = bench.fails("a version that does not answer", "cli/incomplete", old, (r"GET /apis/batch/v1$", plain(503, "away")))
    check("a version that does not answer: only its kinds are not known", "CronJob.batch" in answer.err
          and answer.out.count("?") == 1, answer)
    bench.fails("a version that hangs", "state/cluster-timeout", old, (r"GET /apis/apps/v1$", hang))


def only_old_protocols(bench):
    bench.holds("HTTP/1.1 is enough")
    asked = {headers.get("Accept-Encoding") for _, headers in bench.weather.seen}
    check("answers are asked for packed", asked == {"gzip"}, asked)
    bench.holds("unpacked answers, when the kubeconfig wants them",
                kubeconfig=bench.through("unpacked", cluster="disable-compression: true"))
    asked = {headers.get("Accept-Encoding") for _, headers in bench.weather.seen}
    check("then nothing packed is asked for", asked == {None}, asked)
    bench.holds("packed answers that are broken are asked for again",
                         (LIST, lambda *_: Answer(200, b"\x1f\x8b broken", [("Content-Encoding", "gzip")]), 1))


TESTS = (fine_weather, hanging_at_each_step, answers_that_are_none, answers_to_dry_runs, connections_that_are_cut, pages_that_expire,
         lists_that_change, clocks_that_are_off, definitions_are_not_shown, too_many_requests, few_objects, old_discovery, only_old_protocols)


def main():
    only = sys.argv[2:]
    servers.end_in_order()
    with servers.Server() as server:
        world = World(server)
        try:
            apply(world, OBJECTS / "role.yaml", OBJECTS / "definitions.yaml")
            wait_for_kinds(world)
            apply(world, OBJECTS / "shop.yaml")
            with Weather(server) as weather:
                bench = Bench(world, weather)
                for test in TESTS:
                    if only and test.__name__ not in only:
                        continue
                    try:
                        test(bench)
                    except Exception as error:  # one test's trouble is not the others'
                        output = getattr(error, "stderr", "") or ""
                        check(test.__name__, False, f"{type(error).__name__}: {error} {output}")
        finally:
            shutil.rmtree(world.scratch, ignore_errors=True)
        check("no token, key or canary was shown", not world.leaks, world.leaks)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
