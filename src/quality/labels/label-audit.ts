import type { NewEntry } from '../../audit/audit.js';
import type { LabelFacts } from '../../telemetry/telemetry.js';

/** Size limit for the labels of one entry: an entry's details hold 64 KiB. */
const BYTES_PER_ENTRY = 32_768;

/** Entries of the audit trail for labels; labels that changed nothing are left out. */
export function labelEntries(
  source: string,
  labels: readonly LabelFacts[],
): Pick<NewEntry, 'event' | 'details'>[] {
  const changed = labels.filter(({ outcome }) => outcome === 'changed');
  const set = labels.filter(({ outcome }) => outcome === 'set' || outcome === 'waiting');
  return [
    ...chunks(set).map((chunk) => ({ event: 'label-set' as const, details: { source, labels: chunk } })),
    ...chunks(changed).map((chunk) => ({
      event: 'label-changed' as const,
      details: { source, labels: chunk },
    })),
  ];
}

/** Divides labels into groups that surely fit into an entry: the longest label takes 24 KiB. */
function chunks(labels: readonly LabelFacts[]): LabelFacts[][] {
  const found: LabelFacts[][] = [];
  let room = 0;
  for (const label of labels) {
    const bytes = Buffer.byteLength(JSON.stringify(label)) + 1;
    if (bytes > room) {
      found.push([]);
      room = BYTES_PER_ENTRY;
    }
    found.at(-1)?.push(label);
    room -= bytes;
  }
  return found;
}
