/** What batchproof uses of circomlibjs, which ships no types. */
declare module "circomlibjs" {
  /** A field element in the library's own (Montgomery) form. */
  export type Element = Uint8Array & { readonly __element: never };

  export interface Field {
    e(value: bigint): Element;
    toObject(element: Element): bigint;
  }

  export interface Poseidon {
    (inputs: readonly bigint[], initialState?: bigint): Element;
    readonly F: Field;
  }

  export interface EddsaSignature {
    readonly R8: readonly [Element, Element];
    readonly S: bigint;
  }

  export interface Eddsa {
    readonly babyJub: { readonly F: Field };
    prv2pub(privateKey: Uint8Array): [Element, Element];
    signPoseidon(privateKey: Uint8Array, message: Element): EddsaSignature;
    verifyPoseidon(message: Element, signature: EddsaSignature, publicKey: readonly [Element, Element]): boolean;
  }

  export function buildPoseidon(): Promise<Poseidon>;
  export function buildEddsa(): Promise<Eddsa>;
}
