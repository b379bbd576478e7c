import { isMainThread } from 'node:worker_threads';
import { SmearwatchError } from '../errors.js';

const SWITCH = 'ORT_DISABLE_TELEMETRY';

/**
 * Turns off ONNX Runtime's telemetry in this process, its worker threads and the processes that it starts.
 * Left on, every process that opens a network keeps a device id and events in the user's folders and sends
 * them to Microsoft.
 *
 * ONNX Runtime reads the variable when its first session is created, from the environment of the process. A
 * worker thread has a copy of that environment, so only the main thread can set the variable.
 * @throws SmearwatchError `telemetry-on` in a worker thread whose process has the telemetry on
 */
export function disableOrtTelemetry(): void {
  // Not `??=`: an empty value and "0" leave the telemetry on.
  if (process.env[SWITCH] === '1') return;
  if (isMainThread) process.env[SWITCH] = '1';
  else throw telemetryIsOn();
}

function telemetryIsOn(): SmearwatchError {
  return new SmearwatchError(
    'telemetry-on',
    "ONNX Runtime's telemetry is on and cannot be turned off in a worker thread",
  );
}
