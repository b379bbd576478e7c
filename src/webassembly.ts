import { readFileSync } from 'node:fs';

/** What of the WebAssembly API is used: only the DOM's types have it, and this is no browser. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

/** What every module exports. */
export interface WebAssemblyExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize: () => void;
}

const compiled = new Map<string, object>();

/**
 * A new instance, with memory of its own, of a file in native/, which each thread compiles once.
 * @throws when the file is missing or is not what was built, as an incomplete installation has it
 */
export function instantiate(file: URL, imports: object): WebAssemblyExports {
  const module = compiled.get(file.href) ?? new Module(readFileSync(file));
  compiled.set(file.href, module);
  const exports = new Instance(module, imports).exports as WebAssemblyExports;
  exports._initialize();
  return exports;
}
