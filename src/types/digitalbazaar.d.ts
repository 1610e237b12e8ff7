/** What the tests use of Digital Bazaar's libraries and of jsonld, which ship no types. */

declare module "@digitalbazaar/data-integrity" {
  export class DataIntegrityProof {
    constructor(options: { readonly signer?: unknown; readonly date?: string; readonly cryptosuite: unknown });
    readonly cryptosuite: string;
  }
}

declare module "@digitalbazaar/eddsa-jcs-2022-cryptosuite" {
  export function createSignCryptosuite(): { createVerifier?: unknown };
  export function createVerifyCryptosuite(): object;
}

declare module "@digitalbazaar/ed25519-multikey" {
  export interface KeyPair {
    readonly id: string;
    readonly publicKeyMultibase: string;
    signer(): { id: string };
  }
  export function generate(options: {
    readonly id?: string;
    readonly controller?: string;
    readonly seed: Uint8Array;
  }): Promise<KeyPair>;
}

declare module "@digitalbazaar/vc" {
  export interface Loaded {
    readonly contextUrl: null;
    readonly documentUrl: string;
    readonly document: unknown;
  }
  export type DocumentLoader = (url: string) => Promise<Loaded>;
  export interface Verified {
    readonly verified: boolean;
    readonly error?: Error & { readonly errors?: readonly Error[] };
  }
  export const defaultDocumentLoader: DocumentLoader;
  export function issue(options: {
    readonly credential: object;
    readonly suite: unknown;
    readonly documentLoader: DocumentLoader;
  }): Promise<Record<string, unknown>>;
  export function verifyCredential(options: {
    readonly credential: object;
    readonly suite: unknown;
    readonly documentLoader: DocumentLoader;
    readonly now?: Date;
    readonly checkStatus?: unknown;
  }): Promise<Verified>;
}

declare module "@digitalbazaar/vc-bitstring-status-list" {
  import type { DocumentLoader } from "@digitalbazaar/vc";
  export interface StatusList {
    setStatus(index: number, status: boolean): void;
    getStatus(index: number): boolean;
    encode(): Promise<string>;
  }
  export function createList(options: { readonly length: number }): Promise<StatusList>;
  export function decodeList(options: { readonly encodedList: string }): Promise<StatusList>;
  export function checkStatus(options: {
    readonly credential: object;
    readonly suite: unknown;
    readonly documentLoader: DocumentLoader;
  }): Promise<{
    readonly verified: boolean;
    readonly error?: Error;
    readonly results?: readonly {
      readonly status: boolean;
      readonly credentialStatus: { readonly statusPurpose: string };
    }[];
  }>;
}

declare module "jsonld" {
  const jsonld: {
    expand(
      document: object,
      options: { readonly documentLoader: (url: string) => Promise<unknown>; readonly safe: boolean },
    ): Promise<unknown[]>;
    compact(
      document: object,
      context: unknown,
      options: { readonly documentLoader: (url: string) => Promise<unknown>; readonly safe?: boolean },
    ): Promise<Record<string, unknown>>;
  };
  export default jsonld;
}
