import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { build, defineConfig, type Plugin } from "vite";
import { compiled, CONTRACTS, editionOf, type CompiledContract } from "../src/chain/contracts.ts";
import { codesOf, ERROR_CODES, usualRemedy, type CodeGroup, type ErrorCode } from "../src/errorCodes.ts";
import { SINGLE_FILE } from "../src/desk/page.ts";
import { policyHash } from "../src/desk/serve.ts";
import { packageRoot } from "../src/root.ts";

/** Builds the pages of `batchproof desk`, `batchproof site` and `batchproof serve` into dist/desk. */

const ROOT = packageRoot();
const [SOURCES, TWINS] = [join(ROOT, "src"), join(ROOT, "desk/host")];
const PINNED = "virtual:pinned";

/** Packages that only ethers uses, and for little of what they hold. */
const STUBS: Readonly<Record<string, string>> = {
  "@adraffy/ens-normalize": "packages/ensNormalize.ts",
  "@noble/curves/secp256k1": "packages/secp256k1.ts",
  "./ens-resolver.js": "packages/ensResolver.ts",
};

/**
 * A file of desk/host takes the place of the file of src that has its path: what Node gives, a browser gives otherwise. What it
 * does not define itself it passes on from there.
 */
function twins(): Plugin {
  return {
    name: "twins",
    enforce: "pre",
    async resolveId(source, importer, options) {
      const stub = STUBS[source];
      if (stub !== undefined) return join(TWINS, stub);
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      if (found === null || !found.id.startsWith(SOURCES)) return null;
      const twin = join(TWINS, relative(SOURCES, found.id));
      return existsSync(twin) && importer !== twin ? twin : null;
    },
  };
}

/** What the page has of the contracts and of the lock file. */
function pinned(): Plugin {
  return {
    name: "pinned",
    resolveId: (source) => (source === PINNED ? `\0${PINNED}` : null),
    load: (id) => (id === `\0${PINNED}` ? pinnedModule() : null),
  };
}

/** Of a contract's interface what an audit reads: events and functions, without what only Solidity calls their types. */
function readAbi(abi: CompiledContract["abi"]): unknown {
  const parts = abi as readonly { readonly type?: string }[];
  const read = parts.filter(({ type }) => type === "event" || type === "function");
  return JSON.parse(JSON.stringify(read, (key, value: unknown) => (key === "internalType" ? undefined : value)));
}

/** Groups of codes of what runs beside the library: no page meets their errors. */
const UNMET: readonly CodeGroup[] = ["service", "queue", "notify", "backup", "simulate"];

function pinnedModule(): string {
  const contracts = CONTRACTS.map(
    (name) => [name, { abi: readAbi(compiled(name).abi), edition: editionOf(name) }] as const,
  );
  const lock = JSON.parse(readFileSync(join(ROOT, "artifacts.lock.json"), "utf8")) as {
    readonly circuits: Readonly<Record<string, { readonly vkeyHash: string }>>;
  };
  const circuits = Object.entries(lock.circuits).map(([name, { vkeyHash }]) => [vkeyHash, name] as const);
  const groups = (Object.keys(ERROR_CODES) as CodeGroup[]).filter((group) => !UNMET.includes(group));
  const codes = new Set<ErrorCode>(groups.flatMap((group) => codesOf(group)));
  const remedies = [...codes].map((code) => [code, usualRemedy(code)]).filter(([, remedy]) => remedy !== undefined);
  return [
    `export const remedies = new Map(${JSON.stringify(remedies)});`,
    `export const contracts = ${JSON.stringify(Object.fromEntries(contracts))};`,
    `export const circuits = new Map(${JSON.stringify(circuits)});`,
  ].join("\n");
}

/** Node's modules are left out with what uses them; whatever of them remains ends the build. */
function withoutNode(): Plugin {
  const isForeign = (source: string): boolean =>
    source.startsWith("node:") || builtinModules.includes(source) || source.startsWith("hardhat/");
  return {
    name: "without-node",
    enforce: "pre",
    resolveId: (source) => (isForeign(source) ? { id: source, external: true, moduleSideEffects: false } : null),
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        const [left] = chunk.type === "chunk" ? (/["'`](node:|hardhat)[a-z/_]*["'`]/.exec(chunk.code) ?? []) : [];
        if (left !== undefined) this.error(`${chunk.fileName} imports ${left}, which no browser has`);
      }
    },
  };
}

