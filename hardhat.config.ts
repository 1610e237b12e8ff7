import { globSync } from "node:fs";
import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import { runsFactor } from "./test/support/runs.ts";

const require = createRequire(import.meta.url);

// The compiler comes from npm, so no build ever downloads one.
const compiler = { version: "0.8.28", path: require.resolve("solc/soljson.js") };
// Chains without the opcodes of Shanghai (PUSH0) can run it: the gate of every chain stands for decades.
const evmVersion = "paris";

// The IR pipeline: openBatch alone has more arguments than the old code generator can hold on the stack.
const solc = { ...compiler, settings: { evmVersion, viaIR: true, optimizer: { enabled: true, runs: 500 } } };

// Tests deploy what the build made (Fixture.sol). They themselves compile in seconds instead of minutes this way.
const testSolc = { ...compiler, settings: { evmVersion, viaIR: false, optimizer: { enabled: false } } };
const overrides = Object.fromEntries(globSync("test/contracts/**/*.sol").map((path) => [path, testSolc]));

/** As `npm run test:all` asks. */
const thorough = runsFactor() > 1;

export default defineConfig({
  solidity: { profiles: { default: { compilers: [solc], overrides }, production: solc } },
  paths: {
    sources: "contracts",
    tests: { solidity: "test/contracts" },
    artifacts: "build/hardhat/artifacts",
    cache: "build/hardhat/cache",
  },
  test: {
    solidity: {
      fuzz: { runs: thorough ? 256 : 32, seed: "0x62617463687072" },
      invariant: { runs: thorough ? 64 : 8, depth: 100, failOnRevert: true },
      fsPermissions: { readDirectory: ["fixtures/vectors", "build/hardhat/artifacts/contracts"] },
    },
  },
});
