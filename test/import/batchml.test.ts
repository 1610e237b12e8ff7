import { readFileSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initBatch, readBatch } from "../../src/batch/folder.ts";
import { MES_FILE, type BatchException } from "../../src/batch/mesExceptions.ts";
import { checkBatch } from "../../src/claims/checkBatch.ts";
import { mesExceptionsOf } from "../../src/claims/mesExceptions.ts";
import { importMesRecord, judgeExceptions } from "../../src/claims/mesRecord.ts";
import { changedFact, eventsFacts, readBatchml, type ProductionRecord } from "../../src/import/batchml.ts";
import { MAX_XML_BYTES } from "../../src/import/xml.ts";
import { newBatch, newSite, type Site } from "../batch/support.ts";
import { batchproof, batchproofProcess, refusedWith } from "../cli/support.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { claimNamed } from "../../src/policy/document.ts";

const FILE = "fixtures/b2mml/BatchML-v0401_ProductionBatchRecord_Example_v06.xml";
const REAL = readFileSync(FILE, "utf8");
const OPERATION = "BX10|Procedure-01|Parallel Phases|Operation-01";

const read = (text: string | Uint8Array): ProductionRecord => readBatchml(Buffer.from(text), "f.xml");

/** The real record after a change of one place; a change that finds nothing to change fails the test. */
function changed(from: string | RegExp, to: string, text = REAL): string {
  const result = text.replace(from, () => to);
  if (result === text) throw new Error("nothing was changed");
  return result;
}

interface Signed {
  readonly target: string;
  readonly person: string;
  readonly reason?: "Confirmation" | "Approval";
  readonly id?: string;
  readonly time?: string;
  readonly description?: string;
}

/** The record with one more signature. */
function signed(text: string, signature: Signed): string {
  const { target, person, reason = "Approval", id = "900", time = "2010-04-28T08:00:00.000+02:00" } = signature;
  const what = `exception ${target.endsWith("Comment") ? "comment" : "record"}`;
  const description = signature.description ?? `${reason === "Approval" ? "Accepted" : "Entered"} ${what}`;
  const element =
    `<PersonnelIdentification><ID>${id}|Signature</ID><Description>${description}</Description>` +
    `<ObjectType>PersonnelIdentificationType</ObjectType><TimeStamp>${time}</TimeStamp>` +
    `<ReferencedElement>${target}</ReferencedElement><PersonName>${person}</PersonName><Reason>${reason}</Reason>` +
    "</PersonnelIdentification>";
  return changed("</PersonnelIdentifications>", `${element}</PersonnelIdentifications>`, text);
}

interface Proposed {
  readonly id: string;
  readonly on: string;
  readonly risk?: string;
  readonly status?: string;
  readonly time?: string;
}

/** The record with one more comment by mkuehne, signed by mkuehne as entered. */
function proposed(text: string, { id, on, risk, status, time = "2010-04-28T07:00:00.000+02:00" }: Proposed): string {
  const element = (name: string, value: string | undefined): string =>
    value === undefined ? `<${name} xsi:nil="true"/>` : `<${name}>${value}</${name}>`;
  const comment =
    `<Comment><ID>${id}|Comment</ID><ObjectType>CommentType</ObjectType><TimeStamp>${time}</TimeStamp>` +
    `<TargetID>${on}|Exception</TargetID><PersonID>mkuehne</PersonID><CommentText>C</CommentText>` +
    `${element("RecommendedEventRisk", risk)}${element("RecommendedEventStatus", status)}</Comment>`;
  return signed(changed("</Comments>", `${comment}</Comments>`, text), {
    target: `${id}|Comment`,
    person: "mkuehne",
    reason: "Confirmation",
    id: `9-${id}`,
    time,
  });
}

/** A record in which 0126 was closed as it should be. */
const CLOSED_0126 = signed(proposed(REAL, { id: "0126-01", on: "0126", status: "Closed" }), {
  target: "0126-01|Comment",
  person: "q",
});

function standing(text: string, id: string): BatchException {
  const found = judgeExceptions(read(text)).find((exception) => exception.id === id);
  if (found === undefined) throw new Error(`no exception ${id}`);
  return found;
}

const NO_APPROVAL = "the approval signature of a second person is missing";
const SAME_PERSON = "its approval signature is by the person who entered it";
const NOT_CLOSED = "its status is Open; an accepted proposal to close it is missing";

