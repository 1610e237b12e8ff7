/** What the tests use of circom_runtime, which ships no types. */
declare module "circom_runtime" {
  export interface WitnessCalculator {
    calculateWitness(
      input: Readonly<Record<string, bigint | readonly bigint[]>>,
      sanityCheck: boolean,
    ): Promise<bigint[]>;
  }
  export function WitnessCalculatorBuilder(code: Uint8Array): Promise<WitnessCalculator>;
}
