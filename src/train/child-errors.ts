import { createInterface } from 'node:readline';

/** Messages that TensorFlow writes before its log level applies, and on which a person cannot act. */
const NOISE = [
  /^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$/,
  /^I\d{4} \S+ +\d+ port\.cc:\d+\] oneDNN custom operations are on\. /,
];

/** Forwards a training process's standard error, line by line, without TensorFlow's start messages. */
export function passOnErrors(from: NodeJS.ReadableStream, to: NodeJS.WritableStream): void {
  createInterface({ input: from }).on('line', (line) => {
    if (!NOISE.some((noise) => noise.test(line))) to.write(`${line}\n`);
  });
}
