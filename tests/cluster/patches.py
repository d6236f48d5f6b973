#!/usr/bin/env python3
"""Random edits of objects that were applied client-side: plumb asks with the very patch that kubectl sends.

    tests/cluster/patches.py [PLUMB] [ROUNDS] [SEED]

A round edits each object once. Both go through a proxy that keeps what is sent: kubectl's patches for real, plumb's as dry
runs. They have to be equal as JSON, with the note of what was applied. What live proves plumb does not send at all; that is
counted apart. The last line counts.
"""

import http.server
import json
import pathlib
import random
import ssl
import sys
import tempfile
import threading
import urllib.error
import urllib.request

ROUNDS, SEED = (int(sys.argv[at]) if len(sys.argv) > at else 1 for at in (2, 3))
del sys.argv[2:]
import edits  # noqa: E402  reads the program's words, too
import server as servers  # noqa: E402

KEPT_HEADERS = ("content-type", "accept", "warning")


class Proxy(http.server.ThreadingHTTPServer):
    """In front of a server, without TLS. `sent`: the last write of each path, as (method, content type, body)."""

    def __init__(self, server):
        super().__init__(("127.0.0.1", 0), Handler)
        self.server, self.sent = server, {}
        self.context = ssl.create_default_context(cafile=str(server.directory / "ca.crt"))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def kubeconfig(self):
        path = pathlib.Path(self.server.directory / "proxied")
        path.write_text("current-context: admin\ncontexts: [{name: admin, context: {cluster: c, user: u}}]\n"
                        f"clusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:{self.server_port}'}}}}]\n"
                        "users: [{name: u, user: {}}]\n")
        return path

    def taken(self):
        """What was sent since the last look."""
        sent, self.sent = self.sent, {}
        return sent


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def forward(self):
        proxy, length = self.server, int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        path, _, query = self.path.partition("?")
        if self.command in ("PATCH", "POST") and "fieldManager=" in query:
            proxy.sent[path] = (self.command, self.headers.get("Content-Type"), json.loads(body))
        headers = {key: value for key, value in self.headers.items() if key.lower() in KEPT_HEADERS}
        request = urllib.request.Request(proxy.server.url + self.path, method=self.command, data=body,
                                         headers={"Authorization": "Bearer admin-token", **headers})
        try:
            answer = urllib.request.urlopen(request, context=proxy.context, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read()
        self.send_response(answer.status)
        for key, value in answer.headers.items():
            if key.lower() in KEPT_HEADERS:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = forward


def round_of(world, proxy, draw, bodies):
    """(equal, different, not asked) patches of one edit of each object."""
    kept = [body for body in bodies if body["kind"] in edits.KEPT]
    edited = [edits.edit(draw, body)[0] for body in bodies if body["kind"] not in edits.KEPT]
    proxy.taken()
    world.plan(kept + edited)
    asked = proxy.taken()
    world.apply(edited)
    sent = proxy.taken()
    different = 0
    for path, question in sorted(asked.items()):
        if question != sent.get(path):
            different += 1
            print(f"FAIL  {path}\n      plumb   {question}\n      kubectl {sent.get(path)}", flush=True)
    world.apply(bodies)
    return len(asked) - different, different, len(sent.keys() - asked.keys())


def main():
    servers.end_in_order()
    draw, counts = random.Random(SEED), [0, 0, 0]
    with tempfile.TemporaryDirectory(prefix="plumb-patches-") as root, servers.Server() as server:
        bodies = edits.objects_of(server)
        server.kubectl("delete", "-f", "-", "--ignore-not-found", "--wait=false", check=False,
                       input=edits.as_list(body for body in bodies if body["kind"] not in edits.KEPT))
        proxy = Proxy(server)
        server.kubeconfig = proxy.kubeconfig()
        world = edits.World(server, "client-side", root)
        world.apply(bodies)
        for _ in range(ROUNDS):
            counts = [sum(pair) for pair in zip(counts, round_of(world, proxy, draw, bodies))]
        proxy.shutdown()
    print(f"not asked, for live proves it or plumb refuses it: {counts[2]}")
    print(f"{counts[0]} passed, {counts[1] or int(not counts[0])} failed")
    return 1 if counts[1] or not counts[0] else 0


if __name__ == "__main__":
    sys.exit(main())
