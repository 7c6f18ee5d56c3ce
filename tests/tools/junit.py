"""The argument is a JUnit report. Prints what junitparser reads from it, as JSON."""

import json
import sys

from junitparser import Error, Failure, JUnitXml, Skipped

SORTS = {Failure: "failure", Error: "error", Skipped: "skipped"}
trouble, cases, counts = None, {}, {}
try:
    read = JUnitXml.fromfile(sys.argv[1])
    for suite in read:
        for case in suite:
            result = [[SORTS[type(one)], one.type, one.message] for one in case.result if type(one) in SORTS]
            reruns = [child.tag for child in case._elem if child.tag.startswith(("rerun", "flaky"))]
            cases[case.name] = {"suite": suite.name, "result": result, "reruns": reruns}
    told = (read.tests, read.failures, read.errors, read.skipped)
    read.update_statistics()
    counts = {"told": told, "counted": (read.tests, read.failures, read.errors, read.skipped)}
except Exception as error:
    trouble = f"{type(error).__name__}: {error}"
print(json.dumps({"trouble": trouble, "cases": cases, "counts": counts}))
