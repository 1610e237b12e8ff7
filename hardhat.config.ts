import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

// The compiler comes from npm, so no build ever downloads one.
const solc = {
  version: "0.8.28",
  path: require.resolve("solc/soljson.js"),
  // The IR pipeline: openBatch alone has more arguments than the old code generator can hold on the stack.
  settings: { evmVersion: "shanghai", viaIR: true, optimizer: { enabled: true, runs: 500 } },
};

export default defineConfig({
  solidity: { profiles: { default: solc, production: solc } },
  paths: {
    sources: "contracts",
    tests: { solidity: "test/contracts" },
    artifacts: "build/hardhat/artifacts",
    cache: "build/hardhat/cache",
  },
  test: {
    solidity: {
      fuzz: { runs: 256, seed: "0x62617463687072" },
      invariant: { runs: 64, depth: 100, failOnRevert: true },
      fsPermissions: { readDirectory: ["fixtures/vectors", "build/hardhat/artifacts/contracts"] },
    },
  },
});
