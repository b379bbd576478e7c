import type { Telemetry } from './telemetry.js';

/** Telemetry that reports these events to no one, for a command that has neither a log nor metrics. */
export function silent<Event extends keyof Telemetry>(...events: readonly Event[]): Pick<Telemetry, Event> {
  return Object.fromEntries(events.map((event) => [event, () => undefined])) as unknown as Pick<
    Telemetry,
    Event
  >;
}
