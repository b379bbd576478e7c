import { createInterface } from 'node:readline';

/** What TensorFlow writes before its log level counts: it tells a person nothing that they could act upon. */
const NOISE = [
  /^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$/,
  /^I\d{4} \S+ +\d+ port\.cc:\d+\] oneDNN custom operations are on\. /,
];

/** Passes a training process's standard error on, line by line, without TensorFlow's greeting. */
export function passOnErrors(from: NodeJS.ReadableStream, to: NodeJS.WritableStream): void {
  createInterface({ input: from }).on('line', (line) => {
    if (!NOISE.some((noise) => noise.test(line))) to.write(`${line}\n`);
  });
}
