// Each argument is a content security policy. Each printed line is a problem in one of them.
"use strict";
const { CspEvaluator } = require("csp_evaluator");
const { CspParser } = require("csp_evaluator/dist/parser");
const { Severity } = require("csp_evaluator/dist/finding");

for (const policy of process.argv.slice(2)) {
  const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
  // Lower severities are guesses, for example that the site's own host may serve third-party scripts.
  for (const one of findings.filter((one) => one.severity <= Severity.STRICT_CSP)) {
    console.log(`${one.directive} ${one.value || ""}: ${one.description}`);
  }
}
