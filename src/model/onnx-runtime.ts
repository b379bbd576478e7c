/**
 * The only module that may import onnxruntime-node (`npm run architecture` checks it), so that no part of
 * Smearwatch can use ONNX Runtime with its telemetry on. Sessions are created after this module has run.
 */
import { disableOrtTelemetry } from './ort-telemetry.js';

export { env, InferenceSession, Tensor } from 'onnxruntime-node';

disableOrtTelemetry();
