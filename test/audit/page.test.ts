import { getAddress, ZeroHash } from "ethers";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { printAnswer } from "../../cli/output.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { labelsIn, shortForms } from "../../src/audit/labels.ts";
import { whyIn } from "../../src/audit/reasons.ts";
import type { AuditReport, BatchReport, ReportedFinding } from "../../src/audit/report.ts";
import { FINDING_COLUMNS, findingRows } from "../../src/audit/rows.ts";
import { emptyState, type ReasonedMoment, type RegisterState } from "../../src/audit/state.ts";
import { auditText } from "../../src/audit/table.ts";
import { captured } from "../cli/captured.ts";

/** The forms of an audit's page, of reports that were written by hand. */

/** Hashes and accounts that begin and end alike, as an attacker makes them. */
const hash = (middle: string): string => `0x12ab${middle.padEnd(56, "0")}cd34`;
const address = (middle: string): string => getAddress(`0x12ab${middle.padEnd(32, "0")}cd34`);

const OWNERS = [address("1"), address("2")] as const;
const KEYS = [hash("1"), hash("2"), hash(`${"7".repeat(40)}1`), hash(`${"7".repeat(40)}2`)] as const;

function batch(key: string, i: number, reasons: readonly string[] = []): BatchReport {
  return {
    ...{ key, owner: OWNERS[i % 2] ?? "", serial: 1 + Math.floor(i / 2), product: '"P" v1', policyId: hash("9") },
    ...{ status: "Open", colour: "unknown", claims: 1, proven: [], settled: [], openedBlock: 1, due: [1n, 2n] },
    certifying: { qps: [], trail: ZeroHash, exceptionsHash: ZeroHash, nonce: 0, stands: false, ready: false },
    notificationDue: null,
    ...{ deviations: [], exceptions: [], amendments: 0, twins: [], reasons, notes: [] },
    ...{ refused: [], unconfirmed: [], challenged: false, commitment: hash("7"), attestations: [] },
    ...{ stages: [], requests: [], history: [] },
  };
}

function report(texts: readonly string[], by?: readonly string[]): AuditReport {
  const findings = texts.map((text, i): ReportedFinding => ({
    ...{ key: KEYS[i % KEYS.length] ?? null, at: 1, block: 1, transaction: hash("8"), kind: "hold", severity: 2 },
    ...{ standing: true, text, ...(by === undefined ? {} : { by: by[i % by.length] ?? "" }) },
  }));
  const none = {
    certified: 0,
    exception: 0,
    overdue: 0,
    rejected: 0,
    aborted: 0,
    suppliedExceptionally: 0,
    recalled: 0,
  };
  return {
    ...{ chainId: 1n, registry: address("5"), block: 2, hash: hash("6"), at: 2, age: 0, node: null },
    ...{ reading: { from: 0 }, reconciliation: { ...none, opened: KEYS.length, open: KEYS.length } },
    ...{ certifiedBefore: 0, colours: { proven: 0, settled: 0, declared: 0, unknown: KEYS.length }, owners: 2 },
    ...{ proofsVerified: 0, proofsRefused: 0, circuits: [], findings, batches: KEYS.map((key, i) => batch(key, i)) },
    ...{ reviewed: texts.length, total: KEYS.length },
    ...{ policies: [], roles: [], names: {}, codes: [], provenState: "proved", secondNode: null },
  };
}