describe("the MES's production record", () => {
  const record = read(REAL);

  it("is read to its last element", () => {
    expect(record).toMatchObject({
      id: "mkWLoops01",
      changed: { text: "2010-04-30T14:30:17.217+02:00", ms: Date.UTC(2010, 3, 30, 12, 30, 17, 217) },
      batchId: { text: "BX10", place: "f.xml:12" },
      product: { id: "000399FG01", name: "000399 Finish Good 01" },
    });
    expect(record.executed.map(({ level }) => level).slice(0, 3)).toEqual(["Procedure", "UnitProcedure", "Operation"]);
  });

  it("has twelve phases, all completed, with their performer", () => {
    const phases = record.executed.filter(({ level }) => level === "Phase");
    expect(phases.map(({ name, instance, end }) => `${name} ${instance} ${end?.text.slice(11, 19) ?? "-"}`)).toEqual([
      "LIB-PH-PAVStr-01 1 16:02:06",
      "LIB-PH-PAVStrWException-01 1 16:04:57",
      "LIB-PH-PAVStr-02 1 16:05:12",
      "LIB-PH-PAVStr-03 1 16:05:14",
      "LIB-PH-PAVStr-04 1 16:05:17",
      "LIB-PH-PAVStr-05 1 16:13:17",
      "LIB-PH-PAVStr-06 1 16:13:34",
      "LIB-PH-PAVStrWException-01[2] 2 16:13:50",
      "LIB-PH-PAVStr-02[2] 2 16:13:59",
      "LIB-PH-PAVStr-03[2] 2 16:14:01",
      "LIB-PH-PAVStr-04[2] 2 16:14:04",
      "LIB-PH-PAVStr-05[2] 2 16:14:19",
    ]);
    expect(phases.map(({ performers }) => performers)).toEqual(phases.map(() => ["mkuehne"]));
  });

  it("has seven signatures, of which two are approvals", () => {
    expect(record.signatures.map(({ id, target, person, meaning }) => [id, target.id, person, meaning])).toEqual([
      ["15632563", "0124", "mkuehne", "entered"],
      ["15632566", "0124-01", "mkuehne", "entered"],
      ["15632578", "0125", "mkuehne", "entered"],
      ["15632578", "0125", "q", "accepted"],
      ["15632586", "0125-01", "mkuehne", "entered"],
      ["15632590", "0126", "mkuehne", "entered"],
      ["15632590", "0126", "q", "accepted"],
    ]);
    expect(record.comments.map(({ id, target, risk, status }) => [id, target, risk?.text, status?.text])).toEqual([
      ["0124-01", "0124", "High", "Open"],
      ["0125-01", "0125", undefined, "To be closed"],
    ]);
  });

  it("has three exceptions, all open; 0124 also lacks its own approval", () => {
    expect(judgeExceptions(record)).toEqual([
      {
        id: "0124",
        category: "parameter",
        severity: 1,
        state: "open",
        missing: [
          `the exception itself: ${NO_APPROVAL}`,
          NOT_CLOSED,
          `comment 0124-01, which proposes risk High, status Open: ${NO_APPROVAL}`,
        ],
        mes: { category: "Out of spec", risk: "Low", status: "Open" },
        element: `${OPERATION}|LIB-PH-PAVStrWException-01`,
      },
      {
        id: "0125",
        category: "other",
        severity: 1,
        state: "open",
        missing: [NOT_CLOSED, `comment 0125-01, which proposes status To be closed: ${NO_APPROVAL}`],
        mes: { category: "Manual", risk: "None", status: "Open" },
        element: `${OPERATION}|LIB-PH-PAVStr-05`,
      },
      {
        id: "0126",
        category: "other",
        severity: 1,
        state: "open",
        missing: [NOT_CLOSED],
        mes: { category: "Manual", risk: "None", status: "Open" },
        element: `${OPERATION}|LIB-PH-PAVStr-05`,
      },
    ]);
  });

  it("may prefix its namespace, start with a declaration and a byte-order mark, and say when and where a phase ran", () => {
    const prefixed = REAL.replaceAll(/<(\/?)(?=[A-Z])/g, "<$1m:").replace("xmlns=", "xmlns:m=");
    expect(read(`\uFEFF<?xml version="1.0" encoding="UTF-8"?>\r\n${prefixed}`)).toMatchObject({
      executed: record.executed,
      signatures: record.signatures,
    });
    const more = changed(
      "<CompletionTime>",
      "<StartTime>2010-04-27T14:00:00Z</StartTime><ActualEquipmentID>R&amp;D-<![CDATA[&1]]>&#x41;</ActualEquipmentID><CompletionTime>",
    );
    const [first] = read(more).executed.filter(({ level }) => level === "Phase");
    expect(first).toMatchObject({ start: { text: "2010-04-27T14:00:00Z" }, equipment: ["R&D-&1A"] });
  });

  // Verifies R-import-outside.
  it("passes over blank performers and pieces of equipment, and counts them", () => {
    const blanks = "<StartTime/><Performer> </Performer><ActualEquipmentID/><CompletionTime>";
    const [first] = read(changed("<CompletionTime>", blanks)).executed.filter(({ level }) => level === "Phase");
    expect(first).toMatchObject({ performers: ["mkuehne"], equipment: [], blank: 2 });
    expect(first).not.toHaveProperty("start");
    expect(read(REAL).executed.every(({ blank }) => blank === 0)).toBe(true);
    const other = changed("<CompletionTime>", "<StartTime>soon</StartTime><CompletionTime>");
    expect(refused(() => read(other))).toMatchObject({ code: "time-syntax" });
  });
});

