/** Prints "passed failed" of a vitest JSON report; a report that is missing or ran nothing is a failure. */
import { readFileSync } from 'node:fs';

try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  console.log(`${report.numPassedTests} ${failed}`);
  process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;
} catch (error) {
  console.error(`no test report: ${error.message}`);
  console.log('0 1');
  process.exitCode = 1;
}
