import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { commandActor } from '../../audit/actor.js';
import { SmearwatchError } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import { refuseContradictions } from '../../quality/labels/contradictions.js';
import { LabelDesk } from '../../quality/labels/label-desk.js';
import {
  checkLabel,
  labelRequestSchema,
  type LabelRequest,
  type LabelRules,
} from '../../quality/labels/label-request.js';
import { silent } from '../../telemetry/silent.js';
import type { LabelFacts } from '../../telemetry/telemetry.js';
import { usageError } from '../options.js';

export interface LabelsToGive {
  readonly labels: readonly LabelRequest[];
  readonly nameOf: (index: number) => string;
  readonly rules: LabelRules;
  readonly stateFolder: string;
}

/** Number of labels in one transaction: a running daemon has to wait while it is written. */
const LABELS_AT_ONCE = 1000;
const PAUSE_MS = 5;

/** Checks all labels, then applies them and records them in the audit trail. */
export async function giveLabels(
  ledger: Ledger,
  { labels, nameOf, rules, stateFolder }: LabelsToGive,
): Promise<LabelFacts[]> {
  const requests = labels.map((label, index) => withWholeSha256(ledger, label, nameOf(index)));
  const checked = requests.map((request, index) => {
    const { error } = labelRequestSchema.safeParse(request);
    if (error) throw notALabel(nameOf(index), z.prettifyError(error));
    return checkLabel(request, 'command', nameOf(index), rules);
  });
  refuseContradictions(checked, (target) => ledger.labels.imageOf(target), nameOf);
  const { Audit } = await import('../../audit/audit.js');
  // Opened first: nothing is changed that cannot be recorded.
  const audit = Audit.open(stateFolder);
  try {
    const desk = new LabelDesk({
      labels: ledger.labels,
      rules: () => rules,
      telemetry: silent('labelsGiven'),
      record: (entry) => audit.append({ ...entry, actor: commandActor() }),
    });
    const given: LabelFacts[] = [];
    for (let at = 0; at < requests.length; at += LABELS_AT_ONCE) {
      if (at > 0) await delay(PAUSE_MS);
      given.push(...desk.give(requests.slice(at, at + LABELS_AT_ONCE), 'command'));
    }
    return given;
  } finally {
    audit.close();
  }
}

/** `results` shows the first digits of a SHA-256, which are enough for an image that is in the ledger. */
function withWholeSha256(ledger: Ledger, label: LabelRequest, which: string): LabelRequest {
  const { sha256 } = label;
  if (sha256 === undefined || sha256.length >= 64) return label;
  if (!/^[0-9a-f]{8,63}$/.test(sha256)) throw noImage(which, `"${sha256}" is not 8 to 64 hexadecimal digits`);
  const found = ledger.browse.results({ sha256Prefix: sha256, limit: 100 });
  const images = new Set(found.map(({ record }) => record.image.sha256));
  const [image] = images;
  if (image === undefined)
    throw noImage(which, `no image in the ledger has a SHA-256 that begins with ${sha256}`);
  if (images.size > 1) throw noImage(which, `several images have a SHA-256 that begins with ${sha256}`);
  return { ...label, sha256: image };
}

function notALabel(which: string, why: string): SmearwatchError {
  const hint = 'Class and name are one line each, of 100 characters at most.';
  return usageError(`${which} cannot be applied: ${why}`, hint);
}

function noImage(which: string, why: string): SmearwatchError {
  return new SmearwatchError('label-image-unknown', `${which}: ${why}`);
}
