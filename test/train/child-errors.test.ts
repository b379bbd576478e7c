import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { passOnErrors } from '../../src/train/child-errors.js';

it("leaves out TensorFlow's two start messages and forwards every other line, to the last", async () => {
  const [from, to] = [new PassThrough(), new PassThrough()];
  passOnErrors(from, to);
  from.write(
    'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\nI0000 00:0',
  );
  from.write(
    '0:1795401305.635423    2298 port.cc:153] oneDNN custom operations are on. You may see slightly\n',
  );
  from.write('I0000 00:00:1795401305.635423    2298 other.cc:1] something else\nterminate called after');
  from.end(' throwing\nno line end');
  from.on('close', () => setImmediate(() => to.end()));
  expect(await text(to)).toBe(
    'I0000 00:00:1795401305.635423    2298 other.cc:1] something else\nterminate called after throwing\nno line end\n',
  );
});
