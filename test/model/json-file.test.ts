import { expect, it } from 'vitest';
import { isJson } from '../../src/model/json-file.js';
import { onnxOf } from './onnx/onnx-file.js';
import { lenet5 } from '../../src/model/networks/lenet5.js';

it.each([
  ['an object', '{"format":"layers-model"}', true],
  ['one after spaces and line ends', ' \r\n\t{', true],
  ['one after a byte order mark', '\uFEFF{', true],
  ['an array', '[{}]', false],
  ['a word', 'format: {', false],
  ['nothing', '', false],
])('%s', (_what, text, expected) => {
  expect(isJson(Buffer.from(text))).toBe(expected);
});

it('an ONNX file is not JSON', () => {
  expect(isJson(onnxOf(lenet5()))).toBe(false);
});
