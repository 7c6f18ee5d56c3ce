"""The demo add-on with a flaw, as the tools see it: under its own name, on the usual ports, in a network of its own."""

import http.client
import itertools
import os
import shlex
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import tokens

HOST = "addon.demo.test"
ADDRESS = "127.0.0.2"
WORLD_ADDRESS = "127.0.0.3"
WORLD = ["platform", "media", "vendor", "support", "keys", "forge"]
# Plain HTTP. The front signs requests there, so that tools can send one fixed token for each identity.
FRONT = ("127.0.0.4", 8080)
FRONT_URL = "http://signed.demo.test:8080"
BODY_MAX = 1 << 20
SECONDS_MAX = 30


def isolate(folder: Path):
    """Prepares the network: names lead to loopback, and DNS to the demo's own server."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    hosts = [f"{ADDRESS} {HOST}", f"{FRONT[0]} signed.demo.test", "127.0.0.1 localhost"]
    hosts += [f"{WORLD_ADDRESS} {name}.demo.test" for name in WORLD]
    for name, lines in {"hosts": hosts, "resolv.conf": ["nameserver 127.0.0.1"]}.items():
        own = folder / name
        own.write_text("\n".join(lines) + "\n")
        subprocess.run(["mount", "--bind", own, f"/etc/{name}"], check=True)


class Demo:
    """A running demo with these flaws, and what stands in front of it."""

    def __init__(self, avouch: Path, folder: Path, flaw):
        self.folder = folder
        command = [avouch, "--root", folder, "demo", "--dir", folder]
        command += ["--flaw", flaw] if flaw else []
        environment = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(folder)}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        self.addresses, self.resolver = self._listening()
        self.authority = folder / "ca.pem"
        lines = shlex.split((folder / "secrets.env").read_text())
        self.secrets = dict(line.split("=", 1) for line in lines if "=" in line)
        self.closing = []
        nodes = itertools.cycle(self.addresses[HOST])
        self._relay((ADDRESS, 443), lambda: next(nodes))
        self._relay((ADDRESS, 80), lambda: self.addresses[f"{HOST}:80"][0])
        self._relay((WORLD_ADDRESS, 443), lambda: self.addresses["vendor.demo.test"][0])
        self._relay(("127.0.0.1", 53), lambda: self.resolver)
        self._relay_datagrams(("127.0.0.1", 53), self.resolver)
        self._front(nodes)

    def _listening(self):
        """The addresses that the demo prints."""
        addresses, resolver = {}, None
        for line in self.process.stdout:
            name, _, rest = line.strip().partition(": [")
            if rest and name != "roots":
                found = [one.strip('"]') for one in rest.split(", ")]
                addresses[name.strip('"')] = [address(one) for one in found]
            elif line.startswith("resolver: "):
                resolver = address(line.removeprefix("resolver: ").strip())
            elif line.startswith("Press Ctrl-C"):
                break
        return addresses, resolver

    def _relay(self, at, to):
        """Passes connections on: to each of the servers in turn, as a load balancer does."""
        listener = socket.create_server(at)
        self.closing.append(listener)

        def accept():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=relay, args=(client, to()), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    def _relay_datagrams(self, at, to):
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(at)
        self.closing.append(listener)

        def answer():
            while True:
                try:
                    query, sender = listener.recvfrom(4096)
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as upstream:
                        upstream.settimeout(SECONDS_MAX)
                        upstream.sendto(query, to)
                        listener.sendto(upstream.recv(65535), sender)
                except OSError:
                    if listener.fileno() < 0:
                        return

        threading.Thread(target=answer, daemon=True).start()

    def _front(self, nodes):
        trust = ssl.create_default_context(cafile=self.authority)
        sign = tokens.Signer(self.secrets, self.folder)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return self.forward
                raise AttributeError(name)

            def forward(self):
                length = min(int(self.headers.get("Content-Length") or 0), BODY_MAX)
                body = self.rfile.read(length)
                fields = {name: value for name, value in self.headers.items() if name != "Host"}
                fields = {**fields, "Host": HOST, "Connection": "close"}
                given = fields.get("Authorization")
                if given is not None:
                    fields["Authorization"] = sign.credential(given, self.command, self.path)
                answer, content = send(next(nodes), trust, (self.command, self.path, body, fields))
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                if answer.status not in (204, 304):
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(FRONT, Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.server = server

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        for one in self.closing:
            # Closing alone does not wake a thread that waits for a connection.
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self.process.terminate()
        self.process.wait(SECONDS_MAX)


def address(text: str):
    host, _, port = text.rpartition(":")
    return host, int(port)


def send(node, trust, request):
    """Sends a request to a server of the add-on, under the add-on's name."""
    method, path, body, fields = request
    raw = socket.create_connection(node, SECONDS_MAX)
    connection = http.client.HTTPSConnection(HOST, context=trust)
    connection.sock = trust.wrap_socket(raw, server_hostname=HOST)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in fields.items():
        connection.putheader(name, value)
    connection.endheaders(body or None)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def relay(client: socket.socket, to):
    try:
        upstream = socket.create_connection(to, SECONDS_MAX)
    except OSError:
        client.close()
        return

    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    back = threading.Thread(target=copy, args=(upstream, client), daemon=True)
    back.start()
    copy(client, upstream)
    back.join(SECONDS_MAX)
    client.close()
    upstream.close()
