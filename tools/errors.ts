import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { templateWords } from "../src/chain/words.ts";
import { CONTRACT_ERRORS, INHERITED_ERRORS } from "../src/contractErrors.ts";
import { codesOf, ERROR_CODES, type CodeGroup } from "../src/errorCodes.ts";
import { EXIT_CODE } from "../src/errors.ts";
import { packageRoot } from "../src/root.ts";
import { thrownCodes, type Outcome } from "./thrownCodes.ts";

/** Writes docs/errors.md from the table of codes, the places that throw them and the contracts: `npm run docs`. */

/** The document, from the root of the package. */
export const ERRORS_FILE = "docs/errors.md";

const TITLES: Readonly<Record<CodeGroup, string>> = {
  usage: "Command line",
  files: "Files",
  json: "JSON",
  values: "Numbers, times and texts",
  labels: "Labels and identifiers",
  parties: "Keys, parties and consents",
  journal: "Journal",
  policy: "Limits and claims of a policy",
  claims: "Policy files and salts",
  batch: "Batch folder",
  handoff: "Hand-offs",
  bedside: "Bedside",
  site: "Page of a site",
  records: "Records and raw files",
  import: "Importing readings and results",
  mes: "XML and production records",
  proofs: "Proofs",
  setup: "Circuits and keys",
  chain: "Chain and register",
  audit: "Audit",
  credentials: "Credentials",
  standing: "Standing of a batch",
  disclosure: "Disclosures",
  exports: "Exports",
  service: "Service",
  queue: "Jobs and workers",
  notify: "Notifications and events of other systems",
  backup: "Backup",
  simulate: "Simulation",
  rules: "Rules of the circuits",
};

const OUTCOMES: readonly Outcome[] = ["no", "input", "environment", "internal", "lint error", "lint warning"];

const INTRODUCTION = `# Error codes

Generated from \`src/errorCodes.ts\`, the code that throws and the contracts: \`npm run docs\`. Not edited by hand.

An error has a message, mostly the place (file, line, pointer or option) and what to do, and a code for programs: with
\`--json\` it stands in \`error.code\`, beside \`error.kind\`. The kind alone decides the exit code:

| Kind | Exit code | It says |
| --- | --- | --- |
| \`no\` | ${EXIT_CODE.no} | The answer is no: not compliant, not valid, refused by the chain. |
| \`input\` | ${EXIT_CODE.input} | Bad usage or bad input. |
| \`environment\` | ${EXIT_CODE.environment} | An artifact, key, chain or node is not in order. |
| \`internal\` | ${EXIT_CODE.internal} | A bug of batchproof. |

A code comes with the kinds that its line names. A \`lint error\` or \`lint warning\` is a finding of
\`batchproof policy lint\`, which names it by its code; what the derivation of a rule refuses as bad input by a code of
"${TITLES.policy}", the lint reports as an error. A name that says different things in different areas stands in each of
their tables, with the kinds of all its meanings.
`;

/** The whole document. `thrown`: what `thrownCodes` gives. */
export function errorsDocument(thrown: ReturnType<typeof thrownCodes>): string {
  const groups = (Object.keys(ERROR_CODES) as CodeGroup[]).map((group) => groupSection(group, thrown));
  return [INTRODUCTION, ...groups, contractSection()].join("\n");
}

function groupSection(group: CodeGroup, thrown: ReturnType<typeof thrownCodes>): string {
  const lines: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = ERROR_CODES[group];
  const rows = [...codesOf<CodeGroup>(group)].sort().map((code) => {
    const kinds = OUTCOMES.filter((outcome) => thrown.get(code)?.has(outcome)).join(", ");
    return [`\`${code}\``, kinds, ...(lines[code] ?? [])];
  });
  return `## ${TITLES[group]}\n\n${table(["Code", "Kind", "Meaning", "What to do"], rows)}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
  );
  return `${lines.join("\n")}\n`;
}

function contractSection(): string {
  const notices = contractNotices();
  const declared = Object.entries(CONTRACT_ERRORS).flatMap(([name, [, remedy]]) =>
    notices
      .filter((notice) => notice.name === name)
      .map(({ file, notice }) => [`\`${name}\``, `\`contracts/${file}\``, notice, templateWords(remedy)]),
  );
  const inherited = Object.entries(INHERITED_ERRORS).map(([name, [sentence, remedy]]) => [
    `\`${name}\``,
    templateWords(sentence),
    templateWords(remedy),
  ]);
  return `## What the contracts refuse

The kind is \`no\`. The message names role, claim, circuit and batch as far as the command knows them, times in UTC, and
hashes in short; the remedy's commands have what the command knows filled in. Here it stands in capitals.

${table(["Code", "Declared in", "Meaning", "What to do"], declared)}
## What the contracts inherit

${table(["Code", "Meaning", "What to do"], inherited)}`;
}

/** One custom error of the contracts, as its declaration explains it. */
export interface ContractNotice {
  readonly name: string;
  /** Path inside contracts/. */
  readonly file: string;
  readonly notice: string;
}

/** The custom errors that the contracts' sources declare, without the examples. */
export function contractNotices(): ContractNotice[] {
  const folder = join(packageRoot(), "contracts");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".sol") && !file.startsWith("examples/"))
    .sort();
  return files.flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/((?: *\/\/\/ .*\n)+) *error (\w+)\(/g)].map(
      ([, comment = "", name = ""]) => ({ name, file, notice: noticeOf(comment) }),
    ),
  );
}

function noticeOf(comment: string): string {
  return comment
    .replaceAll(/^ *\/\/\/ (@notice )?/gm, "")
    .trim()
    .replaceAll("\n", " ");
}

if (import.meta.main) writeFileSync(join(packageRoot(), ERRORS_FILE), errorsDocument(thrownCodes()));
