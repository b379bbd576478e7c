import { DatabaseSync } from '@photostructure/sqlite';
import { verifyAudit } from '../../src/audit/verify.js';
import { ledgerFile } from '../../src/ledger/ledger.js';
import { modelSetOf } from '../../src/ledger/results.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { sumOf } from '../../test/torture/swaps/verdict.js';
import type { SwapWorld } from '../../test/torture/swaps/world.js';
import type { Sample } from './samples.js';
import type { Soaked } from './soak-run.js';
import { quartersOf, slopePerHour, type Quarters } from './statistics.js';

/** One thing that had to be so, with the figures. */
export interface Check {
  readonly what: string;
  readonly isGood: boolean;
  readonly figures: string;
}

/** What a process grows to its size in: allocators, caches, windows of the newest images. */
const WARM_UP_MINUTES = 10;
const MOST_GROWTH = 0.05;
/** Growth of the heap that is allowed: the engine decides when it collects garbage. */
const MOST_MORE_HEAP_MIB = 10;
/** Growth of the number of open files and threads that is allowed. */
const MOST_MORE_FILES = 5;
/**
 * Greatest size of the write-ahead log. It shrinks to 64 MiB (journal_size_limit) at each restart of the log;
 * a worker that reads delays that for a moment.
 */
const MOST_WAL_MIB = 128;

export function judge(soaked: Soaked): Check[] {
  const { samples, world } = soaked;
  const duration = samples.at(-1)?.minutes ?? 0;
  const settled = samples.filter(
    ({ minutes, isSteady }) => isSteady && minutes > Math.min(WARM_UP_MINUTES, duration / 4),
  );
  return [
    flat(
      'resident memory',
      'MiB',
      settled,
      ({ rss }) => rss,
      (first) => first * MOST_GROWTH,
    ),
    flat(
      "JavaScript's heap",
      'MiB',
      settled,
      ({ heap, external }) => heap + external,
      () => MOST_MORE_HEAP_MIB,
    ),
    flat(
      'open files',
      'files',
      settled,
      ({ files }) => files,
      () => MOST_MORE_FILES,
    ),
    flat(
      'threads',
      'threads',
      settled,
      ({ threads }) => threads,
      () => MOST_MORE_FILES,
    ),
    bounded(
      'write-ahead log',
      'MiB',
      Math.max(...samples.map((sample) => sample.writeAheadLog)),
      MOST_WAL_MIB,
    ),
    ...judgeImages(soaked),
    ...judgeCounters(soaked),
    judgePruning(soaked),
    judgeModels(soaked),
    judgeLog(world),
    judgeTrails(world),
  ];
}

/** No more in the last quarter than in the first, but for `most`. */
function flat(
  name: string,
  unit: string,
  samples: readonly Sample[],
  of: (sample: Sample) => number,
  most: (first: number) => number,
): Check {
  const what = `${name}: as in the first quarter`;
  const quarters = quartersOf(samples, of);
  if (quarters.length === 0) return tooShort(what);
  const isGood = quarters.every(({ first, last }) => last - first < most(first));
  const slope = `slope ${signed(slopePerHour(samples, of))} ${unit}/hour`;
  return { what, isGood, figures: [...quarters.map(told(unit)), slope].join('; ') };
}

/** No set of models served in both the first and the last quarter. */
function tooShort(what: string): Check {
  return { what, isGood: true, figures: 'the run was too short to say' };
}

function bounded(what: string, unit: string, largest: number, most: number): Check {
  return {
    what: `${what} is bounded`,
    isGood: largest <= most,
    figures: `at most ${largest.toFixed(1)} ${unit}`,
  };
}

/** Everything that was fed has one result, one document, one line; everything damaged is in quarantine. */
function judgeImages({ world, outputs, damaged, exitCode }: Soaked): Check[] {
  const { fed } = world.feed;
  const states = readStates(world.stateFolder);
  const lost = fed.filter(({ path }) => states.get(path) !== 'done').length;
  const wrong = damaged.filter((path) => states.get(path) !== 'quarantined').length;
  const undelivered = fed.filter(
    ({ path }) => !outputs.documents.has(path) || !outputs.lines.has(path),
  ).length;
  return [
    {
      what: 'nothing is lost, failed or delivered twice',
      isGood: lost + wrong + undelivered + outputs.repeated === 0 && exitCode === 0,
      figures:
        `${fed.length} images, ${lost} not classified, ${undelivered} not delivered, ${outputs.repeated} delivered twice; ` +
        `${damaged.length} damaged files, ${wrong} not in quarantine; exit code ${exitCode}`,
    },
  ];
}

