/**
 * `npm run generate`: writes the files that follow from the schemas of the configuration, of metrics.json and
 * of the ledger, from the metrics, and from grafana/.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedConfigFiles } from '../src/config/generated-files.js';
import { generatedMetricsFiles } from '../src/evaluate/metrics-schema.js';
import { generatedErrorsReference } from './errors-reference.js';
import { generatedLedgerSchema } from './printed-ledger-schema.js';
import { generatedMetricsReference } from '../src/telemetry/metrics-reference.js';

const root = new URL('../', import.meta.url);
const files = {
  ...generatedConfigFiles(),
  ...generatedMetricsFiles(),
  ...generatedMetricsReference(),
  ...generatedErrorsReference(),
  ...generatedLedgerSchema(),
};
for (const [path, content] of Object.entries(files)) {
  writeFileSync(new URL(path, root), content);
  process.stdout.write(`${path}\n`);
}
// Not compiled, since the program does not need it.
execFileSync(process.execPath, ['--import', 'tsx', 'grafana/generate.ts'], {
  cwd: fileURLToPath(root),
  stdio: 'inherit',
});
