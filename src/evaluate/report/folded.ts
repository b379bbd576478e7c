import { markup, type Content, type Markup } from './markup.js';

/**
 * A long list that a click opens, and that is printed in any case. What is folded stands behind its <details>
 * and not in it: browsers print nothing that a closed one holds, and there is no script here that could open
 * it before.
 */
export function folded(summary: Content, content: Content, isLong: boolean): Markup {
  if (!isLong) return markup`<p class="summary">${summary}</p>${content}`;
  return markup`<details><summary>${summary}</summary></details><div class="folded">${content}</div>\n`;
}
