import { readFileSync } from 'node:fs';
import { messageOf } from './errors.js';

/** What of the WebAssembly API is used: only the DOM's types have it, and this is no browser. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

/** Exports that every kernel has. */
export interface WebAssemblyExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize: () => void;
}

/** Our WebAssembly, by its folder in native/. */
export const KERNELS = ['front', 'shrink', 'winograd'] as const;
export type KernelName = (typeof KERNELS)[number];

const compiled = new Map<KernelName, { readonly module: object } | { readonly failure: Error }>();

/**
 * Makes a new instance with memory of its own. Each thread compiles a kernel once.
 * @throws as `compileKernel`, or when there is no memory
 */
export function instantiate(name: KernelName, imports: object): WebAssemblyExports {
  const exports = new Instance(compileKernel(name), imports).exports as WebAssemblyExports;
  exports._initialize();
  return exports;
}

/**
 * Compiles a kernel, once for each thread; a failure is remembered as well.
 * @throws Error when the processor has no SIMD, or the file is missing or damaged
 */
export function compileKernel(name: KernelName): object {
  const known = compiled.get(name) ?? compile(name);
  compiled.set(name, known);
  if ('failure' in known) throw known.failure;
  return known.module;
}

function compile(name: KernelName): { readonly module: object } | { readonly failure: Error } {
  try {
    return { module: new Module(readFileSync(new URL(`../native/${name}/${name}.wasm`, import.meta.url))) };
  } catch (error) {
    return { failure: new Error(`${name}.wasm: ${messageOf(error)}`, { cause: error }) };
  }
}
