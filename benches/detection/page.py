"""Writes the tables of docs/detection.md from the results."""

from pathlib import Path

BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->\n"
NAMES = {
    "avouch": "Avouch",
    "schemathesis": "Schemathesis",
    "wapiti3": "Wapiti",
    "linkchecker": "LinkChecker",
    "sectxt": "sectxt",
    "checkdmarc": "checkdmarc",
}


def write(root: Path, results):
    path = root / "docs/detection.md"
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(before + BEGIN + tables(results) + END + after)


def tables(results) -> str:
    tools = [name for name in NAMES if name in results["tools"]]
    head = ["flaw", *(f"{NAMES[name]} {results['tools'][name]}" for name in tools)]
    rows = [[f"`{flaw}`", *(cell(row, name) for name in tools)] for flaw, row in results["flaws"].items()]
    counts = [["noticed", *(str(count(results, name, "noticed")) for name in tools)]]
    counts += [["missed", *(str(count(results, name, "missed")) for name in tools)]]
    counts += [["not its subject", *(str(count(results, name, "–")) for name in tools)]]
    return (
        f"\nMeasured on {results['day']}: {len(rows)} flaws.\n\n{table(['', *head[1:]], counts)}"
        f"\n{table(head, rows)}"
    )


def cell(row, tool: str) -> str:
    """Whether a tool noticed a flaw: it reported something that it does not report of the sound demo."""
    result = row["tools"].get(tool, {"new": [], "covered": False})
    if result["new"]:
        return "noticed"
    return "missed" if result["covered"] else "–"


def count(results, tool: str, wanted: str) -> int:
    return sum(cell(row, tool) == wanted for row in results["flaws"].values())


def table(head, rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
