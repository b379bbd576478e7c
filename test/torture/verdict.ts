import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerFile } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import { listFiles, SCANNERS, type Fed, type World } from './world.js';

export interface Finding {
  /** The fault that was active when the image arrived. */
  readonly fault: string;
  readonly kind: 'lost' | 'doubled' | 'wrong';
  readonly what: string;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  /** Lines that were delivered again after a crash: readers know them by image and models. */
  readonly repeatedLines: number;
}

/** Compares all that was put in with all that came out, after a last run that was left alone. */
export function judge(world: World): Verdict {
  const lines = readLines(world);
  return {
    findings: [
      ...judgeLedger(world),
      ...judgeSinks(world, lines),
      ...judgeDisposal(world),
      ...judgeLeftovers(world),
    ],
    repeatedLines: lines.length - new Set(lines.map(nameOf)).size,
  };
}

/** One end for every file, one result for every image. */
function judgeLedger(world: World): Finding[] {
  return world.withLedger((ledger) => {
    const files = new Map<string, LedgerFile>(
      SCANNERS.flatMap((scanner) =>
        [...ledger.browse.files(scanner)].map((file) => [`${scanner}/${file.path}`, file] as const),
      ),
    );
    const results = new Map<string, number>();
    for (const { record } of ledger.browse.results({ limit: 10_000_000 })) {
      results.set(record.image.sha256, (results.get(record.image.sha256) ?? 0) + 1);
    }
    return world.fed.flatMap((fed): Finding[] => {
      const file = files.get(nameOfFed(fed));
      const wanted = isClassified(fed) ? 'done' : 'quarantined';
      const count = results.get(fed.sha256) ?? 0;
      const found: Finding[] = [];
      if (file?.state !== wanted) {
        const what = `${nameOfFed(fed)} is ${file?.state ?? 'unknown'}, not ${wanted}: ${file?.reason ?? ''}`;
        found.push({ fault: fed.fault, kind: isClassified(fed) ? 'lost' : 'wrong', what });
      }
      if (count > 1)
        found.push({ fault: fed.fault, kind: 'doubled', what: `${nameOfFed(fed)}: ${count} results` });
      return found;
    });
  });
}

/** A whole document and at least one whole line for every classified file. */
function judgeSinks(world: World, lines: readonly ResultRecord[]): Finding[] {
  const documents = world.documents();
  const named = new Map(lines.map((line) => [nameOf(line), line.image.sha256]));
  const classified = world.fed.filter(isClassified);
  const missing = classified.flatMap((fed): Finding[] => {
    const name = nameOfFed(fed);
    const lost = (where: string): Finding => ({
      fault: fed.fault,
      kind: 'lost',
      what: `${name} is not in ${where}`,
    });
    return [
      ...(documents.get(name)?.image.sha256 === fed.sha256 ? [] : [lost('the results folder')]),
      ...(named.get(name) === fed.sha256 ? [] : [lost('results.ndjson')]),
    ];
  });
  const extra = documents.size - classified.length;
  return extra > 0 ? [...missing, wrong(`${extra} documents of nothing that was put in`)] : missing;
}

/**
 * Images that are kept are there, those that are deleted are not, those that are moved are there exactly
 * once.
 */
function judgeDisposal(world: World): Finding[] {
  const moved = new Map<string, number>();
  for (const name of listFiles(world.movedFolder)) {
    const bytes = readFileSync(join(world.movedFolder, name));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    moved.set(sha256, (moved.get(sha256) ?? 0) + 1);
  }
  return world.fed.flatMap((fed): Finding[] => {
    const isThere = existsSync(join(world.folder, fed.scanner, fed.path));
    const shouldBeThere = fed.scanner === 'keep' || !isClassified(fed);
    const finding = (kind: Finding['kind'], what: string): Finding => ({
      fault: fed.fault,
      kind,
      what: `${nameOfFed(fed)} ${what}`,
    });
    if (isThere && !shouldBeThere) return [finding('wrong', 'was not moved or deleted')];
    if (!isThere && shouldBeThere) return [finding('lost', 'is gone from its folder')];
    if (fed.scanner !== 'move' || !isClassified(fed)) return [];
    const others = world.fed.filter(
      ({ scanner, sha256 }) => scanner === 'move' && sha256 === fed.sha256,
    ).length;
    const copies = moved.get(fed.sha256) ?? 0;
    if (copies === others) return [];
    return [finding(copies < others ? 'lost' : 'doubled', `was moved, and ${copies} are there`)];
  });
}

function judgeLeftovers(world: World): Finding[] {
  const folders = [join(world.folder, 'results'), world.movedFolder];
  return folders.flatMap((folder) =>
    listFiles(folder)
      .filter((name) => name.endsWith('.tmp'))
      .map((name) => wrong(`a temporary file is left: ${join(folder, name)}`)),
  );
}

/** @throws SyntaxError at a half line */
function readLines(world: World): ResultRecord[] {
  const text = readFileSync(join(world.folder, 'results.ndjson'), 'utf8');
  if (!text.endsWith('\n')) throw new SyntaxError('results.ndjson ends within a line');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultRecord);
}

function wrong(what: string): Finding {
  return { fault: '', kind: 'wrong', what };
}

function isClassified({ kind }: Fed): boolean {
  return kind === 'good' || kind === 'copy';
}

function nameOfFed({ scanner, path }: Fed): string {
  return `${scanner}/${path}`;
}

function nameOf({ image }: ResultRecord): string {
  return `${image.scanner}/${image.path}`;
}
