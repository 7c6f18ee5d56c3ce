"""Checks a list of components in the format CycloneDX against Cargo.lock. Standard input has the packages of the
program, as `cargo tree` prints them. Each printed line is a problem in the list; with one, the exit code is 1."""

import json
import re
import sys

bom_path, lock_path = sys.argv[1:]
with open(bom_path, encoding="utf-8") as file:
    text = file.read()
bom = json.loads(text)
with open(lock_path, encoding="utf-8") as file:
    lock = file.read()

packages = re.findall(r'\[\[package\]\]\nname = "(.+?)"\nversion = "(.+?)"\n((?:.+\n)*)', lock)
checksums = {}
for name, version, rest in packages:
    found = re.search(r'checksum = "([0-9a-f]{64})"', rest)
    checksums[name, version] = found and found[1]
used = {tuple(line.split()[:2]) for line in sys.stdin if line.strip()}
used = {(name, version.removeprefix("v")) for name, version in used}

problems = []
if (bom.get("bomFormat"), bom.get("specVersion")) != ("CycloneDX", "1.5"):
    problems.append("it is not in the format CycloneDX 1.5")
listed, refs = set(), {bom["metadata"]["component"]["bom-ref"]}
for one in bom["components"]:
    key = (one["name"], one["version"])
    listed.add(key)
    refs.add(one["bom-ref"])
    if key not in checksums:
        problems.append(f"{key} is not in Cargo.lock")
    hashes = {entry["content"] for entry in one.get("hashes", [])}
    if checksums.get(key) and hashes != {checksums[key]}:
        problems.append(f"{key} has another checksum than in Cargo.lock")
    if not one.get("licenses"):
        problems.append(f"{key} has no licence")
    if not one.get("purl", "").startswith(f"pkg:cargo/{one['name']}@{one['version']}"):
        problems.append(f"{key} has no package URL")
listed.add((bom["metadata"]["component"]["name"], bom["metadata"]["component"]["version"]))
problems += [f"{key} is part of the program and is not listed" for key in sorted(used - listed)]
for one in bom["dependencies"]:
    unknown = {one["ref"], *one.get("dependsOn", [])} - refs
    problems += [f"{ref} is not a component" for ref in sorted(unknown)]
problems += [f"it contains the path {path}" for path in sorted(set(re.findall(r"/(?:home|root|tmp)/[^\"#]*", text)))]

print("\n".join(problems) or f"{len(bom['components'])} components, {len(used)} packages of the program: all listed")
sys.exit(bool(problems))
