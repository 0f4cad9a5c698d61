// Reads the report of a test run; fails when a test failed or was left out, and says the counts on one line.
const { readFileSync } = require("node:fs");

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const tests = report.testResults.flatMap((file) => file.assertionResults.map((test) => ({ file: file.name, ...test })));
const leftOut = tests.filter((test) => !["passed", "failed"].includes(test.status));
for (const test of leftOut) console.log(`left out: ${test.file}: ${test.fullName} (${test.status})`);
const failed = tests.filter((test) => test.status === "failed").length;
const passed = tests.filter((test) => test.status === "passed").length;
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || leftOut.length > 0 || passed === 0 || !report.success) process.exit(1);