/** A table's cells, row by row, each as one text. */
function cellsOf(page: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const line of page.split("\n")) {
    if (line.startsWith("│")) {
      const parts = line.slice(1, -1).split("│");
      row = parts.map((part, i) => `${row[i] ?? ""} ${part.trim()}`.trim());
    } else if (row.length > 0) {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

// Verifies R-audit-labels, V120.
describe("V120: two that begin and end alike", () => {
  it("have different labels in every row, batches and accounts", () => {
    const page = auditText(report(["a", "b", "c", "d"], OWNERS), { all: true });
    const rows = cellsOf(page).filter(([first]) => first === "major");
    expect(rows.map(([, , label, , , by]) => [label?.replace(/ 0x.*/, ""), by])).toEqual([
      ["A1 #1", "A1"],
      ["A2 #1", "A2"],
      ["A1 #2", "A1"],
      ["A2 #2", "A2"],
    ]);
    const shorts = rows.map(([, , label]) => label?.replace(/.* #\d+ /, "").replaceAll(" ", ""));
    expect(new Set(shorts).size).toBe(KEYS.length);
    expect(shorts[0]).toBe(`${KEYS[0].slice(0, 18)}…`);
    // These two differ in their 45th digit: so many are shown, and the column does not cut them off.
    expect(shorts[2]).toBe(`${KEYS[2].slice(0, 2 + 45)}…`);
    for (const [i, owner] of OWNERS.entries()) expect(page).toContain(`A${i + 1} is the account ${owner}`);
  });

  it("are called in a text as everywhere on the page, and stay as they are in what people wrote", () => {
    const wrote = JSON.stringify(`see ${KEYS[1]} "of" ${OWNERS[1]}`);
    const { text, legend } = labelsIn(report([]));
    expect(text(`also batch ${KEYS[1]}; by ${OWNERS[1]}: ${wrote}`)).toBe(
      `also batch A1 #1 ${KEYS[1].slice(0, 18)}…; by A1: ${wrote}`,
    );
    expect(text(`by ${OWNERS[1].toLowerCase()}`)).toBe("by A1");
    expect(legend()).toEqual([`A1 is the account ${OWNERS[1]}`]);
  });

  it("are named by the reader's list of accounts, in quotes, beside the whole address", () => {
    const called = { ...report([]), names: { [OWNERS[1]]: 'Ada", A2 is the account 0x1' } };
    const { text, legend } = labelsIn(called);
    text(OWNERS.join());
    expect(legend()).toEqual([
      `A1 is the account ${OWNERS[0]}`,
      `A2 is the account ${OWNERS[1]}, by your list ${JSON.stringify(called.names[OWNERS[1]])}`,
    ]);
  });

  it("are told apart where the reader's names do not do it", () => {
    const names = new Map([
      [KEYS[0], "ours"],
      [KEYS[1], "theirs"],
      [KEYS[2], "theirs"],
    ]);
    const labels = labelsIn(report([]), names);
    expect(labels.batch(KEYS[0])).toBe("ours");
    expect(labels.batch(KEYS[1])).toMatch(/^theirs A\d #1 0x/);
    expect(labels.batch(KEYS[1])).not.toBe(labels.batch(KEYS[2]));
  });

  it("are whole on the page for a browser, in CSV and in JSON", () => {
    const found = report(["a", "b", "c", "d"], OWNERS);
    for (const whole of [auditCsv(found), auditHtml(found)]) {
      for (const name of [...KEYS, ...OWNERS]) expect(whole).toContain(name);
    }
  });

  it("begin with as many digits as tell all of them apart, and at least 16", () => {
    const all = [hash("1"), hash("11"), hash("111"), hash("f")];
    const short = shortForms(all);
    const shown = all.map(short);
    expect(new Set(shown).size).toBe(all.length);
    for (const each of shown) expect(each.length).toBeGreaterThanOrEqual("0x…".length + 16);
    expect(short(hash("5"))).toBe(hash("5"));
  });
});

// Verifies R-cli-text, V121.
describe("V121: text that acts where it is read", () => {
  const ACTING = ["a\u202eb", "a\u2066b", "a\u200bb", "a\u3164b", "a\u0085b", "a\u2028b", "a\u{e0001}b", "a\u007fb"];

  it.each(ACTING)("%j shows what is there on every form of the page, and is what it was in JSON", (text) => {
    const found = report([text]);
    const json = captured(() => printAnswer({ text: "", json: found }, true)).stdout;
    const terminal = captured(() => printAnswer({ text: auditText(found), json: found }, false)).stdout;
    const acts = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{DI}]/u;
    for (const page of [json, terminal, auditText(found), auditHtml(found), auditCsv(found).replaceAll("\r", "")]) {
      expect(page).not.toMatch(acts);
      expect(page).toContain("\\u");
    }
    expect((JSON.parse(json) as AuditReport).findings[0]?.text).toBe(text);
  });
});

// Verifies R-cli-text, V121.
describe("V121: the table for spreadsheets", () => {
  const SEPARATORS = [",", ";", "\t", "|", "\r", "\n", '"', "'", '";"', '",', ';"', "; "];
  const FORMULAS = ["=", "+", "-", "@", "%", "＝", "＋", "－", "＠"];
  const texts = [
    ...SEPARATORS.flatMap((separator) => FORMULAS.map((formula) => `x${separator}${formula}1+1`)),
    ...FORMULAS.map((formula) => ` ${formula}1`),
    'plain, with; every "separator"\tand\r\na line',
  ];
  const csv = auditCsv(report(texts));
  const starts = /^[\s"']*[=+\-@|%＝＋－＠]/u;

  it("has a row for each finding and a cell for each column, read as it was written", () => {
    const rows = parse(csv, { columns: true }) as unknown as Record<string, string>[];
    expect(rows).toHaveLength(texts.length);
    for (const row of rows) expect(Object.keys(row)).toEqual([...FINDING_COLUMNS, "row"]);
    expect(rows.map(({ batch: key }) => key)).toEqual(findingRows(report(texts)).map((row) => row[5]));
    expect(rows.at(-1)?.["what"]).toBe('plain, with; every "separator"\\u0009and\\u000d\\u000aa line');
  });

  it.each([",", ";", "\t", "|"])("has no cell that is a formula, read with %j between cells", (delimiter) => {
    for (const quote of ['"', null]) {
      const rows: string[][] = parse(csv, { delimiter, quote, relax_quotes: true, relax_column_count: true });
      expect(rows).toHaveLength(texts.length + 1);
      // An apostrophe before it is what keeps it from being one.
      for (const cell of rows.flat()) expect(cell.replace(/^[\s"]*'/, "x")).not.toMatch(starts);
    }
  });
});

// Verifies R-audit-whole, V122.
describe("V122: what is long", () => {
  const long = `begins ${"long ".repeat(400)}and ends with: lifted`;

  it("is whole in CSV, on the page for a browser and in JSON, and has a mark where the table cuts it", () => {
    const found = report([long]);
    expect(auditCsv(found)).toContain(long);
    expect(auditHtml(found)).toContain(long);
    const [row] = cellsOf(auditText(found)).filter(([first]) => first === "major");
    expect(row?.[4]).toContain(`… (${long.length - 400} more characters in --json, --csv and --html)`);
  });

  it("is not cut off by its column where it is one word, wide characters among them", () => {
    for (const word of ["x".repeat(150), "漢".repeat(90), `0x${"ab".repeat(60)}`]) {
      const [row] = cellsOf(auditText(report([word]))).filter(([first]) => first === "major");
      expect(row?.[4]?.replaceAll(" ", "")).toBe(word);
    }
  });
});

// Verifies R-audit-words, V123.
describe("V123: the hash of words that somebody copied beside another decision", () => {
  const words = hash("a");
  const moment = (transaction: string, block = 1): ReasonedMoment => ({
    ...{ block, time: 1, transaction, reason: "other", words },
  });

  function stateWith(...moments: readonly ReasonedMoment[]): RegisterState {
    const state = emptyState(1n, address("5"));
    for (const [i, revoked] of moments.entries()) state.roots[String(i)] = { revoked: { ...revoked, since: "0" } };
    return state;
  }

  it("is said to stand at more than one, with its words and without", () => {
    const state = stateWith(moment(hash("b")), moment(hash("c"), 2));
    expect(whyIn(state, new Map())(moment(""))).toBe(`other (words ${words}; the same words stand at 2 decisions)`);
    expect(whyIn(state, new Map([[words, "a\u202eb"]]))(moment(""))).toBe(
      `other: ${JSON.stringify("a\u202eb")} (the same words stand at 2 decisions)`,
    );
  });

  it("is at one where it is alone, or where one transaction decided about many", () => {
    const alone = `other (words ${words})`;
    expect(whyIn(stateWith(moment(hash("b"))), new Map())(moment(""))).toBe(alone);
    expect(whyIn(stateWith(moment(hash("b")), moment(hash("b"))), new Map())(moment(""))).toBe(alone);
  });
});
