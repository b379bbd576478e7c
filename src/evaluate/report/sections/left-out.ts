import { LEFT_OUT_REASONS, type LeftOut } from '../../metrics.js';
import { counted } from '../format.js';
import { markup, type Content, type Markup } from '../markup.js';

const MEANING: Readonly<Record<LeftOut['why'], string>> = {
  unlabelled: 'without a class',
  unreadable: 'cannot be read as an image',
  duplicate: 'the same bytes as another file',
  contradictory: 'the same bytes under different classes',
  'unknown-class': 'of a class that is not one of the models’ classes',
};

/** Lists every file that is in no figure, by reason. */
export function leftOut(files: readonly LeftOut[]): Content {
  if (files.length === 0) return markup`<h3>Left out</h3><p>No file was left out.</p>\n`;
  return markup`<h3>Left out</h3><p>${counted(files.length, 'file')} in no figure of this report:</p>
${LEFT_OUT_REASONS.map((why) =>
  group(
    why,
    files.filter((file) => file.why === why),
  ),
)}`;
}

function group(why: LeftOut['why'], files: readonly LeftOut[]): Content {
  if (files.length === 0) return [];
  const list = markup`<ul class="files">${files.map(item)}</ul>\n`;
  return folded(
    markup`<b>${why}</b> (${MEANING[why]}): ${counted(files.length, 'file')}`,
    list,
    files.length > 6,
  );
}

/**
 * A long list that a click opens, and that is always printed. The content follows its <details> and is not
 * inside it, because browsers do not print the content of a closed one, and there is no script here that
 * could open it before printing.
 */
function folded(summary: Content, content: Content, isLong: boolean): Markup {
  if (!isLong) return markup`<p class="summary">${summary}</p>${content}`;
  return markup`<details><summary>${summary}</summary></details><div class="folded">${content}</div>\n`;
}

function item({ file, reason }: LeftOut): Markup {
  return markup`<li><code>${file}</code> ${oneLine(reason)}</li>\n`;
}

/** A library's message may have several lines. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
