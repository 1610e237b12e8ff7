/** What `desk/vite.config.ts` takes from the build, the lock file and the table of errors into the page. */
declare module "virtual:pinned" {
  export const contracts: Readonly<
    Record<
      import("../src/chain/contracts.ts").ContractName,
      {
        readonly abi: import("../src/chain/contracts.ts").CompiledContract["abi"];
        readonly edition: import("../src/chain/contracts.ts").Edition;
      }
    >
  >;
  /** What to do about an error of a code, where the code alone says it. */
  export const remedies: ReadonlyMap<string, string>;
  /** Name of every circuit that is pinned, by circuitId. */
  export const circuits: ReadonlyMap<string, string>;
}
