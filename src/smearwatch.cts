#!/usr/bin/env node
/**
 * The `smearwatch` program. CommonJS for one reason: libuv reads UV_THREADPOOL_SIZE when its first thread is
 * needed, and Node's loader of ES modules needs one before any of our code runs. Images are decoded on these
 * threads, one core each; four more are for files, because one that waits for a slow network share must not
 * hold up decoding. A CPU quota is not looked at here (see available-cores.ts): threads that wait cost
 * nothing.
 */
const { availableParallelism } = process.getBuiltinModule('node:os');

process.env['UV_THREADPOOL_SIZE'] ??= String(availableParallelism() + 4);
// The pool is what uses the cores: where tfjs-node classifies, each worker's TensorFlow gets one thread. Set
// here because C++ sees the process's environment only, not a worker's copy of it. Training sets its own
// (`trainingEnvironment`).
process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
// ONNX Runtime sends events to Microsoft otherwise. src/model/ort-telemetry.ts says more, and sets the
// variable in processes that do not start with this file.
process.env['ORT_DISABLE_TELEMETRY'] = '1';
// Ink, which draws `top`, connects to React's developer tools where this is "true".
delete process.env['DEV'];
void import('./cli.js');
