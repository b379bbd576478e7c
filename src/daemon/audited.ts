import type { AuditRecorder } from '../audit/recorder.js';
import { messageOf, SmearwatchError } from '../errors.js';
import { labelEntries } from '../quality/labels/label-audit.js';
import type { ModelIdentity } from '../record.js';
import type { Telemetry } from '../telemetry/telemetry.js';

/** The same telemetry, with what belongs into the audit trail recorded there first. */
export function audited(telemetry: Telemetry, recorder: Pick<AuditRecorder, 'record'>): Telemetry {
  return {
    ...telemetry,
    modelsLoaded(event) {
      recorder.record({ event: 'models-loaded', details: { models: event.models.map(identified) } });
      telemetry.modelsLoaded(event);
    },
    modelsSwapped(event) {
      recorder.record({ event: 'models-swapped', details: { models: event.models.map(identified) } });
      telemetry.modelsSwapped(event);
    },
    configurationReloaded(event) {
      recorder.record({ event: 'configuration-applied', details: { ...event } });
      telemetry.configurationReloaded(event);
    },
    reloadRefused(event) {
      recorder.record({ event: 'configuration-refused', details: reasonOf(event.error) });
      telemetry.reloadRefused(event);
    },
    labelsGiven(event) {
      for (const entry of labelEntries(event.source, event.labels)) recorder.record(entry);
      telemetry.labelsGiven(event);
    },
    stopped(event) {
      recorder.record({ event: 'daemon-stopped', details: { ...event } });
      telemetry.stopped(event);
    },
  };
}

function identified({ name, version, engine, precision, weightsSha256 }: ModelIdentity): object {
  return { model: `${name}@${version}`, engine, precision, weightsSha256 };
}

function reasonOf(error: unknown): { code: string; reason: string } {
  const code = error instanceof SmearwatchError ? error.code : 'unexpected';
  // A configuration with a mistake on every line is told as a whole in the log.
  return { code, reason: messageOf(error).slice(0, 4000) };
}
