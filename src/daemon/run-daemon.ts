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
import { Daemon, ENDS_WITHIN_MS } from './daemon.js';
import { ForcedEnd } from './forced-end.js';
import { collectGarbageEarly } from './garbage.js';

export interface RunDaemonOptions {
  readonly configFile: string;
  /** Work off what is there, then exit. */
  readonly once?: boolean;
}

/** For the log's last lines, in the background. */
const LOG_DRAINS_WITHIN_MS = 3000;
/** For what is still left of them when the process ends. */
const LAST_WORDS_MS = 1000;
/** Between the close of everything and the end of the process. */
const ALL_CLOSED_MS = 5000;

/**
 * The daemon as a process: runs until SIGTERM or SIGINT (or, with `once`, until the work is done), reloads at SIGHUP or
 * when the configuration file changes. A second signal exits at once: what was in flight is queued again at the next start.
 * @returns the exit code: 0, or 3 when some images of this run were quarantined
 * @throws SmearwatchError when it cannot start, or with `once` cannot finish
 */
export async function runDaemon({ configFile, once = false }: RunDaemonOptions): Promise<number> {
  refuseFaultsInUse(process.env);
  collectGarbageEarly();
  const loaded = loadConfig(configFile);
  const output = standardOutput();
  const logger = createLogger({ level: loaded.config.log.level, version: SOFTWARE.version, stream: output });
  const registry = createRegistry({ version: SOFTWARE.version });
  const throughput = new ThroughputMeter();
  const telemetry = createTelemetry({ logger, registry, throughput, output });
  const end = new ForcedEnd({ telemetry, flush: () => output.drain(LAST_WORDS_MS) });
  const stopRequested = stopSignal((signal) => {
    telemetry.stopping({ reason: signal });
    end.within(loaded.config.shutdownTimeoutMs + ENDS_WITHIN_MS, signal);
  });
  telemetry.started({ configFile: loaded.file });
  // From here on a signal does what it should, also while the models are loading: SIGHUP would end the process otherwise.
  const changes = new ReloadRequests(loaded);
  try {
    const daemon = await Daemon.start(loaded, {
      telemetry,
      registry,
      throughput,
      workerFile: new URL('../pool/worker/worker.js', import.meta.url),
      writerFile: new URL('../deliver/writer-thread.js', import.meta.url),
      hasherFile: new URL('../pool/worker/hash-thread.js', import.meta.url),
    });
    try {
      changes.tell(() => daemon.reload().then(() => adoptLogLevel(logger, daemon)));
      if (!once) daemon.planEvaluations();
      const ended = once ? daemon.workedOff() : stopRequested;
      await Promise.race([ended, stopRequested, daemon.broken()]);
    } finally {
      await daemon.stop();
      // An orderly end would wait for threads that native code holds: for ever. Everything is closed already.
      if (daemon.hasStuckWorkers) await end.now();
    }
    return once && daemon.tally.quarantined > 0 ? EXIT.incomplete : EXIT.done;
  } finally {
    changes.close();
    await output.drain(LOG_DRAINS_WITHIN_MS);
    // What is still open now is held by something that does not answer.
    end.within(ALL_CLOSED_MS);
  }
}

/**
 * The log goes to standard output. Asking for `process.stdout` makes a pipe non-blocking, so that no thread is held by a reader
 * that has stalled.
 */
function standardOutput(): LogOutput {
  const output = new LogOutput(process.stdout.fd);
  process.once('exit', () => output.drainSync(LAST_WORDS_MS));
  return output;
}

/** Changes of the configuration file and SIGHUPs, remembered until somebody can be told. */
class ReloadRequests {
  readonly #watcher: ConfigWatcher;
  #listener: (() => Promise<void>) | undefined;
  #isChanged = false;

  constructor({ file, sha256 }: LoadedConfig) {
    this.#watcher = watchConfig(file, () => this.#changed(), { sha256 });
  }

  /** `listener` must not reject. */
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

function adoptLogLevel(logger: Logger, daemon: Daemon): void {
  logger.level = daemon.config.log.level;
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process at once. */
function stopSignal(onStopping: (signal: NodeJS.Signals) => void): Promise<void> {
  return new Promise((resolve) => {
    let isFirst = true;
    const onSignal = (signal: NodeJS.Signals): void => {
      // Not process.exit, which waits for threads in native code, and lets that code abort.
      if (!isFirst) process.kill(process.pid, 'SIGKILL');
      isFirst = false;
      onStopping(signal);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
