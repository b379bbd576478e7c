import { expect, it } from 'vitest';
import { wrap } from '../../src/text/wrap.js';

it('a line is as long as the width allows, and no longer', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('one two three', 6)).toEqual(['one', 'two', 'three']);
});

it('a word that is longer than the width has a line of its own', () => {
  expect(wrap('a extraordinary b', 5)).toEqual(['a', 'extraordinary', 'b']);
});
