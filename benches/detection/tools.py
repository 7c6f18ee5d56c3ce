"""The other tools: how each is installed and run, by its own documentation, and what it reports.

A finding is a line of text without anything that differs from run to run, so that the findings of two runs compare."""

import csv
import json
import os
import re
import subprocess
from pathlib import Path

import tokens
import world

HERE = Path(__file__).resolve().parent
SECONDS_MAX = 600
# The longest part of a finding that is kept.
LENGTH_MAX = 160
# The claims that flaws of the API break.
API = (
    "connect-framework install-handshake limited-scopes auth-required tenant-isolation image-storage config-cache "
    "backup-daily support-access security-txt"
).split()


class Tool:
    """A tool from the Python Package Index, in an environment of its own."""

    name = ""
    version = ""
    # The claims whose flaws it is tried with: those that its requests can reach.
    claims: list[str] = []
    # The flaws that its documentation covers. It is tried with others too, but not noticing those is not a miss.
    covers: list[str] = []
    # What the program is started with.
    prefix: list[str] = []

    def __init__(self, folder: Path):
        self.home = folder / self.name

    def install(self):
        if not self.program().exists():
            subprocess.run(["python3", "-m", "venv", self.home], check=True)
            package = f"{self.name}=={self.version}"
            subprocess.run([self.home / "bin/pip", "install", "--quiet", package], check=True)

    def program(self) -> Path:
        return self.home / "bin" / self.name

    def run(self, arguments, folder: Path, **variables):
        """Runs the tool, whatever its exit code; most exit with 1 if they found something."""
        environment = {**variables, "PATH": f"{self.home}/bin:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        command = [*self.prefix, self.program(), *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
        # No report because of a mistake must not look like nothing to report.
        if "Traceback (most recent call last)" in done.stdout + done.stderr:
            raise RuntimeError(f"{self.name} failed: {done.stdout}{done.stderr}")
        return done

    def make_thorough(self) -> bool:
        """Whether the tool can try harder, and does so from now on."""
        return False

    def findings(self, demo: world.Demo, folder: Path) -> list[str]:
        """What the tool reports."""
        raise NotImplementedError


class Schemathesis(Tool):
    """Generates requests from a description in OpenAPI, with the credentials of several identities."""

    name, version = "schemathesis", "4.32.5"
    claims = [*API, "encrypted-transport"]
    # Its checks: answers conform to the description, credentials are needed, no identity reads an object of another
    # one, and no server errors.
    covers = (
        "descriptor-auth-none extra-scope unsigned-install no-auth open-node leak-read no-hsts "
        "local-images cache-forever empty-backup unexplained-access"
    ).split()

    # Test cases for each end point; its own default is 100.
    examples = 10

    def make_thorough(self):
        self.examples = 100
        return True

    def findings(self, demo, folder):
        users = [
            {"name": name, "fixedHeaders": [{"name": "Authorization", "value": credential}]}
            for name, credential in tokens.IDENTITIES.items()
        ]
        (folder / "users.json").write_text(json.dumps({"auth": users}))
        # Two customers, none of whom may read an object of the other.
        settings = '[auth.wfc]\npath = "users.json"\npeers = ["acme", "globex"]\n'
        (folder / "schemathesis.toml").write_text(settings)
        report = folder / "report.json"
        done = self.run(
            ["run", HERE / "openapi.yaml", "--url", world.FRONT_URL]
            + ["--checks", "all", "--max-examples", str(self.examples), "--seed", "1", "--generation-deterministic"]
            + ["--continue-on-failure", "--no-shrink", "--request-timeout", "20", "--no-color"]
            + ["--report", "json", "--report-json-path", report],
            folder,
        )
        (folder / "output.txt").write_text(done.stdout + done.stderr)
        failures = json.loads(report.read_text())["failures"]
        return sorted(f"{one['title']}: {operation}" for one in failures for operation in one["operations"])


class Wapiti(Tool):
    """Scans a web site: its header fields, its encryption, and injections into its forms and parameters."""

    name, version = "wapiti3", "3.2.3"
    claims = ["encrypted-transport", "security-txt"]
    covers = ["no-hsts", "plain-http", "tls-1.0"]

    def program(self):
        return self.home / "bin" / "wapiti"

    def findings(self, demo, folder):
        report = folder / "report.json"
        done = self.run(
            ["-u", f"https://{world.HOST}/", "-m", "common,https_redirect", "--flush-session", "--no-bugreport", "--max-scan-time", "240"]
            + ["--store-session", folder, "--store-config", folder, "-f", "json", "-o", report],
            folder,
        )
        (folder / "output.txt").write_text(done.stdout + done.stderr)
        found = json.loads(report.read_text())
        entries = [entry for group in ("vulnerabilities", "anomalies") for entry in found[group].items()]
        return sorted({f"{name}: {one['info'][:LENGTH_MAX]}" for name, all in entries for one in all})


class Linkchecker(Tool):
    """Opens the links of a web site."""

    name, version = "linkchecker", "10.6.0"
    claims = ["heroku-statement", "privacy-policy", "report-channels"]
    covers = ["dead-platform-link", "dead-privacy-link"]
    # As root it would become `nobody`, who does not exist in this namespace.
    prefix = ["unshare", "--user", "--map-user=1000"]

    def findings(self, demo, folder):
        (folder / "settings").write_text(f"[checking]\nsslverify={demo.authority}\n")
        options = ["--config", "settings", "--check-extern", "--output", "csv", "--no-status"]
        done = self.run([*options, f"https://{world.HOST}/"], folder)
        (folder / "output.txt").write_text(done.stdout + done.stderr)
        lines = [line for line in done.stdout.splitlines() if line and not line.startswith(("#", "urlname"))]
        rows = csv.reader(lines, delimiter=";")
        return sorted({f"{row[0]}: {row[3]}" for row in rows})


class Sectxt(Tool):
    """Validates a `security.txt` (RFC 9116)."""

    name, version = "sectxt", "0.9.8"
    claims = ["security-txt"]
    covers = ["expired-security-txt"]

    def findings(self, demo, folder):
        done = self.run([f"https://{world.HOST}"], folder, REQUESTS_CA_BUNDLE=str(demo.authority))
        (folder / "output.txt").write_text(done.stdout + done.stderr)
        return sorted({line for line in done.stdout.splitlines() if line.startswith("[")})


class Checkdmarc(Tool):
    """Tests the records of a mail domain."""

    name, version = "checkdmarc", "6.0.4"
    claims = ["report-channels"]
    covers = ["no-mx"]

    def findings(self, demo, folder):
        done = self.run(["demo.test", "-n", "127.0.0.1", "-t", "5", "--skip-tls", "-f", "json"], folder)
        (folder / "output.txt").write_text(done.stdout + done.stderr)
        found = json.loads(done.stdout)
        return sorted(set(remarks(found, "")))


def remarks(value, path):
    """The errors and warnings in a report of checkdmarc, each with where it is."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "error" and one:
                yield f"{path}: error: {plain(one)}"
            elif name == "warnings":
                yield from (f"{path}: warning: {plain(text)}" for text in one)
            elif name == "hosts" and one == []:
                yield f"{path}: no hosts"
            else:
                yield from remarks(one, f"{path}/{name}")
    elif isinstance(value, list):
        for one in value:
            yield from remarks(one, path)


def plain(text) -> str:
    """A text without numbers that differ from run to run."""
    return re.sub(r"\d+\.\d+ seconds", "N seconds", str(text))


ALL = [Wapiti, Linkchecker, Sectxt, Checkdmarc, Schemathesis]