// Verifies R-import-mes, F10.
describe("a change of risk or status", () => {
  const accepted = (person: string, more: Partial<Signed> = {}): string =>
    signed(REAL, { target: "0124-01|Comment", person, ...more });

  it("counts once a second person has accepted it", () => {
    expect(standing(accepted("q"), "0124")).toMatchObject({ severity: 3, mes: { risk: "High", status: "Open" } });
    expect(standing(accepted("q"), "0124").missing).toEqual([`the exception itself: ${NO_APPROVAL}`, NOT_CLOSED]);
  });

  const notAccepted: readonly (readonly [what: string, text: string, missing: string])[] = [
    ["by the same person", accepted("mkuehne"), SAME_PERSON],
    ["by the same person in another spelling", accepted("MKuehne"), SAME_PERSON],
    ["before it was entered", accepted("q", { time: "2010-04-27T16:04:40+02:00" }), "before it was entered"],
    ["as a second confirmation", accepted("q", { reason: "Confirmation" }), NO_APPROVAL],
    [
      "but never entered",
      changed(/<PersonnelIdentification>\s*<ID>15632566[\s\S]*?<\/PersonnelIdentification>/, "", accepted("q")),
      "the signature of who entered it is missing",
    ],
    [
      "but entered by another than its author",
      changed(/(?<=0124-01\|Comment<\/ReferencedElement>\s*<PersonName>)mkuehne/, "somebody", accepted("q")),
      "the signature of who entered it is missing",
    ],
  ];
  it.each(notAccepted)("does not count when signed %s", (_what, text, missing) => {
    const exception = standing(text, "0124");
    expect(exception).toMatchObject({ severity: 1, state: "open", mes: { risk: "Low" } });
    expect(exception.missing.at(-1)).toContain("comment 0124-01, which proposes risk High, status Open");
    expect(exception.missing.at(-1)).toContain(missing);
  });

  it("closes an exception that carries both signatures itself", () => {
    expect(standing(CLOSED_0126, "0126")).toMatchObject({ state: "closed", missing: [], mes: { status: "Closed" } });
    const closed0124 = signed(proposed(REAL, { id: "0124-02", on: "0124", status: "Closed" }), {
      target: "0124-02|Comment",
      person: "q",
    });
    expect(standing(closed0124, "0124")).toMatchObject({
      state: "open",
      missing: [`the exception itself: ${NO_APPROVAL}`],
    });
    const approved = signed(closed0124, { target: "0124|Exception", person: "q", id: "901" });
    expect(standing(approved, "0124")).toMatchObject({ state: "closed", severity: 1 });
  });

  it("does not close what the record merely states as closed, and To be closed is not closed", () => {
    const stated = changed(/Status="Open"(?=[^<]*<\/EventSubType>\s*<MessageText>2nd)/, 'Status="Closed"');
    expect(standing(stated, "0126")).toMatchObject({
      state: "open",
      missing: ["its status is Closed, but no accepted proposal closed it"],
    });
    const toBeClosed = standing(signed(REAL, { target: "0125-01|Comment", person: "q" }), "0125");
    expect(toBeClosed.missing).toEqual(["its status is To be closed; an accepted proposal to close it is missing"]);
  });

  it("reopens, and blocks while a later proposal waits", () => {
    const later = "2010-04-29T07:00:00+02:00";
    const waiting = proposed(CLOSED_0126, { id: "0126-02", on: "0126", risk: "High", time: later });
    expect(standing(waiting, "0126")).toMatchObject({ state: "open", severity: 1 });
    const reopened = signed(proposed(CLOSED_0126, { id: "0126-02", on: "0126", status: "Open", time: later }), {
      target: "0126-02|Comment",
      person: "q",
      id: "902",
      time: "2010-04-29T08:00:00+02:00",
    });
    expect(standing(reopened, "0126").missing).toEqual([NOT_CLOSED]);
    const earlier = proposed(CLOSED_0126, {
      id: "0126-00",
      on: "0126",
      risk: "High",
      time: "2010-04-27T17:00:00+02:00",
    });
    expect(standing(earlier, "0126").state).toBe("closed");
  });
});

