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

  export type Point = readonly [Element, Element];

  export interface BabyJub {
    readonly F: Field;
    readonly Generator: Point;
    readonly Base8: Point;
    mulPointEscalar(point: Point, scalar: bigint): Point;
  }

  export interface Eddsa {
    readonly babyJub: BabyJub;
    prv2pub(privateKey: Uint8Array): [Element, Element];
    signPoseidon(privateKey: Uint8Array, message: Element): EddsaSignature;
    verifyPoseidon(message: Element, signature: EddsaSignature, publicKey: readonly [Element, Element]): boolean;
  }

  export function buildBabyjub(): Promise<BabyJub>;
  export function buildPoseidon(): Promise<Poseidon>;
  export function buildEddsa(): Promise<Eddsa>;
}
