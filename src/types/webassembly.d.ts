/** The part of the WebAssembly API that this package uses: the types of Node.js leave it out. */
declare namespace WebAssembly {
  interface Module {
    /** Compiled code shows nothing of itself. */
    readonly [Symbol.toStringTag]?: string;
  }
  const Module: new (code: Uint8Array<ArrayBuffer>) => Module;

  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  const Memory: new (size: { initial: number }) => Memory;

  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  type Imports = Readonly<Record<string, Readonly<Record<string, Memory | ((...values: number[]) => void)>>>>;
  const Instance: new (module: Module, imports: Imports) => Instance;
}
