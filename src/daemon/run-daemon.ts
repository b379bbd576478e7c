import { loadConfig, type LoadedConfig } from '../config/load.js';
import { watchConfig, type ConfigWatcher } from '../config/watch.js';
import { EXIT } from '../errors.js';
import { refuseFaultsInUse } from '../faults.js';
import { createTelemetry } from '../telemetry/create-telemetry.js';
import { createLogger, type Logger } from '../telemetry/log.js';
import { LogOutput } from '../telemetry/log-output.js';
import { createRegistry } from '../telemetry/prometheus.js';
import { ThroughputMeter } from '../telemetry/throughput.js';
import { SOFTWARE } from '../version.js';
import { newRunTally, type DaemonParts } from './daemon-parts.js';
import { ForcedEnd } from './forced-end.js';
import { collectGarbageEarly } from './garbage.js';
import { loadModels } from './load-models.js';
import { OpenParts } from './open-parts.js';
import { openState } from './open-state.js';
import { RunningDaemon } from './running-daemon.js';
import { StuckThreads } from './stuck-threads.js';

export interface RunDaemonOptions {
  readonly configFile: string;
  /** Process the files that are in the folders now, then exit. */
  readonly once?: boolean;
}

/** Time limit for closing everything other than work in flight, which has `shutdownTimeoutMs`. */
const CLOSING_MS = 15_000;
/** Added to `shutdownTimeoutMs`, this is when the process ends at the latest, even if something hangs. */
const ENDS_WITHIN_MS = CLOSING_MS + 5000;
/** Time for the log's last lines to be written in the background. */
const LOG_DRAINS_WITHIN_MS = 3000;
/** Time for the remaining log lines when the process is forced to end. */
const LAST_WORDS_MS = 1000;
/** Time from closing all parts to the end of the process. */
const ALL_CLOSED_MS = 5000;

/**
 * Runs the daemon as a process until SIGTERM or SIGINT (or, with `once`, until the work is done). It reloads
 * at SIGHUP or when the configuration file changes. A second signal exits at once: what was in flight is
 * queued again at the next start.
 * @returns the exit code: 0, or 3 when some images of this run were quarantined
 * @throws SmearwatchError when it cannot start, or with `once` cannot finish
 */
export async function runDaemon({ configFile, once = false }: RunDaemonOptions): Promise<number> {
  refuseFaultsInUse(process.env);
  collectGarbageEarly();
  const inForce = { loaded: loadConfig(configFile) };
  const output = standardOutput();
  const logger = createLogger({
    level: inForce.loaded.config.log.level,
    version: SOFTWARE.version,
    stream: output,
  });
  const registry = createRegistry({ version: SOFTWARE.version });
  const throughput = new ThroughputMeter();
  const telemetry = createTelemetry({ logger, registry, throughput, output });
  const end = new ForcedEnd({ telemetry, flush: () => output.drain(LAST_WORDS_MS) });
  const stopRequested = stopSignal((signal) => {
    telemetry.stopping({ reason: signal });
    end.within(inForce.loaded.config.shutdownTimeoutMs + ENDS_WITHIN_MS, signal);
  });
  telemetry.started({ configFile: inForce.loaded.file });
  const opened = new OpenParts(telemetry);
  // Treated like a crash of native code: after several of them, images that were in flight are tried alone
  // (see Suspects).
  const onHopeless = (): unknown => setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WORDS_MS);
  const parts: DaemonParts = {
    inForce,
    opened,
    tally: newRunTally(),
    stuck: new StuckThreads({ telemetry, onHopeless }),
    telemetry,
    registry,
    throughput,
  };
  try {
    await Promise.race([serve(parts, { logger, once }), stopRequested]);
  } finally {
    await opened.close(inForce.loaded.config.shutdownTimeoutMs + CLOSING_MS);
    await output.drain(LOG_DRAINS_WITHIN_MS);
    // What is still open now is held by something that does not answer, such as native code.
    end.within(parts.stuck.count > 0 ? LAST_WORDS_MS : ALL_CLOSED_MS);
  }
  return once && parts.tally.ended.quarantined > 0 ? EXIT.incomplete : EXIT.done;
}

/**
 * Runs the phases of the daemon. Resolves, with `once`, when the work is done; rejects when the daemon cannot
 * start or continue.
 */
async function serve(
  parts: DaemonParts,
  { logger, once }: { readonly logger: Logger; readonly once: boolean },
): Promise<void> {
  const { inForce, opened } = parts;
  // Without a listener, a SIGHUP would end the process, also while the models are loading.
  const changes = new ReloadRequests(inForce.loaded);
  opened.add('configuration file', () => changes.close());
  const state = await openState(parts);
  const server = await loadModels(state);
  const daemon = await RunningDaemon.start(state, server);
  changes.tell(async () => {
    await daemon.reload();
    logger.level = inForce.loaded.config.log.level;
  });
  if (!once) void state.evaluations.start();
  await Promise.race(once ? [daemon.workedOff(), daemon.broken] : [daemon.broken]);
}

/**
 * The log on standard output. Asking for `process.stdout` makes a pipe non-blocking, so that a stalled reader
 * holds no thread.
 */
function standardOutput(): LogOutput {
  const output = new LogOutput(process.stdout.fd);
  process.once('exit', () => output.drainSync(LAST_WORDS_MS));
  return output;
}

/** Changes of the configuration file and SIGHUPs, remembered until a listener can handle them. */
class ReloadRequests {
  readonly #watcher: ConfigWatcher;
  #listener: (() => Promise<void>) | undefined;
  #isChanged = false;

  constructor({ file, sha256 }: LoadedConfig) {
    this.#watcher = watchConfig(file, () => this.#changed(), { sha256 });
  }

  /** Sets the listener, which must not reject. */
  tell(listener: () => Promise<void>): void {
    this.#listener = listener;
    if (this.#isChanged) this.#changed();
  }

  close(): void {
    this.#watcher.close();
  }

  #changed(): void {
    this.#isChanged = true;
    void this.#listener?.();
  }
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process at once. */
function stopSignal(onStopping: (signal: NodeJS.Signals) => void): Promise<void> {
  return new Promise((resolve) => {
    let isFirst = true;
    const onSignal = (signal: NodeJS.Signals): void => {
      // `process.exit` would wait for threads in native code, and lets that code abort.
      if (!isFirst) process.kill(process.pid, 'SIGKILL');
      isFirst = false;
      onStopping(signal);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
