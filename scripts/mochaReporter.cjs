// Prints as mocha's "spec" does and writes what came of each file to the file of option `counts`:
// {"out/test/a.test.js": {"passed": n, "skipped": n, "failures": ["title", …]}}.
// With option `exitWithin`, tests that are over but leave something open are ended after that many seconds, and it counts
// as one more failure, of no file.
const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { reporters } = require('mocha');

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { counts: target, exitWithin } = options.reporterOptions;
    const files = {};
    const of = (file = '') => (files[file && path.relative('', file)] ??= { passed: 0, skipped: 0, failures: [] });
    const write = () => {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, JSON.stringify(files));
    };
    runner.on('pass', ({ file }) => (of(file).passed += 1));
    runner.on('pending', ({ file }) => (of(file).skipped += 1));
    runner.on('fail', (test) => of(test.file).failures.push(test.fullTitle()));
    runner.once('end', () => {
      write();
      if (exitWithin === undefined) return;
      const giveUp = () => {
        const open = `Something is still open: ${process.getActiveResourcesInfo().join(', ')}.`;
        console.error(`The tests are over. ${open}`);
        of().failures.push(open);
        write();
        process.exit();
      };
      setTimeout(giveUp, exitWithin * 1000).unref();
    });
  }
};
