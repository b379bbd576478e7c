import type { Metrics } from '../../metrics.js';
import { counted, formatCount, formatPercent } from '../format.js';
import { markup, type Content, type Markup } from '../markup.js';
import { referenceOf, type ReportInput } from '../report-input.js';
import type { ReportSection } from '../section.js';
import type { PicturedMistake } from '../thumbnails.js';
import { predictedClass, type Answer } from '../worst-mistakes.js';

/** Shows the images for review: those that a model was surest of and classified wrongly. */
export function mistakes({ metrics, mistakes }: ReportInput): ReportSection {
  return {
    id: 'mistakes',
    title: 'Worst mistakes',
    content: [summary(metrics, mistakes.length), list(mistakes, metrics.data.classes)],
  };
}

function summary({ models }: Metrics, shown: number): Content {
  const wrong = models.map((model) => ({ name: referenceOf(model), images: wrongOf(model.all.confusion) }));
  if (wrong.every(({ images }) => images === 0))
    return markup`<p>No model classified any image wrongly.</p>\n`;
  const counts = wrong.map(({ name, images }) => `${name} ${formatCount(images)}`).join(', ');
  const which =
    shown === 0 ? 'None is shown here' : `Here: ${counted(shown, 'image')}, the surest mistake first`;
  return markup`<p>Images classified wrongly: ${counts}. ${which}; all of them are in predictions.csv.
<span class="key true">▬ labelled class</span> <span class="key wrong">▬ wrong answer</span></p>\n`;
}

function list(mistakes: readonly PicturedMistake[], classes: readonly string[]): Content {
  if (mistakes.length === 0) return [];
  const isWide = mistakes.some(({ answers }) => answers.length > 2);
  return markup`<ol class="mistakes${isWide ? ' wide' : ''}">${mistakes.map((mistake) => card(mistake, classes))}</ol>\n`;
}

function card(mistake: PicturedMistake, classes: readonly string[]): Markup {
  const { file, label, thumbnail, answers } = mistake;
  const origin = originOf(mistake);
  const picture =
    thumbnail === undefined
      ? markup`<span class="no-picture">no picture</span>`
      : markup`<img src="${thumbnail}" alt="${classes[label] ?? ''}">`;
  return markup`<li><div class="picture">${picture}</div><div class="answers">
<p class="file"><code>${file}</code>${origin === '' ? '' : markup`<small>${origin}</small>`}</p>
<table><thead><tr><th></th>${answers.map(({ model }) => markup`<th scope="col">${model}</th>`)}</tr></thead>
<tbody>${classes.map((name, index) => row(name, index, label, answers))}</tbody></table></div></li>\n`;
}

/**
 * The patient, after the value of `by` unless it already begins with it: patients are numbered per hospital.
 */
function originOf({ by, group }: PicturedMistake): string {
  return (group.startsWith(`${by}/`) ? [group] : [by, group]).filter((part) => part !== '').join(', ');
}

function row(name: string, index: number, label: number, answers: readonly Answer[]): Markup {
  const isTrue = index === label;
  return markup`<tr${isTrue ? markup` class="true"` : ''}><th scope="row">${name}</th>${answers.map(
    (answer) => bar(answer.probabilities[index] ?? 0, isTrue, predictedClass(answer) === index),
  )}</tr>`;
}

function bar(probability: number, isTrue: boolean, isAnswer: boolean): Markup {
  const kind = isTrue ? 'true' : isAnswer ? 'wrong' : 'other';
  return markup`<td><span class="bar ${kind}" style="width:${(probability * 100).toFixed(1)}%"></span><span class="share">${formatPercent(probability)}</span></td>`;
}

function wrongOf(confusion: readonly (readonly number[])[]): number {
  return confusion.reduce(
    (sum, row, actual) => sum + row.reduce((all, count, index) => all + (index === actual ? 0 : count), 0),
    0,
  );
}