// Verifies F10.
describe("words with no known meaning are refused by name", () => {
  const words: readonly (readonly [what: string, text: string, word: string, line: number])[] = [
    ["risk", changed('Risk="Low"', 'Risk="Severe"'), "Severe", 499],
    ["status", changed('Status="Open"', 'Status="Waived"'), "Waived", 499],
    ["category", changed("Out of spec", "Miscellaneous"), "Miscellaneous", 505],
    ["proposed risk", changed("Risk>High<", "Risk>Acceptable<"), "Acceptable", 542],
    ["proposed status", changed("Status>To be closed<", "Status>Done<"), "Done", 553],
  ];
  it.each(words)("%s", (_what, text, word, line) => {
    const error = refused(() => judgeExceptions(read(text)));
    expect(error).toMatchObject({ kind: "input", code: "mes-word", place: `f.xml:${line}` });
    expect(error.message).toContain(`"${word}"`);
  });

  const others: readonly (readonly [what: string, text: string])[] = [
    ["another kind of event", changed(">Exception</EventSubType>", ">Alarm</EventSubType>")],
    ["another type of event", changed("<EventType>Operator", "<EventType>Alarm")],
    ["another reason to sign", changed("<Reason>Approval", "<Reason>Rejection")],
    ["a level of no recipe", changed("Type>Operation<", "Type>Campaign<")],
    ["an approval that says it rejects", changed("Accepted exception record", "Rejected exception record")],
    ["a confirmation that says it accepts", changed("Entered exception comment", "Accepted exception comment")],
    ["another object type", changed(">CommentType<", ">NoteType<")],
  ];
  it.each(others)("%s", (_what, text) => {
    expect(refused(() => read(text)).code).toBe("mes-word");
  });

  // Verifies R-cli-text, F8.
  it("and shown without what could move a terminal's cursor", () => {
    const { message } = refused(() => read(changed("<Reason>Approval", "<Reason>No&#x202E;t")));
    expect(message).toBe('"No\uFFFDt" is not a known reason of a signature.');
  });
});

const PRESENT = readFileSync("fixtures/b2mml/batchml-present-namespace.xml", "utf8");
/** The record of the present namespace with more in it. */
const present = (more: string): string =>
  changed("</BatchProductionRecord>", `${more}</BatchProductionRecord>`, PRESENT);

// Verifies R-import-mes-present.
describe("a record of the present version", () => {
  it("is read, with no exceptions; its own id is all that it names, and no list of events is said", () => {
    const record = read(PRESENT);
    expect(record).toMatchObject({ id: "BPR-1", batchId: { text: "BPR-1" }, exceptions: [], listsEvents: false });
    expect(judgeExceptions(record)).toEqual([]);
    expect(changedFact(record)).toBe("when it was last changed is not said");
    expect(eventsFacts(record)).toHaveLength(1);
  });

  it("says its batch, its product, when it was changed, and by an empty list that there was no event", () => {
    const said =
      "<EntryID>E0</EntryID><ObjectType>Batch Production Record</ObjectType><Description>a</Description>" +
      "<CreationDate>2026-03-10T08:00:00Z</CreationDate><BatchID>B-7</BatchID>" +
      "<LastChangedDate>2026-03-11T08:00:00Z</LastChangedDate><LotID>L-7</LotID>" +
      "<MaterialDefinitionID>M-1</MaterialDefinitionID><Comments/><Events/>";
    const record = read(present(said));
    expect(record).toMatchObject({ batchId: { text: "B-7" }, product: { id: "M-1" }, listsEvents: true });
    expect(changedFact(record)).toBe("last changed 2026-03-11T08:00:00Z");
    expect(eventsFacts(record)).toEqual([]);
    expect(read(present("<LotID>L-7</LotID>")).batchId.text).toBe("L-7");
  });

  const event = "<EntryID>1</EntryID><ObjectType>Event</ObjectType><EventType>Alarm</EventType>";
  const others: readonly (readonly [what: string, code: string, text: string, named: string])[] = [
    ["an event", "mes-word", present(`<Events><Event>${event}</Event></Events>`), 'event of type "Alarm"'],
    ["a comment", "batchml", present("<Comments><Comment/></Comments>"), "Record/Comments/Comment: "],
    [
      "what was executed",
      "batchml",
      present("<ControlRecipes><ControlRecipeRecord/></ControlRecipes>"),
      "RecipeRecord: ",
    ],
    ["a status", "batchml", present("<RecordStatus>Rejected</RecordStatus>"), "RecordStatus: "],
    [
      "a record in the record",
      "batchml",
      present("<BatchProductionRecord/>"),
      "BatchProductionRecord/BatchProductionRecord: ",
    ],
    ["the names of V0401", "batchml", present("<ExecutedControlRecipes/>"), "ExecutedControlRecipes: "],
    [
      "an entry of another kind",
      "mes-word",
      changed("E1</ID>", "E1</ID><ObjectType>Event</ObjectType>", PRESENT),
      '"Event"',
    ],
    ["an entry with more in it", "batchml", changed("E1</ID>", "E1</ID><Event/>", PRESENT), "RecordEntry/Event: "],
    ["two lists of events", "batchml", present("<Events/><Events/>"), "Events: "],
    ["no id", "batchml", changed("<ID>BPR-1</ID>", "", PRESENT), "ID is missing"],
    ["elements of V0401", "xml-namespace", present('<Events xmlns="http://www.wbf.org/xml/B2MML-V0401"/>'), "Events: "],
    ["V0600", "xml-root", changed("xml/B2MML", "xml/B2MML-V0600", PRESENT), "http://www.mesa.org/xml/B2MML."],
  ];
  it.each(others)("is refused by name where it holds %s: %s", (_what, code, text, named) => {
    const error = refused(() => read(text));
    expect(error).toMatchObject({ kind: "input", code, place: expect.stringMatching(/^f\.xml:\d+$/) as string });
    expect(error.message).toContain(named);
  });
});

