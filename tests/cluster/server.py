#!/usr/bin/env python3
"""A real Kubernetes API server and its etcd on loopback, without containers.

    tests/cluster/server.py build        builds the programs into the cache, where they are missing
    tests/cluster/server.py can-build    status 0 if they are built, or Go can build them
    tests/cluster/server.py [DIRECTORY]  starts one, prints its kubeconfig, stops it on ^C

    with Server() as server:             from a test
        server.kubectl("get", "namespaces")
        server.kubeconfig                contexts: admin, reader, nobody, certificate

Whatever ends the program that started it ends it too: ^C, SIGTERM, SIGHUP, and SIGKILL.
"""

import ctypes
import hashlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE / "servers"
PROGRAMS = ("etcd", "kube-apiserver", "kubectl")
GO = (1, 26)
# Users by their tokens: name, groups. `reader` has plumb's role, `nobody` has none.
TOKENS = {
    "admin-token": ("admin", "system:masters"),
    "reader-token": ("reader", "readers"),
    "nobody-token": ("nobody", "nobodies"),
    "editor-token": ("editor", "editors"),
}


def cache_directory():
    """Where built programs are kept: a directory for each state of their sources."""
    digest = hashlib.sha256()
    for path in sorted(path for path in SOURCES.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(SOURCES)).encode() + b"\0" + path.read_bytes())
    root = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return root / "plumb-tests" / f"servers-{digest.hexdigest()[:16]}"


def go_version():
    """(1, 26), or None without Go."""
    try:
        words = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    numbers = words.strip().removeprefix("go").split(".")
    return tuple(int(number) for number in numbers[:2])


def is_built():
    return all((cache_directory() / program).exists() for program in PROGRAMS)


def can_build():
    return is_built() or (go_version() or (0, 0)) >= GO


def build():
    """Builds what is missing: six minutes on two cores, once."""
    target = cache_directory()
    if is_built():
        return target
    if not can_build():
        sys.exit(f"building a Kubernetes API server needs Go {GO[0]}.{GO[1]}, found {go_version() or 'none'}")
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch) / "servers"
        shutil.copytree(SOURCES, work)
        out = pathlib.Path(scratch) / "bin"
        out.mkdir()
        environment = dict(os.environ, GOFLAGS="-mod=mod -buildvcs=false", CGO_ENABLED="0")
        packages = [f"./{program}" for program in PROGRAMS]
        subprocess.run(["go", "build", "-trimpath", "-ldflags=-s -w", "-o", f"{out}/", *packages], cwd=work,
                       env=environment, check=True)
        target.mkdir(parents=True, exist_ok=True)
        for program in PROGRAMS:  # beside its place, then renamed: another run may look
            partial = target / f".{program}.{os.getpid()}"
            shutil.copy(out / program, partial)
            partial.rename(target / program)
    return target


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def openssl(*words, cwd):
    subprocess.run(["openssl", *words], cwd=cwd, check=True, capture_output=True)


def die_with_parent(signal_number=signal.SIGKILL):
    """For Popen's preexec_fn: the program gets this signal when the one that started it ends, however it ends."""
    parent, prctl, set_death_signal = os.getpid(), ctypes.CDLL(None, use_errno=True).prctl, 1

    def in_child():
        prctl(set_death_signal, int(signal_number))
        if os.getppid() != parent:  # it has ended already
            os._exit(1)
    return in_child


