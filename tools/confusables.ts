import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/**
 * Writes src/policy/confusables.json from `confusables.txt` of UTS 39, which its one argument names. Not run by a build: the
 * table is pinned, and a newer one is a change that somebody reads.
 */

const SOURCE = "https://www.unicode.org/Public/17.0.0/security/confusables.txt";
const OUTPUT = "src/policy/confusables.json";

const ROW = /^([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA\t/;
/** Policies are written in these; a look-alike of another script is found as a mixed word. */
const SCRIPTS = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]$/u;

function fromHex(codes: string): string {
  return codes
    .split(" ")
    .map((code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .join("");
}

/** Every character by its \u escape, so that none of them acts in an editor. */
function escaped(json: string): string {
  return json.replace(/[^\n -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const [path = ""] = process.argv.slice(2);
const text = readFileSync(path, "utf8");
const rows = text.split("\n").flatMap((line) => {
  const [, source = "", target = ""] = ROW.exec(line) ?? [];
  return source !== "" && SCRIPTS.test(fromHex(source)) ? [[fromHex(target), fromHex(source)] as const] : [];
});
const lookAlikes = Object.fromEntries(
  [...Map.groupBy(rows, ([target]) => target)].map(([target, each]) => [
    target,
    each.map(([, source]) => source).join(""),
  ]),
);
const table = {
  source: SOURCE,
  version: /^# Version: (.*)$/m.exec(text)?.[1],
  sha256: createHash("sha256").update(text).digest("hex"),
  copyright: "\u00a9 2025 Unicode, Inc. Unicode License V3, https://www.unicode.org/license.txt",
  scripts: "Latin, Greek, Cyrillic, Common, Inherited",
  lookAlikes,
};
writeFileSync(OUTPUT, `${escaped(JSON.stringify(table, null, 2))}\n`);
