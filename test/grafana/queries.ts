import { metricCatalogue } from '../../scripts/generated/metric-catalogue.js';
import { alerts } from '../../grafana/source/alerts.js';
import { dashboards } from '../../grafana/source/dashboards.js';
import { CHOICES } from '../../grafana/source/variables.js';
import { recordingRules } from '../../grafana/source/recording-rules.js';

export interface AskedQuery {
  /** `overview: Images a second`, or the rule's name. */
  readonly where: string;
  readonly expr: string;
}

export const panelQueries: readonly AskedQuery[] = dashboards.flatMap(({ id, rows }) =>
  rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, queries }) => queries.map(({ expr }) => ({ where: `${id}: ${title}`, expr }))),
  ),
);

/** The queries of the variables, which use `label_values`. */
export const variableQueries: readonly AskedQuery[] = CHOICES.map(({ label, title, metric }) => ({
  where: `variable ${title}`,
  expr: `count by (${label}) (${metric})`,
}));

export const recordingQueries: readonly AskedQuery[] = recordingRules.map(({ record, expr }) => ({
  where: record,
  expr,
}));

export const alertQueries: readonly AskedQuery[] = alerts.map(({ name, expr }) => ({ where: name, expr }));

/** Returns the query as Grafana sends it, with all values selected. */
export function asGrafanaAsks(expr: string, rateInterval: string): string {
  return expr
    .replaceAll(/\$(instance|scanner|model)\b/g, '.*')
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', '15m');
}

const RECORDED = /\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+\b/g;
const SCRAPED = /\b(?:smearwatch|process|nodejs)_[a-z0-9_]+\b/g;

/** Names in a query that neither the daemon nor a recording rule makes. */
export function unknownNames(expr: string): string[] {
  const texts = expr.replaceAll(/"[^"]*"/g, '""');
  const recorded = texts.match(RECORDED) ?? [];
  const scraped = texts.replaceAll(RECORDED, '').match(SCRAPED) ?? [];
  return [
    ...recorded.filter((name) => !recordingRules.some(({ record }) => record === name)),
    ...scraped.filter((name) => !SERIES.has(name)),
  ];
}

/** What the daemon's metrics are called in queries: a histogram is three names. */
const SERIES = new Set(
  metricCatalogue().flatMap(({ name, type }) =>
    type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  ),
);
