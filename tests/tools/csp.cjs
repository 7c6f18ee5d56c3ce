// Each argument is a content security policy; each line that is printed, something wrong with one.
"use strict";
const { CspEvaluator } = require("csp_evaluator");
const { CspParser } = require("csp_evaluator/dist/parser");
const { Severity } = require("csp_evaluator/dist/finding");

for (const policy of process.argv.slice(2)) {
  const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
  // Beyond this are guesses: that one's own host may serve scripts of strangers.
  for (const one of findings.filter((one) => one.severity <= Severity.STRICT_CSP)) {
    console.log(`${one.directive} ${one.value || ""}: ${one.description}`);
  }
}
