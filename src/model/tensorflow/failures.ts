import { SmearwatchError } from '../../errors.js';

/** Errors about TensorFlow that a person may have to act upon. */

export const PROVIDE_COMMAND = 'node dist/model/tensorflow/main.js';

const CODE = 'tensorflow-unavailable';

export interface Missing {
  readonly name: string;
  /** The Debian and Ubuntu package that contains the tool. */
  readonly debian: string;
}

export function notInstalled(): SmearwatchError {
  return new SmearwatchError(
    CODE,
    'TensorFlow (the package @tensorflow/tfjs-node with its compiled addon) is not installed.',
    {
      hint: `Run "${PROVIDE_COMMAND}" in Smearwatch's folder once; it downloads and builds it. Classifying with the engine "onnxruntime" needs no TensorFlow.`,
    },
  );
}

export function doesNotLoad(folder: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(CODE, `TensorFlow is installed in ${folder} but does not load.`, {
    hint: `Run "${PROVIDE_COMMAND}" in Smearwatch's folder: it tests the installation and replaces one that does not work.`,
    cause,
  });
}

export function missingTools(missing: readonly Missing[]): SmearwatchError {
  const names = missing.map(({ name }) => name).join(', ');
  const packages = [...new Set(missing.map(({ debian }) => debian))].join(' ');
  return new SmearwatchError(
    CODE,
    `Building TensorFlow's addon needs tools that are not on the PATH: ${names}.`,
    {
      hint: `On Debian and Ubuntu: apt-get install ${packages}. Elsewhere install the same tools and make sure that PATH names them.`,
    },
  );
}

export function unsupportedPlatform(platform: string): SmearwatchError {
  return new SmearwatchError(CODE, `There is no recipe for building TensorFlow's addon on ${platform}.`, {
    hint: 'It exists for Linux with glibc on x64 and arm64. Elsewhere let the package\'s own installer download it: "npm rebuild @tensorflow/tfjs-node".',
  });
}

export function tooLittleSpace(
  folder: string,
  freeMegabytes: number,
  neededMegabytes: number,
): SmearwatchError {
  return new SmearwatchError(
    CODE,
    `${folder} has ${freeMegabytes} MB free; providing TensorFlow needs ${neededMegabytes} MB while it builds.`,
    { hint: 'Free some space, or name a folder on another disk in SMEARWATCH_CACHE.' },
  );
}

export function noHeaders(cause: unknown): SmearwatchError {
  return new SmearwatchError(
    CODE,
    `Node's C headers (include/node/node_api.h) were not found for ${process.execPath}, and node-gyp could not download them.`,
    {
      hint: "Install Node with its headers (the archives of nodejs.org and NodeSource's packages have them; on Debian: libnode-dev), or set npm_config_nodedir to the folder above include/node.",
      cause,
    },
  );
}

export function stepFailed(step: string, hint: string, cause: Error): SmearwatchError {
  return new SmearwatchError(CODE, `Providing TensorFlow failed while ${step}: ${cause.message}`, {
    hint,
    cause,
  });
}