// Verifies R-import-hostile.
describe("a record that is not understood is refused", () => {
  const cases: readonly (readonly [what: string, code: string, text: string, place?: string])[] = [
    ["two exceptions with one id", "mes-twice", changed("0126|Exception", "0125|Exception"), "f.xml:520"],
    ["two comments with one id", "mes-twice", changed("0125-01|Comment", "0124-01|Comment"), "f.xml:545"],
    [
      "one signature entered twice",
      "mes-twice",
      signed(signed(REAL, { target: "0124|Exception", person: "q" }), { target: "0124|Exception", person: "r" }),
    ],
    ["two phases with one id", "mes-twice", changed("LIB-PH-PAVStr-03<", "LIB-PH-PAVStr-02<")],
    [
      "a phase of another batch",
      "mes-reference",
      changed(
        "BX10|Procedure-01|Parallel Phases|Operation-01|LIB-PH-PAVStr-01<",
        "BX11|Procedure-01|Parallel Phases|Operation-01|LIB-PH-PAVStr-01<",
      ),
    ],
    [
      "an exception of an unknown phase",
      "mes-reference",
      changed("LIB-PH-PAVStr-05</Proc", "LIB-PH-PAVStr-99</Proc"),
      "f.xml:517",
    ],
    ["a comment on an unknown exception", "mes-reference", changed("<TargetID>0125", "<TargetID>0199")],
    ["a signature under something unknown", "mes-reference", changed("0125-01|Comment</Ref", "0125-09|Comment</Ref")],
    ["an unknown element", "batchml", changed("<Category>Manual", "<Waived>yes</Waived><Category>Manual"), "f.xml:518"],
    ["an unknown element at the top", "batchml", changed("<Comments>", "<Approvals/><Comments>")],
    ["an unknown attribute", "batchml", changed('Risk="Low"', 'Risk="Low" Waived="yes"'), "f.xml:499"],
    ["two categories", "batchml", changed("<Category>Manual", "<Category>Manual</Category><Category>Manual")],
    ["no category", "batchml", changed("<Category>Manual</Category>", ""), "f.xml:507"],
    ["no list of events", "batchml", changed(/<Events>[\s\S]*<\/PersonnelIdentifications>/, "")],
    ["two lists of events", "batchml", changed("<Comments>", "<Events/><Comments>")],
    ["text between elements", "batchml", changed("<Events>", "<Events>0127"), "f.xml:493"],
    ["another type of id", "batchml", changed('"b2m:IDType"', '"b2m:NoteType"')],
    [
      "a nil that is full",
      "batchml",
      changed('Risk xsi:nil="true"/>', 'Risk xsi:nil="true">High</RecommendedEventRisk>'),
    ],
    ["an id of another kind", "batchml", changed("<ID>0125|Exception", "<ID>0125|Note")],
    ["a time with no zone", "time-zone", changed("53.187+02:00", "53.187")],
    [
      "another root",
      "xml-root",
      REAL.replaceAll("BatchProductionRecord>", "BatchList>").replace("<BatchProductionRecord ", "<BatchList "),
      "f.xml:1",
    ],
    ["another version", "xml-root", changed("B2MML-V0401", "B2MML-V0500"), "f.xml:1"],
    ["an element of another namespace", "xml-namespace", changed("<Comments>", '<Comments xmlns="urn:x">')],
    ["an attribute of another namespace", "xml-namespace", changed('xsi:nil="true"', 'm:nil="true"')],
  ];
  it.each(cases.map(([what, code, text, place = "f.xml:"]) => [what, code, text, place] as const))(
    "%s: %s",
    (_what, code, text, place) => {
      const error = refused(() => read(text));
      expect(error).toMatchObject({ kind: "input", code, place: expect.stringMatching(`^${place}`) as string });
    },
  );

  it("with the path of the element", () => {
    const { message } = refused(() => read(changed("<Category>Manual", "<Waived>yes</Waived><Category>Manual")));
    expect(message).toContain("BatchProductionRecord/Events/Event/Waived: ");
  });
});

