import { markup, trusted, type Content, type Markup } from './markup.js';

/** A numbered part of the report. */
export interface ReportSection {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

/** Plots in a row, with a caption below. */
export function figure(plots: readonly string[], caption: Content, className = ''): Markup {
  return markup`<figure class="${className}"><div class="plots">${plots.map(trusted)}</div>
<figcaption>${caption}</figcaption></figure>\n`;
}

export function warning(text: Content): Markup {
  return markup`<div class="warning"><b>Note</b> ${text}</div>\n`;
}
