/** Writes the generated files of the chart: `npm run generate:chart`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHART, chartFiles } from './chart-files.ts';

for (const { path, content } of chartFiles()) {
  mkdirSync(dirname(join(CHART, path)), { recursive: true });
  writeFileSync(join(CHART, path), content);
}
