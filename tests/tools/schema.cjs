// The first argument is a JSON Schema, and the others are documents. Each printed line is a problem in one of
// the documents.
"use strict";
const fs = require("node:fs");
const Ajv = require("ajv/dist/2020").default;
const formats = require("ajv-formats").default;

const YAML = require("yaml");

// The source files are YAML. In a policy, the YAML is the front matter of the Markdown.
const read = (path) => {
  const text = fs.readFileSync(path, "utf8");
  if (path.endsWith(".md")) return YAML.parse(text.split(/^---$/m)[1]);
  return path.endsWith(".yaml") ? YAML.parse(text) : JSON.parse(text);
};
const [schema, ...documents] = process.argv.slice(2);
const validator = formats(new Ajv({ allErrors: true, allowUnionTypes: true }));
const validate = validator.compile(read(schema));
for (const path of documents) {
  if (validate(read(path))) continue;
  for (const one of validate.errors) console.log(`${path}${one.instancePath}: ${one.message}`);
}
