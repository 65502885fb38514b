// Prints as mocha's "spec" does and writes {"passed": n, "failed": n, "skipped": n} to the file of option `counts`.
// With option `exitWithin`, tests that are over but leave something open are ended after that many seconds, and it counts
// as one more failure.
const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { reporters } = require('mocha');

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { counts: file, exitWithin } = options.reporterOptions;
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const counts = { passed: passes, failed: failures, skipped: pending };
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(counts));
      if (exitWithin === undefined) return;
      const giveUp = () => {
        console.error(
          `The tests are over, but something is still open: ${process.getActiveResourcesInfo().join(', ')}.`,
        );
        writeFileSync(file, JSON.stringify({ ...counts, failed: failures + 1 }));
        process.exit();
      };
      setTimeout(giveUp, exitWithin * 1000).unref();
    });
  }
};
