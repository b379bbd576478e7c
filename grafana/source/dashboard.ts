import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { toPanel, type PanelSpec } from './panel.js';
import { variables } from './variables.js';

export interface DashboardSpec {
  /**
   * The file's name. With `smearwatch-` before it, it is the uid: links depend on it, so it never changes.
   */
  readonly id: string;
  readonly title: string;
  /** The question that it answers. */
  readonly question: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelSpec[] }[];
}

/**
 * Builds a dashboard in the classic schema, which every Grafana reads from files. The SDK prefers its
 * successor (v2), which needs a recent Grafana.
 */
/* eslint-disable @typescript-eslint/no-deprecated */
export function buildDashboard({ id, title, question, rows }: DashboardSpec): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(`Smearwatch: ${title}`)
    .uid(`smearwatch-${id}`)
    .description(question)
    .tags(['smearwatch'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .variables(variables())
    .links([
      new dashboard.DashboardLinkBuilder('Smearwatch')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['smearwatch'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    ]);
  for (const { title: rowTitle, panels } of rows) {
    builder.withRow(new dashboard.RowBuilder(rowTitle));
    for (const panel of panels) builder.withPanel(toPanel(panel));
  }
  return builder.build();
}
/* eslint-enable @typescript-eslint/no-deprecated */
