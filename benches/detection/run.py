#!/usr/bin/env python3
"""Finds out which tool notices which flaw of the demo add-on, and writes `results.json` and docs/detection.md.

    scripts/prove detection            runs everything
    benches/detection/run.py TOOL..    runs some tools again, and keeps the results of the others
    benches/detection/run.py --page    only writes the page again

Needs Linux, `unshare`, `ip` and Python 3.11. The tools are installed below target/detection/."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import page
import tools
import world

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "target/detection"
AVOUCH = Path(os.environ.get("AVOUCH", ROOT / "target/debug/avouch"))
RESULTS = Path(__file__).with_name("results.json")
SECONDS_MAX = 600


def main(arguments):
    if arguments == ["--page"]:
        return page.write(ROOT, json.loads(RESULTS.read_text()))
    if arguments[:1] != ["--inside"]:
        TOOLS.mkdir(parents=True, exist_ok=True)
        for tool in tools.ALL:
            tool(TOOLS).install()
        isolated = ["unshare", "--map-root-user", "--net", "--mount", sys.executable, __file__, "--inside"]
        os.execvp(isolated[0], [*isolated, *arguments])
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"tools": {}, "sound": {}, "flaws": {}}
    with tempfile.TemporaryDirectory() as folder:
        world.isolate(Path(folder))
        measure(Path(folder), results, arguments[1:])
    save(results)
    page.write(ROOT, results)


def measure(folder: Path, results, only):
    flaws = listed()
    known = results["flaws"]
    results["flaws"] = {name: {**known.get(name, {"tools": {}}), **row} for name, row in flaws.items()}
    results["day"] = datetime.date.today().isoformat()
    if not only or "avouch" in only:
        avouch(results)
    for tool in [tool(TOOLS) for tool in tools.ALL if not only or tool.name in only]:
        results["tools"][tool.name] = tool.version
        for row in results["flaws"].values():
            row["tools"].pop(tool.name, None)
        results["sound"][tool.name] = tried(tool, folder, results["flaws"])
        missed = {name: row for name, row in results["flaws"].items() if is_missed(row, tool)}
        if missed and tool.make_thorough():
            tried(tool, folder, missed)
        save(results)


def save(results):
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def tried(tool, folder: Path, flaws):
    """Runs a tool on the demo with each flaw that it can reach. Returns what it reports without a flaw."""
    sound = found(tool, folder, None)
    print(f"{tool.name}: {sound}", flush=True)
    for name, row in flaws.items():
        if row["claim"] in tool.claims:
            new = [one for one in found(tool, folder, name) if one not in sound]
            row["tools"][tool.name] = {"new": new, "covered": name in tool.covers}
            print(f"{tool.name} {name}: {new}", flush=True)
    return sound


def is_missed(row, tool) -> bool:
    result = row["tools"].get(tool.name)
    return result is not None and result["covered"] and not result["new"]


def listed():
    """The flaws of the demo, with the claim that each breaks."""
    text = subprocess.run([AVOUCH, "demo", "--list"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in text.partition("\n\n")[0].splitlines()[1:]]
    return {name: {"claim": claim, "summary": summary} for name, claim, summary in rows}


def found(tool, folder: Path, flaw):
    """What a tool reports about the demo with a flaw."""
    own = Path(tempfile.mkdtemp(prefix=f"{tool.name}-{flaw or 'sound'}-", dir=folder))
    demo = world.Demo(AVOUCH, own, flaw)
    try:
        return tool.findings(demo, own)
    finally:
        demo.stop()


def avouch(results):
    """Runs Avouch: all claims of both statements without a flaw, and the claim that each flaw breaks."""
    results["tools"]["avouch"] = subprocess.run(
        [AVOUCH, "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    reports = [check(project, []) for project in (ROOT, ROOT / "examples/forge")]
    results["sound"]["avouch"] = [claim for report in reports for claim in failed(report)]
    for name, row in results["flaws"].items():
        project = ROOT / "examples/forge" if name.startswith("forge-") else ROOT
        report = check(project, [row["claim"], "--flaw", name])
        row["tools"]["avouch"] = {"new": failed(report), "covered": True}
        print(f"avouch {name}: {failed(report)}", flush=True)


def check(project: Path, arguments):
    with tempfile.TemporaryDirectory() as state:
        command = [AVOUCH, "--root", project, "check", *arguments, "--format", "json", "--out", f"{state}/out.json"]
        environment = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": state}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=SECONDS_MAX, check=False
        )
    return json.loads(done.stdout)


def failed(report):
    return [claim["id"] for claim in report["claims"] if claim["standing"] == "violated"]


if __name__ == "__main__":
    main(sys.argv[1:])
