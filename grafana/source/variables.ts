import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DOCS_URL } from './docs.js';

export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };

interface Choice {
  readonly label: string;
  readonly title: string;
  /** Whose values of the label are offered. */
  readonly metric: string;
}

export const CHOICES: readonly Choice[] = [
  { label: 'instance', title: 'Daemon', metric: 'smearwatch_build_info' },
  { label: 'scanner', title: 'Scanner', metric: 'smearwatch_rescan_files' },
  { label: 'model', title: 'Model', metric: 'smearwatch_model_info' },
];

/** What every dashboard lets its reader choose. */
export function variables(): Builder<dashboard.VariableModel>[] {
  return [
    new dashboard.DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    ...CHOICES.map(valuesOf),
    new dashboard.ConstantVariableBuilder('docs').label('Documentation').value(DOCS_URL),
  ];
}

function valuesOf({ label, title, metric }: Choice): Builder<dashboard.VariableModel> {
  return new dashboard.QueryVariableBuilder(label)
    .label(title)
    .datasource(DATA_SOURCE)
    .query({ query: `label_values(${metric}, ${label})`, refId: label })
    .definition(`label_values(${metric}, ${label})`)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all', selected: true });
}

/** The selectors that the variables make. */
export const OF_DAEMON = 'instance=~"$instance"';
export const OF_SCANNER = `${OF_DAEMON}, scanner=~"$scanner"`;
export const OF_MODEL = `${OF_DAEMON}, model=~"$model"`;
