import { describe, expect, it } from 'vitest';
import { fillIn, lastNumber } from '../../src/bench/measure/peer.js';

describe('the command line of another program', () => {
  const values = { model: '/m/a b.onnx', glob: "/in/it's/*.jpg", processes: '2' };

  it('has the model, the files and the processes in it, as separate words', () => {
    expect(fillIn('python3 "my peer.py" {model} --files={glob} {processes}', values)).toEqual([
      'python3',
      'my peer.py',
      '/m/a b.onnx',
      "--files=/in/it's/*.jpg",
      '2',
    ]);
  });

  it('keeps other braces', () => {
    expect(fillIn("awk '{print} {end}' {model} {glob}", values)[1]).toBe('{print} {end}');
  });

  it.each(['peer {model}', 'peer {glob}'])('%s is refused', (template) => {
    expect(() => fillIn(template, values)).toThrow(expect.objectContaining({ code: 'bench-peer-failed' }));
  });
});

it('the last number that it prints counts', () => {
  expect(lastNumber('2 processes\n77.4\n')).toBe(77.4);
  expect(() => lastNumber('no idea\n')).toThrow('it printed no images per second');
});
