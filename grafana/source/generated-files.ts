import { buildDashboard } from './dashboard.js';
import { dashboards } from './dashboards.js';
import { rulesFile } from './rules-file.js';

/**
 * Returns the files that Prometheus and Grafana read, by their path in the repository. A test checks that
 * they are up to date.
 */
export function generatedGrafanaFiles(): Readonly<Record<string, string>> {
  const files = dashboards.map((spec) => [
    `grafana/dashboards/${spec.id}.json`,
    `${JSON.stringify(buildDashboard(spec), null, 2)}\n`,
  ]);
  return {
    'grafana/prometheus/smearwatch.rules.yaml': rulesFile(),
    ...(Object.fromEntries(files) as Record<string, string>),
  };
}
