/** The part of a proof envelope that is sent. Numbers as decimal strings, as snarkjs writes them. */
export interface ProofEnvelope {
  readonly circuitId: string;
  /** Index of the claim in the policy. */
  readonly claim: number;
  /** The eight public signals in the order of `SIGNALS`. */
  readonly signals: readonly string[];
  readonly proof: {
    /** x, y */
    readonly a: readonly string[];
    /** [x.c0, x.c1], [y.c0, y.c1] */
    readonly b: readonly (readonly string[])[];
    /** x, y */
    readonly c: readonly string[];
  };
}
