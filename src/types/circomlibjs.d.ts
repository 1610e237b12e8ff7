/** What the tests use of circomlibjs, which ships no types. */
declare module "circomlibjs" {
  /** A field element in the library's own (Montgomery) form. */
  export type Element = Uint8Array & { readonly __element: never };

  export interface Field {
    e(value: bigint): Element;
    toObject(element: Element): bigint;
  }

  export interface Poseidon {
    (inputs: readonly bigint[], initialState?: bigint): Element;
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
    readonly poseidon: Poseidon;
    prv2pub(privateKey: Uint8Array): [Element, Element];
    signPoseidon(privateKey: Uint8Array, message: Element): EddsaSignature;
  }

  export function buildBabyjub(): Promise<BabyJub>;
  export function buildEddsa(): Promise<Eddsa>;
}
