import { parseHTML } from 'linkedom';

/** The part of the DOM that the tests use: this project compiles without DOM types. */
export interface PageElement {
  readonly textContent: string;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getAttribute(name: string): string | null;
}

export interface Page {
  readonly html: string;
  /** All visible text. */
  readonly text: string;
  find(selector: string): PageElement | null;
  all(selector: string): PageElement[];
  sectionText(id: string): string;
}

export function openPage(html: string): Page {
  const { document } = parseHTML(html) as unknown as { readonly document: PageElement };
  const find = (selector: string): PageElement | null => document.querySelector(selector);
  return {
    html,
    find,
    text: textOf(find('body')),
    all: (selector) => [...document.querySelectorAll(selector)],
    sectionText(id) {
      const element = find(`section#${id}`);
      if (element === null) throw new Error(`the report has no section ${id}`);
      return textOf(element);
    },
  };
}

/** The element's text with white space folded, including non-breaking spaces. */
export function textOf(element: PageElement | null): string {
  return (element?.textContent ?? '').replace(/\s+/g, ' ');
}