function judgeCounters({ world, metrics, damaged, labels }: Soaked): Check[] {
  const swapped = world.daemon.log.filter(({ msg }) => msg === 'Models swapped').length;
  const refused = world.played.filter(({ change }) => change.kind === 'bad').length;
  const expected: readonly (readonly [name: string, labels: Record<string, string>, value: number])[] = [
    ['images_total', { outcome: 'classified' }, world.feed.fed.length],
    ['images_total', { outcome: 'duplicate' }, 0],
    ['images_total', { outcome: 'quarantined' }, damaged.length],
    ['image_retries_total', {}, 0],
    ['worker_restarts_total', {}, 0],
    ['model_swaps_total', { outcome: 'swapped' }, swapped],
    ['configuration_reloads_total', { outcome: 'refused' }, refused],
    ['labels_total', { source: 'http' }, labels],
  ];
  const found = expected.map(([name, wanted, value]) => {
    return { name, value, found: sumOf(metrics, `smearwatch_${name}`, wanted) };
  });
  return [
    {
      what: 'counters agree with what happened',
      isGood: found.every((counter) => counter.found === counter.value),
      figures: found
        .map(
          (counter) =>
            `${counter.name} ${counter.found}${counter.found === counter.value ? '' : `, not ${counter.value}`}`,
        )
        .join('; '),
    },
  ];
}

/** Judges the retention, if the run was long enough for its walk through the ledger to end. */
function judgePruning({ world, oldRows }: Soaked): Check {
  const pruned = world.daemon.log.find(({ msg }) => msg.includes('removed from the ledger'));
  const left = [...readStates(world.stateFolder).keys()].filter((path) => path.startsWith('old-')).length;
  return {
    what: 'retention removes what is old, and nothing else',
    isGood:
      pruned === undefined || (pruned['files'] === oldRows && pruned['results'] === oldRows && left === 0),
    figures: `${oldRows} old images, ${left} files left${pruned === undefined ? ', the walk has not ended' : ''}`,
  };
}

/** Every set of models in the ledger is one that was configured. */
function judgeModels({ world, models }: Soaked): Check {
  const database = new DatabaseSync(ledgerFile(world.stateFolder), { readOnly: true });
  const found = database
    .prepare("SELECT DISTINCT model_set AS name FROM results WHERE model_set <> 'forgotten'")
    .all();
  database.close();
  const known = new Set(
    models.sets.map(({ specs }) => modelSetOf({ models: specs.map(({ identity }) => identity) })),
  );
  const strange = (found as { name: string }[]).filter(({ name }) => !known.has(name));
  return {
    what: 'every result is of one configured set of models',
    isGood: strange.length === 0,
    figures: `${found.length} sets, ${strange.length} of them mixed`,
  };
}

/** Checks that the log reports refused configurations and damaged images, and nothing else. */
function judgeLog({ daemon }: SwapWorld): Check {
  const expected = [/^Image quarantined$/, /was refused/, /^Other models could not be put in use/];
  const strange = daemon.log.filter(
    ({ level, msg }) =>
      ['warn', 'error', 'fatal'].includes(level) && !expected.some((known) => known.test(msg)),
  );
  const kinds = [...new Set(strange.map(({ msg }) => msg))];
  return {
    what: 'the log has no other warnings',
    isGood: strange.length === 0,
    figures: `${daemon.log.length} lines, ${strange.length} others${kinds.map((kind) => `; ${kind}`).join('')}`,
  };
}

function judgeTrails({ stateFolder }: SwapWorld): Check {
  const ledger = verifyLedger(ledgerFile(stateFolder));
  const { problem, intact } = verifyAudit(stateFolder);
  const problems = [...ledger.problems.map(({ message }) => message), ...(problem ? [problem.message] : [])];
  return {
    what: 'ledger and audit trail are whole',
    isGood: problems.length === 0,
    figures: [`${ledger.files} files, ${ledger.results} results, ${intact} audit entries`, ...problems].join(
      '; ',
    ),
  };
}

function readStates(stateFolder: string): Map<string, string> {
  const database = new DatabaseSync(ledgerFile(stateFolder), { readOnly: true });
  const rows = database.prepare('SELECT path, state FROM files').all() as { path: string; state: string }[];
  database.close();
  return new Map(rows.map(({ path, state }) => [path, state]));
}

function told(unit: string): (quarters: Quarters) => string {
  return ({ models, first, last }) =>
    `${models}: ${first.toFixed(0)} → ${last.toFixed(0)} ${unit} (${signed((last / first - 1) * 100)} %)`;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
}