/** The page as one file that opens from disk: script and style stand in it, and its policy lets in these two only. */
function singleFile(): Plugin {
  return {
    name: "single-file",
    async writeBundle({ dir = "" }) {
      const read = (name: string): string => readFileSync(join(dir, name), "utf8");
      const whole = await wholeScript();
      const hashes: Record<"script" | "style", string[]> = { script: [], style: [] };
      const inlined = (kind: "script" | "style", start: string, text: string): string => {
        hashes[kind].push(policyHash(text));
        return `${start}${text}</${kind}>`;
      };
      const body = read("index.html")
        .replace(/<script type="module"[^>]* src="\.\/[a-z.]+"><\/script>/g, () =>
          inlined("script", '<script type="module">', whole.replaceAll("</script", "<\\/script")),
        )
        .replace(/<link rel="stylesheet"[^>]* href="\.\/([a-z.]+)">/g, (_, name: string) =>
          inlined("style", "<style>", read(name)),
        );
      const policy = [
        "default-src 'none'",
        ...[`script-src ${hashes.script.join(" ")}`, `style-src ${hashes.style.join(" ") || "'none'"}`],
        ...["img-src data:", "base-uri 'none'", "form-action 'none'"],
      ].join("; ");
      const meta = `<meta http-equiv="content-security-policy" content="${policy}" />`;
      await writeFile(
        join(dir, SINGLE_FILE),
        body.replace(/<meta charset="utf-8" ?\/?>/, (charset) => charset + meta),
      );
    },
  };
}

/** A page of its own (`site`, `dashboard`), which shares nothing with the desk's: neither loads what only the other needs. */
function pageBesides(page: string): Plugin {
  return {
    name: `${page}-page`,
    async writeBundle({ dir = "" }) {
      await build({
        ...{ root: join(ROOT, "desk"), base: "./", configFile: false, logLevel: "error", plugins: platform() },
        build: {
          ...{ outDir: dir, emptyOutDir: false, target, modulePreload: false, assetsInlineLimit: 0 },
          rolldownOptions: {
            ...{ treeshake, input: { [page]: join(ROOT, `desk/${page}.html`) } },
            output: {
              entryFileNames: "[name].js",
              chunkFileNames: `${page}-[name].js`,
              assetFileNames: "[name][extname]",
            },
          },
        },
      });
    },
  };
}

/** The page's own elements define themselves; of all else only what is used is there. */
const treeshake = { moduleSideEffects: (id: string): boolean => id.startsWith(join(ROOT, "desk")) };
const target = "es2023";
const platform = (): Plugin[] => [withoutNode(), twins(), pinned()];

/** The page's script without what it shares with the worker apart: a page from disk loads nothing. */
async function wholeScript(): Promise<string> {
  const built = await build({
    ...{ root: join(ROOT, "desk"), configFile: false, logLevel: "error", plugins: platform() },
    build: {
      ...{ write: false, target, modulePreload: false },
      rolldownOptions: { treeshake, input: join(ROOT, "desk/main.ts"), output: { codeSplitting: false } },
    },
  });
  const chunks = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  const [script] = chunks.flatMap((each) => (each.type === "chunk" ? [each.code] : []));
  if (script === undefined) throw new Error("The page has no script.");
  return script;
}

export default defineConfig({
  root: join(ROOT, "desk"),
  base: "./",
  plugins: [...platform(), singleFile(), pageBesides("site"), pageBesides("dashboard")],
  build: {
    outDir: join(ROOT, "dist/desk"),
    emptyOutDir: true,
    target,
    modulePreload: false,
    assetsInlineLimit: 0,
    // What a browser loads is bounded by R-desk-size.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      treeshake,
      // How long a plugin takes says nothing of what it makes.
      checks: { bundlerTimings: false },
      // One build, so that page and worker share what both need: it is loaded once.
      input: { desk: join(ROOT, "desk/index.html"), worker: join(ROOT, "desk/worker.ts") },
      output: { entryFileNames: "[name].js", chunkFileNames: "shared.js", assetFileNames: "[name][extname]" },
    },
  },
});
