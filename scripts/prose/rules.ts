import type { Finding, Passage, Prose } from './finding.js';
import { PHRASES } from './phrases.js';

export const MAX_COLUMNS = 110;
const MAX_PARAGRAPH_LINES = 5;
const MAX_CELL_CHARACTERS = 220;

/** Every place in the prose of a file where a rule is broken, in the order of lines. */
export function findingsIn(prose: Prose): readonly Finding[] {
  const findings: Finding[] = [];
  for (const passage of prose.passages)
    findings.push(...phrasesIn(passage), ...docFindings(passage), ...sizeFindings(passage));
  for (const { line, text } of prose.lines) {
    const columns = text.length;
    if (columns <= MAX_COLUMNS) continue;
    findings.push({ rule: 'line-length', line, message: `${columns} characters; at most ${MAX_COLUMNS}` });
  }
  return findings.sort((a, b) => a.line - b.line);
}

function phrasesIn({ line, text }: Passage): Finding[] {
  return PHRASES.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map((match): Finding => {
      const found = match[0].replaceAll(/\s+/g, ' ');
      const offset = text.slice(0, match.index).split('\n').length - 1;
      return { rule: 'phrase', line: line + offset, message: `"${found}": write ${instead}` };
    }),
  );
}

/** Prepositions and conjunctions that leave a doc comment without a subject of its own. */
const DANGLING =
  /^(?:Of|Where|In|As|By|Per|Than|Like|And|Or|But|Also|Else|Otherwise|So|Only|Ditto|It|Its|They|Their|These|Those)\b/;
/** Words that may begin a whole sentence, if a comma and a main clause follow. */
const INTRODUCING =
  /^(?:For|To|With|Without|From|At(?! (?:least|most)\b)|On|When|If|While|Until|Before|After|Because|Since)\b/;
/** Words that begin a clause, which says something alone when it has a verb. */
const CLAUSE = /^(?:What|Whether|Which|How|Why|Who|Whose)\b/;
const FEWEST_WORDS_OF_CLAUSE = 5;
const VERB =
  /\b(?:is|are|was|were|be|has|have|had|do|can|could|may|might|must|shall|should|will|would|[a-z]{2,}(?:s|ed))\b/;

function docFindings({ kind, line, text }: Passage): Finding[] {
  if (kind !== 'doc') return [];
  const first = (
    text.split(/\n\s*\n|@(?:throws|param|returns|see|default|example|internal)\b/)[0] ?? ''
  ).trim();
  if (first === '') return [];
  const opening = `"${first.split(/\s+/).slice(0, 4).join(' ')} …"`;
  const findings: Finding[] = [];
  if (isFragment(first))
    findings.push({
      rule: 'fragment',
      line,
      message: `${opening} does not stand alone in an editor's hover`,
    });
  if (!/[.!?:…][)"'`”]*$/.test(first))
    findings.push({ rule: 'no-stop', line, message: `${opening} does not end with a full stop` });
  return findings;
}

/** Whether the first sentence of a doc comment needs the declaration below it to be understood. */
function isFragment(text: string): boolean {
  const sentence = text.split(/(?<=[.!?])\s/)[0] ?? text;
  const words = sentence.split(/\s+/).length;
  if (DANGLING.test(sentence)) return true;
  if (INTRODUCING.test(sentence)) return !(sentence.includes(', ') && VERB.test(sentence));
  if (CLAUSE.test(sentence)) return words < FEWEST_WORDS_OF_CLAUSE || !VERB.test(sentence);
  return words < 2;
}

function sizeFindings({ kind, line, text }: Passage): Finding[] {
  const lines = text.split('\n').length;
  if (kind === 'paragraph' && lines > MAX_PARAGRAPH_LINES)
    return [
      {
        rule: 'long-paragraph',
        line,
        message: `a paragraph of ${lines} lines; at most ${MAX_PARAGRAPH_LINES}`,
      },
    ];
  if (kind === 'cell' && text.length > MAX_CELL_CHARACTERS)
    return [
      {
        rule: 'long-cell',
        line,
        message: `a cell of ${text.length} characters; at most ${MAX_CELL_CHARACTERS}`,
      },
    ];
  return [];
}
