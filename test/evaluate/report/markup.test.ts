import { describe, expect, it } from 'vitest';
import { markup, trusted } from '../../../src/evaluate/report/markup.js';

describe('markup', () => {
  it('escapes every value, in text and in attributes', () => {
    const hostile = `<b a="1">'&`;
    const escaped = '&lt;b a=&quot;1&quot;&gt;&#39;&amp;';
    expect(markup`<i title="${hostile}">${hostile}</i>`.text).toBe(`<i title="${escaped}">${escaped}</i>`);
  });

  it('leaves markup unchanged, joins lists and takes numbers', () => {
    expect(markup`${[markup`<b>${1}</b>`, '<', trusted('<svg/>')]}`.text).toBe('<b>1</b>&lt;<svg/>');
  });

  it('replaces characters that are invisible or reverse the direction of writing', () => {
    expect(markup`${'a\u202egpj.exe\u0000\n\u200b\ud800é€😀'}`.text).toBe('a�gpj.exe����é€😀');
  });
});