// Verifies R-import-hostile.
describe("F2: hostile XML", () => {
  const inRoot = (text: string): string => changed("<ID>mkWLoops01</ID>", text);
  const cases: readonly (readonly [what: string, code: string, text: string | Uint8Array])[] = [
    ["a document type", "xml-doctype", `<!DOCTYPE BatchProductionRecord>${REAL}`],
    [
      "an entity bomb",
      "xml-doctype",
      `<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${inRoot("<ID>&b;</ID>")}`,
    ],
    [
      "an external entity",
      "xml-doctype",
      `<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>${inRoot("<ID>&x;</ID>")}`,
    ],
    ["an entity that is not XML's", "xml-entity", inRoot("<ID>&nbsp;</ID>")],
    ["a bare ampersand", "xml-entity", inRoot("<ID>a & b</ID>")],
    ["a NUL by number", "xml-entity", inRoot("<ID>&#0;</ID>")],
    ["a processing instruction", "xml-instruction", inRoot("<?php x?><ID>a</ID>")],
    ["a style sheet in front", "xml-instruction", `<?xml-stylesheet href="x"?>${REAL}`],
    ["another version of XML", "xml-encoding", `<?xml version="1.1"?>${REAL}`],
    ["another encoding by name", "xml-encoding", `<?xml version="1.0" encoding="UTF-16"?>${REAL}`],
    ["bytes that are no UTF-8", "xml-encoding", Buffer.concat([Buffer.from(REAL), Buffer.from([0xff])])],
    ["a NUL", "xml-control", inRoot("<ID>a\0b</ID>")],
    ["65 levels", "xml-depth", inRoot(`${"<a>".repeat(64)}${"</a>".repeat(64)}`)],
    ["a million levels", "xml-depth", inRoot("<a>".repeat(1_000_000))],
    ["millions of elements", "xml-size", inRoot("<a/>".repeat(1_500_000))],
    ["millions of attributes", "xml-syntax", inRoot(`<a${" b='c'".repeat(300_000)}/>`)],
    ["an attribute twice", "xml-syntax", changed('Risk="Low"', 'Risk="Low" Risk="High"')],
    ["an attribute without value", "xml-syntax", changed('Risk="Low"', 'Risk="Low" Waived')],
    ["a crossed end tag", "xml-syntax", changed("</Category>", "</Categorie>")],
    ["an end tag that looks empty", "xml-syntax", changed("</Events>", "</Events/>")],
    ["an end tag too many", "xml-syntax", `${REAL}</BatchProductionRecord>`],
    ["a second root", "xml-syntax", `${REAL}${REAL}`],
    ["text after the end", "xml-syntax", `${REAL}x`],
    ["a comment that does not end", "xml-syntax", changed("<Events>", "<!--<Events>")],
    ["a name that reaches for the prototype", "xml-syntax", inRoot("<constructor/>")],
    ["nothing but space", "xml-syntax", " \n"],
  ];
  it.each(cases)("%s: %s", (_what, code, text) => {
    expect(refused(() => read(text))).toMatchObject({ kind: "input", code });
  });

  it("cut off anywhere", () => {
    for (let length = 1; length < REAL.length - 1; length += 997) {
      expect(refused(() => read(REAL.slice(0, length))).code).toMatch(/^xml-(syntax|doctype)$/);
    }
  });
});

