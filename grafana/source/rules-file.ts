import { stringify } from 'yaml';
import { alerts } from './alerts.js';
import { DOCS_URL } from './docs.js';
import { recordingRules } from './recording-rules.js';

/** smearwatch.rules.yaml, for `rule_files` of Prometheus. */
export function rulesFile(): string {
  const groups = [
    { name: 'smearwatch', rules: recordingRules },
    {
      name: 'smearwatch-alerts',
      rules: alerts.map(({ name, expr, for: duration, severity, summary, description }) => ({
        alert: name,
        expr,
        for: duration,
        labels: { severity },
        annotations: { summary, description, runbook_url: `${DOCS_URL}/runbooks/${name}.md` },
      })),
    },
  ];
  return `# Generated from grafana/source by \`npm run generate\`; do not edit.\n${stringify({ groups }, { lineWidth: 0 })}`;
}
