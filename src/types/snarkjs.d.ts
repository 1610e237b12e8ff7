/** The part of snarkjs 0.7 that batchproof uses; the package has no types of its own. */
declare module "snarkjs" {
  export type SnarkjsProof = import("../formats/snarkjs.ts").SnarkjsProof;
  export type SnarkjsVerifyingKey = import("../formats/snarkjs.ts").SnarkjsVerifyingKey;

  /** A file by path, or in memory. */
  export type File = string | { type: "mem"; data?: Uint8Array };

  export interface Logger {
    debug(message: string): void;
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
  }

  export const groth16: {
    prove(zkey: File, witness: File, logger?: Logger): Promise<{ proof: SnarkjsProof; publicSignals: string[] }>;
    verify(
      vkey: SnarkjsVerifyingKey,
      publicSignals: readonly string[],
      proof: SnarkjsProof,
      logger?: Logger,
    ): Promise<boolean>;
  };

  export const wtns: {
    calculate(input: unknown, wasm: File | Uint8Array, witness: File): Promise<void>;
  };

  export const zKey: {
    newZKey(r1cs: File, ptau: File, zkey: File, logger?: Logger): Promise<Uint8Array | -1>;
    contribute(zkeyOld: File, zkeyNew: File, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>;
    exportVerificationKey(zkey: File, logger?: Logger): Promise<SnarkjsVerifyingKey>;
    exportSolidityVerifier(zkey: File, templates: { groth16: string }, logger?: Logger): Promise<string>;
    exportJson(zkey: File): Promise<Record<string, unknown>>;
  };

  export const powersOfTau: {
    preparePhase2(ptauOld: File, ptauNew: File, logger?: Logger): Promise<void>;
  };

  /** BN254 in WebAssembly; `tm` holds the compiled code and the addresses of its constants. */
  export interface Curve {
    readonly tm: { readonly code: Uint8Array<ArrayBuffer>; readonly pG1gen: number; readonly pG2gen: number };
    readonly Fr: { readonly w: readonly Uint8Array[] };
    terminate(): Promise<void>;
  }

  export const curves: {
    getCurveFromName(name: "bn128", options?: { singleThread: boolean }): Promise<Curve>;
  };
}