def end_in_order():
    """These signals end the program in order: what is open is closed, what was started is stopped."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


class Server:
    def __init__(self, directory=None, flags=()):
        self.own = directory is None
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="plumb-cluster-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.flags = list(flags)
        self.processes = []
        self.kept = None
        self.programs = build()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    # ---- starting and stopping ----

    def start(self):
        etcd_port, peer_port, self.port = free_ports(3)
        self.url = f"https://127.0.0.1:{self.port}"
        self.make_keys()
        self.run_program("etcd", "--data-dir", str(self.directory / "etcd"),
                         "--listen-client-urls", f"http://127.0.0.1:{etcd_port}",
                         "--advertise-client-urls", f"http://127.0.0.1:{etcd_port}",
                         "--listen-peer-urls", f"http://127.0.0.1:{peer_port}",
                         "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer_port}",
                         "--initial-cluster", f"default=http://127.0.0.1:{peer_port}",
                         "--unsafe-no-fsync", "--log-level", "error")
        self.etcd_url = f"http://127.0.0.1:{etcd_port}"
        self.run_program("kube-apiserver", "--etcd-servers", self.etcd_url,
                         "--secure-port", str(self.port), "--bind-address", "127.0.0.1",
                         "--tls-cert-file", "server.crt", "--tls-private-key-file", "server.key",
                         "--client-ca-file", "ca.crt", "--token-auth-file", "tokens.csv",
                         "--authorization-mode", "RBAC",
                         "--service-account-issuer", "https://kubernetes.default.svc",
                         "--service-account-key-file", "accounts.pub",
                         "--service-account-signing-key-file", "accounts.key",
                         "--service-cluster-ip-range", "10.96.0.0/16",
                         "--disable-admission-plugins", "ServiceAccount", "--cert-dir", str(self.directory), *self.flags)
        self.write_kubeconfig()
        self.wait_until_ready()

    def run_program(self, program, *words):
        log = open(self.directory / f"{program}.log", "wb")
        self.processes.append(subprocess.Popen([str(self.programs / program), *words], cwd=self.directory,
                                               stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                               preexec_fn=die_with_parent()))

    def make_keys(self):
        with open(self.directory / "tokens.csv", "w") as file:
            for token, (name, group) in TOKENS.items():
                file.write(f'{token},{name},{name},"{group}"\n')
        here = self.directory
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=plumb-test-ca",
                "-keyout", "ca.key", "-out", "ca.crt", cwd=here)
        self.make_certificate("server", "/CN=kube-apiserver", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.test")
        self.make_certificate("client", "/O=system:masters/CN=by-certificate", "extendedKeyUsage=clientAuth")
        openssl("genrsa", "-out", "accounts.key", "2048", cwd=here)
        openssl("rsa", "-in", "accounts.key", "-pubout", "-out", "accounts.pub", cwd=here)

    def make_certificate(self, name, subject, extension):
        here = self.directory
        (here / f"{name}.ext").write_text(extension + "\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=here)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{name}.ext", "-out", f"{name}.crt", cwd=here)

    def write_kubeconfig(self):
        self.kubeconfig = self.directory / "kubeconfig"
        lines = ["apiVersion: v1", "kind: Config", "current-context: admin", "clusters:",
                 f"- {{name: test, cluster: {{server: '{self.url}', certificate-authority: ca.crt}}}}", "users:"]
        for token, (name, _) in TOKENS.items():
            lines.append(f"- {{name: {name}, user: {{token: {token}}}}}")
        lines.append("- {name: certificate, user: {client-certificate: client.crt, client-key: client.key}}")
        lines.append("contexts:")
        for name in [name for name, _ in TOKENS.values()] + ["certificate"]:
            lines.append(f"- {{name: {name}, context: {{cluster: test, user: {name}}}}}")
        self.kubeconfig.write_text("\n".join(lines) + "\n")

    def wait_until_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for process in self.processes:
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args[0]} ended with {process.returncode}; logs in {self.directory}")
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"the server is not ready; logs in {self.directory}")

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []
        if self.own:
            shutil.rmtree(self.directory, ignore_errors=True)

    # ---- talking to it ----

    def request(self, method, path, body=None, token="admin-token", headers=None):
        """(status, text) of one request."""
        context = ssl.create_default_context(cafile=str(self.directory / "ca.crt"))
        request = urllib.request.Request(self.url + path, method=method, data=body,
                                         headers={"Authorization": f"Bearer {token}", **(headers or {})})
        try:
            with urllib.request.urlopen(request, context=context, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def read(self, path, headers=None):
        """(status, text) of a GET over a connection that is kept: for those who read a lot."""
        for attempt in range(2):
            if self.kept is None:
                context = ssl.create_default_context(cafile=str(self.directory / "ca.crt"))
                self.kept = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=60)
            try:
                self.kept.request("GET", path, headers={"Authorization": "Bearer admin-token", **(headers or {})})
                answer = self.kept.getresponse()
                return answer.status, answer.read().decode()
            except (OSError, http.client.HTTPException):
                self.kept.close()
                self.kept = None
                if attempt:
                    raise

    def kubectl(self, *words, context="admin", input=None, check=True):
        environment = dict(os.environ, KUBECONFIG=str(self.kubeconfig), HOME=str(self.directory))
        return subprocess.run([str(self.programs / "kubectl"), "--context", context, *words], env=environment, input=input,
                              capture_output=True, text=True, check=check)


def main():
    if sys.argv[1:] == ["build"]:
        print(build())
        return
    if sys.argv[1:] == ["can-build"]:
        sys.exit(0 if can_build() else 1)
    end_in_order()
    with Server(sys.argv[1] if len(sys.argv) > 1 else None) as server:
        print(server.kubeconfig, flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
