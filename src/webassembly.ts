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

/** Our WebAssembly, by its folder in native/. */
export type KernelName = 'front' | 'shrink' | 'winograd';

const compiled = new Map<KernelName, object>();

/**
 * Makes a new instance with memory of its own. Each thread compiles a kernel once.
 * @throws as `compileKernel`, or when there is no memory
 */
export function instantiate(name: KernelName, imports: object): WebAssemblyExports {
  const exports = new Instance(compileKernel(name), imports).exports as WebAssemblyExports;
  exports._initialize();
  return exports;
}

/** @throws when the processor has no SIMD, or the file is missing or damaged, as after an incomplete installation */
export function compileKernel(name: KernelName): object {
  const file = new URL(`../native/${name}/${name}.wasm`, import.meta.url);
  const module = compiled.get(name) ?? new Module(readFileSync(file));
  compiled.set(name, module);
  return module;
}