describe("into a batch folder", () => {
  let home: string;
  let site: Site;
  let count = 0;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "batchproof-mes-"));
    site = await newSite(join(home, "site"));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  /** A new batch, of the lot that the MES calls BX10. */
  async function batch(lot = "BX10"): Promise<string> {
    const dir = join(home, `batch-${++count}`);
    await initBatch({ ...newBatch(site, dir), lot });
    return dir;
  }

  async function written(text: string, name = `${++count}.xml`): Promise<string> {
    const path = join(home, name);
    await writeFile(path, text);
    return path;
  }

  /** Every file of a folder with its bytes. */
  async function content(dir: string): Promise<Record<string, string>> {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const bytes = await Promise.all(files.map((path) => readFile(path, "base64")));
    return Object.fromEntries(files.map((path, i) => [path, bytes[i] ?? ""]));
  }

  it("keeps the untouched file and what was read, and says it: blocking exceptions first", async () => {
    const dir = await batch();
    const done = await batchproofProcess(["import", "batchml", FILE, "--into", dir]);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    const lines = done.stdout.split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "record mkWLoops01 of batch BX10, last changed 2010-04-30T14:30:17.217+02:00",
      "exceptions: 3, of which 3 open; an open one blocks release",
      "  0124 open: parameter, severity 1 (Out of spec, risk Low, status Open)",
    ]);
    expect(lines).toContain(`    missing: the exception itself: ${NO_APPROVAL}`);
    expect(lines).toContain("signatures: 7");
    expect(lines).toContain("performers: mkuehne");
    expect(lines).toContain("phases: 12");
    const name = FILE.slice("fixtures/b2mml/".length);
    expect(await readFile(join(dir, "evidence", name))).toEqual(readFileSync(FILE));
    const text = await readFile(join(dir, MES_FILE), "utf8");
    const file = JSON.parse(text) as { exceptions: BatchException[] };
    expect(file).toMatchObject({ format: "batchproof-mes-exceptions/1", record: "mkWLoops01", rawFile: name });
    expect(file.exceptions.map(({ id, state }) => `${id} ${state}`)).toEqual(["0124 open", "0125 open", "0126 open"]);
    expect(text).not.toContain("mkuehne");
  });

  // Verifies R-import-mes-present.
  it("takes a record of the present version by its own id, and of two that differ only one with its last change", async () => {
    const dir = await batch("L-1");
    const file = "fixtures/b2mml/batchml-present-namespace.xml";
    expect(await refusedWith(["import", "batchml", file, "--into", dir])).toMatchObject({ code: "record-lot" });
    const words = ["--into", dir, "--batch-id", "BPR-1"];
    for (let again = 0; again < 2; again++) {
      const { code, stdout } = await batchproof(["import", "batchml", file, ...words]);
      expect(code).toBe(0);
      expect(stdout).toContain("exceptions: 0, of which 0 open");
      expect(stdout).toContain("events: the record has no list of them");
    }
    const list = JSON.parse(await readFile(join(dir, MES_FILE), "utf8")) as object;
    expect(list).not.toHaveProperty("changed");
    const other = await written(present("<LastChangedDate>2026-03-11T08:00:00Z</LastChangedDate>"));
    expect(await refusedWith(["import", "batchml", other, ...words])).toMatchObject({ code: "mes-older" });
  });

  it("lists a closed exception last", async () => {
    const dir = await batch();
    const closed0124 = signed(
      signed(proposed(REAL, { id: "0124-02", on: "0124", status: "Closed" }), {
        target: "0124-02|Comment",
        person: "q",
      }),
      { target: "0124|Exception", person: "q", id: "901" },
    );
    const { exceptions } = await importMesRecord({ batch: await readBatch(dir), file: await written(closed0124) });
    expect(exceptions.map(({ id, state }) => `${id} ${state}`)).toEqual(["0125 open", "0126 open", "0124 closed"]);
  });

  // Verifies R-import-mes.
  it("makes check fail with what is missing, and certify refuse, until all are closed", async () => {
    const dir = await batch();
    expect(await mesExceptionsOf({ dir })).toBeUndefined();
    expect((await batchproof(["check", dir])).stdout).not.toContain("MES");
    await importMesRecord({ batch: await readBatch(dir), file: FILE });
    const checked = await batchproof(["check", dir]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain("MES exceptions: fail\n");
    expect(checked.stdout).toContain(
      `rule mes-exception: 0124 is open: the exception itself: ${NO_APPROVAL}; ${NOT_CLOSED};`,
    );
    const certify = [
      "certify",
      dir,
      "--owner",
      `0x${"1".repeat(40)}`,
      "--certificate",
      FILE,
      "--account",
      `0x${"2".repeat(40)}`,
    ];
    const on = ["--rpc", "http://127.0.0.1:9", "--registry", `0x${"3".repeat(40)}`];
    const blocked = await refusedWith([...certify, ...on]);
    expect(blocked).toMatchObject({
      exit: 1,
      code: "mes-exception",
      message: "MES exceptions are open: 0124, 0125, 0126.",
    });
    expect(JSON.stringify(blocked)).not.toContain("mkuehne");

    let closed = signed(REAL, { target: "0124|Exception", person: "q", id: "901" });
    for (const id of ["0124", "0125", "0126"]) {
      closed = proposed(closed, { id: `${id}-09`, on: id, status: "Closed" });
      closed = signed(closed, { target: `${id}-09|Comment`, person: "q", id: `902-${id}` });
    }
    await importMesRecord({ batch: await readBatch(dir), file: await written(closed) });
    const verdicts = await checkBatch(await readBatch(dir));
    expect(verdicts.at(-1)).toMatchObject({ claim: "MES exceptions", outcome: "pass", problems: [] });
    expect(await refusedWith([...certify, ...on])).not.toMatchObject({ code: "mes-exception" });
  });

  it("judges a named claim alone", async () => {
    const dir = await batch();
    await importMesRecord({ batch: await readBatch(dir), file: FILE });
    const read = await readBatch(dir);
    const verdicts = await checkBatch(read, [claimNamed(read.policy, "storage/temperature")]);
    expect(verdicts.map(({ claim }) => claim)).toEqual(["storage/temperature"]);
  });

  it("takes the MES's own number of the batch only if it is named", async () => {
    const dir = await batch("LOT 7");
    const before = await content(dir);
    const other = await refusedWith(["import", "batchml", FILE, "--into", dir]);
    expect(other).toMatchObject({ exit: 2, code: "record-lot", place: `${FILE}:12` });
    expect(await content(dir)).toEqual(before);
    expect((await batchproof(["import", "batchml", FILE, "--into", dir, "--batch-id", "BX10"])).code).toBe(0);
  });

  const refusals: readonly (readonly [what: string, code: string, text: string])[] = [
    ["an unknown word", "mes-word", changed('Risk="Low"', 'Risk="Severe"')],
    ["a file that is cut off", "xml-syntax", REAL.slice(0, -20)],
    ["a file that is too large", "file-size", " ".repeat(MAX_XML_BYTES + 1)],
    ["an element that is not known", "batchml", changed("<Comments>", "<Approvals/><Comments>")],
  ];
  it.each(refusals)("leaves the folder as it was: %s", async (_what, code, text) => {
    const dir = await batch();
    const before = await content(dir);
    const result = await refusedWith(["import", "batchml", await written(text), "--into", dir]);
    expect(result).toMatchObject({ exit: 2, code });
    expect(await content(dir)).toEqual(before);
  });

  const EARLIER = changed(/<LastChangedDate>2010-04-30/, "<LastChangedDate>2010-04-29");
  const WITHOUT_0126 = REAL.replace(/<Event>\s*<ID>0126[\s\S]*?<\/Event>/, "").replaceAll(
    /<PersonnelIdentification>\s*<ID>15632590[\s\S]*?<\/PersonnelIdentification>/g,
    "",
  );
  const steps: readonly (readonly [what: string, code: string, text: string])[] = [
    ["an older export", "mes-older", EARLIER],
    ["an export without an exception of the earlier one", "mes-lost", WITHOUT_0126],
    ["another record", "mes-record", changed("mkWLoops01", "mkWLoops02")],
  ];
  // Verifies R-import-mes.
  it.each(steps)("C21: %s cannot take the place of an import", async (_what, code, text) => {
    const dir = await batch();
    await importMesRecord({ batch: await readBatch(dir), file: FILE });
    await importMesRecord({ batch: await readBatch(dir), file: FILE });
    const before = await content(dir);
    expect((await refusedAsync(importMesRecord({ batch: await readBatch(dir), file: await written(text) }))).code).toBe(
      code,
    );
    expect(await content(dir)).toEqual(before);
    expect(
      await refusedAsync(importMesRecord({ batch: await readBatch(await batch("LOT 8")), file: FILE })),
    ).toMatchObject({
      code: "record-lot",
    });
  });

  // Verifies R-import-mes.
  it("F1: a changed list or raw file is found", async () => {
    const dir = await batch();
    await importMesRecord({ batch: await readBatch(dir), file: FILE });
    const path = join(dir, MES_FILE);
    const text = await readFile(path, "utf8");
    await writeFile(path, changed('"state": "open"', '"state": "closed"', text));
    expect((await refusedAsync(checkBatch(await readBatch(dir)))).code).toBe("mes-tampered");
    await writeFile(path, changed('"severity": 1', '"severity": 9', text));
    expect((await refusedAsync(checkBatch(await readBatch(dir)))).code).toBe("mes-file");
    await writeFile(path, text);
    const raw = join(dir, "evidence", FILE.slice("fixtures/b2mml/".length));
    await writeFile(raw, changed('Risk="Low"', 'Risk="High"'));
    expect((await refusedAsync(checkBatch(await readBatch(dir)))).code).toBe("evidence-tampered");
    await rm(raw);
    expect((await refusedAsync(checkBatch(await readBatch(dir)))).code).toBe("evidence-missing");
  });

  it("another file under the name of the kept one is refused", async () => {
    const dir = await batch();
    await importMesRecord({ batch: await readBatch(dir), file: FILE });
    const name = FILE.slice("fixtures/b2mml/".length);
    const other = join(home, name);
    await cp(await written(CLOSED_0126), other);
    expect((await refusedAsync(importMesRecord({ batch: await readBatch(dir), file: other }))).code).toBe(
      "evidence-exists",
    );
    expect((await mesExceptionsOf({ dir }))?.every(({ state }) => state === "open")).toBe(true);
  });
});
