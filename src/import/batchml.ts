import { inputError } from "../errors.ts";
import { parseTime } from "../input/times.ts";
import { readXml, type XmlElement, type XmlText } from "./xml.ts";

/**
 * BatchML production records. Of B2MML V0401, as a pharmaceutical MES exports them: what was executed, its exceptions, the
 * comments that propose another risk or status, and the electronic signatures under them. Of the present version (V0700),
 * which has other names for all of that and no word for an exception: a record that lists no event.
 */
const V0401 = "http://www.wbf.org/xml/B2MML-V0401";
const PRESENT = "http://www.mesa.org/xml/B2MML";
const KIND = { root: "BatchProductionRecord", namespaces: [V0401, PRESENT], code: "batchml" } as const;

/** A time as the MES wrote it, and its order among others. */
export interface MesTime {
  readonly text: string;
  /** Unix milliseconds. */
  readonly ms: number;
}

/** Levels of an executed recipe, from the whole to its steps. */
export const LEVELS = ["Procedure", "UnitProcedure", "Operation", "Phase"] as const;
export type Level = (typeof LEVELS)[number];

/** One executed element of the recipe. What the MES does not say is absent. */
export interface ExecutedElement {
  /** Names from the batch down, joined by bars. */
  readonly id: string;
  /** The last of these names. */
  readonly name: string;
  readonly level: Level;
  /** How often the element had been run, from 1. */
  readonly instance: number;
  readonly start?: MesTime;
  /** When it was completed; absent if it was not. */
  readonly end?: MesTime;
  readonly performers: readonly string[];
  readonly equipment: readonly string[];
  /** How many of its performers and pieces of equipment the MES left blank; they are absent here. */
  readonly blank: number;
}

/** An exception as the MES recorded it. Its words are judged by `judgeExceptions`, so they keep their place. */
export interface MesException {
  readonly id: string;
  readonly time: MesTime;
  readonly risk: XmlText;
  readonly status: XmlText;
  readonly category: XmlText;
  readonly description: string;
  readonly persons: readonly string[];
  /** Id of the executed element it happened in. */
  readonly element: string;
}

/** A comment on an exception; it may propose another risk or status. */
export interface MesComment {
  readonly id: string;
  readonly time: MesTime;
  /** Id of the exception. */
  readonly target: string;
  readonly person: string;
  readonly text: string;
  readonly risk?: XmlText;
  readonly status?: XmlText;
}

/** An electronic signature. The two of one act, by two persons, share their id. */
export interface MesSignature {
  readonly id: string;
  readonly time: MesTime;
  /** What is signed; ids of exceptions and comments are unique among each other. */
  readonly target: { readonly kind: "exception" | "comment" | "element"; readonly id: string };
  readonly person: string;
  /** `entered`: confirmed by who did it. `accepted`: approved. */
  readonly meaning: "entered" | "accepted";
  readonly description: string;
}

/** A production record, read to its last element. */
export interface ProductionRecord {
  readonly id: string;
  /** Absent where the MES does not say. */
  readonly changed?: MesTime;
  /** The MES's own number of the batch; the record's own id where it names no batch. */
  readonly batchId: XmlText;
  /** Absent where the MES does not say; it may have no name of its own. */
  readonly product?: { readonly id: string; readonly name?: string };
  /** Whether it has its list of events. Without one it names no exception, and does not say that there was none. */
  readonly listsEvents: boolean;
  readonly executed: readonly ExecutedElement[];
  readonly exceptions: readonly MesException[];
  readonly comments: readonly MesComment[];
  readonly signatures: readonly MesSignature[];
}

/**
 * Reads a production record. Whatever has no known meaning is refused with file, line and path of the element; only the
 * data that a phase collected (`OtherInformation`) is passed over. Errors: those of `readXml`; `batchml` (an element
 * missing, unknown, twice, of another type, or a text that is no plain text); `mes-word` (a word with no known meaning);
 * `mes-twice` (an id twice); `mes-reference` (to something that is not in the record); those of `parseTime`.
 */
export function readBatchml(bytes: Uint8Array, file: string): ProductionRecord {
  return readXml(bytes, file, KIND, (root) => (root.namespace === PRESENT ? readPresent(root) : readRecord(root)));
}

/** What the present version says of a record that has no bearing on exceptions. */
const DETAILS = [
  ...["EntryID", "ExternalReference", "EquipmentScope", "BatchProductionRecordSpec", "CampaignID", "EquipmentID"],
  ...["Language", "PhysicalAssetID", "Version"],
];
const MOMENTS = ["TimeStamp", "PublishedDate", "CreationDate", "ExpirationDate"];
/** Its lists; an empty one says nothing. */
const LISTS = [
  ...["ChangeHistory", "Comments", "ControlRecipes", "DataSets", "MasterRecipes", "PersonnelIdentification"],
  ...["OperationsDefinitions", "OperationsPerformances", "OperationsSchedules", "RecipeElements"],
  ...["ResourceQualifications", "Samples", "WorkDirectives", "WorkMasters", "WorkPerformances", "WorkSchedules"],
];

/**
 * A record of the present version. Its schema has types of events, none of which is an exception with risk and status, and
 * signs nothing: so every event is refused by its type, and with it whatever else a list holds.
 */
function readPresent(root: XmlElement): ProductionRecord {
  const id = root.take("ID");
  plain(id);
  takeEntry(root);
  root.each("BatchProductionRecordEntry", (entry) => {
    plain(entry.take("ID"));
    takeEntry(entry);
  });
  const [batch, lot] = [root.maybe("BatchID"), root.maybe("LotID")];
  for (const named of [batch, lot]) if (named !== undefined) plain(named);
  const product = root.maybe("MaterialDefinitionID");
  const changed = root.maybe("LastChangedDate");
  const events = root.maybeOne("Events", (all) => all.each("Event", refuseEvent));
  for (const list of LISTS) root.maybeOne(list, () => undefined);
  return {
    id: id.text,
    ...(changed === undefined ? {} : { changed: moment(changed) }),
    batchId: batch ?? lot ?? id,
    ...(product === undefined ? {} : { product: { id: plain(product) } }),
    listsEvents: events !== undefined,
    ...{ executed: [], exceptions: [], comments: [], signatures: [] },
  };
}

/** What every entry of a record of the present version may say of itself. */
function takeEntry(element: XmlElement): void {
  const type = element.maybe("ObjectType");
  if (type !== undefined) oneOf(type, ["Batch Production Record"], "object type");
  for (const name of MOMENTS) {
    const time = element.maybe(name);
    if (time !== undefined) moment(time);
  }
  for (const name of DETAILS) {
    const detail = element.maybe(name);
    if (detail !== undefined) plain(detail);
  }
  element.all("Description");
}

function refuseEvent(event: XmlElement): never {
  const type = event.take("EventType");
  throw inputError(
    `An event of type "${shownText(type.text)}" stands here, and this version of BatchML has no word for what is an exception.`,
    {
      place: event.place,
      remedy: "Whether it is closed is not known, so nothing was imported: export the record as B2MML V0401.",
      code: "mes-word",
    },
  );
}

function readRecord(root: XmlElement): ProductionRecord {
  takeObjectType(root, "BatchProductionRecordType");
  const id = plain(root.take("ID"));
  const changed = root.one("Header", (header) => {
    moment(header.take("CreationDate"));
    return moment(header.take("LastChangedDate"));
  });
  const recipe = root.one("ExecutedControlRecipes", (all) => all.one("ExecutedControlRecipe", readRecipe));
  const elements = indexed(recipe.executed);
  // This version always lists events: a record without is not whole, and silence is not taken for none.
  const exceptions = root.one("Events", (all) => itemsOf(all, "Event", (event) => readEvent(event, elements)));
  const known = { elements, exceptions: indexed(exceptions) };
  const comments = listOf(root, "Comments", "Comment", (comment) => readComment(comment, known.exceptions));
  const targets = { ...known, comments: indexed(comments) };
  const signatures = listOf(root, "PersonnelIdentifications", "PersonnelIdentification", (signature) =>
    readSignature(signature, targets),
  );
  refuseRepeatedSignatures(signatures);
  return {
    id,
    changed,
    batchId: recipe.batchId,
    product: recipe.product,
    listsEvents: true,
    executed: recipe.executed.map(({ value }) => value),
    exceptions: exceptions.map(({ value }) => value),
    comments: comments.map(({ value }) => value),
    signatures: signatures.map(({ value }) => value),
  };
}

/** Something read, with its place: an id that stands twice is refused where it stands again. */
interface Placed<T> {
  readonly value: T;
  readonly place: string;
}

type Index<T> = ReadonlyMap<string, T>;

/** By id. Error `mes-twice`. */
function indexed<T extends { readonly id: string }>(list: readonly Placed<T>[]): Index<T> {
  const index = new Map<string, T>();
  for (const { value, place } of list) {
    if (index.has(value.id)) throw twice(value.id, place);
    index.set(value.id, value);
  }
  return index;
}

function twice(id: string, place: string): Error {
  return inputError(`The id ${id} stands here a second time.`, {
    place,
    remedy: "Which of the two holds cannot be known: export the record again.",
    code: "mes-twice",
  });
}

/** The items of a list that may be absent, each with its place. */
function listOf<T>(root: XmlElement, list: string, item: string, read: (item: XmlElement) => T): Placed<T>[] {
  return root.maybeOne(list, (all) => itemsOf(all, item, read)) ?? [];
}

function itemsOf<T>(list: XmlElement, item: string, read: (item: XmlElement) => T): Placed<T>[] {
  return list.each(item, (element) => ({ value: read(element), place: element.place }));
}

interface Recipe {
  readonly batchId: XmlText;
  readonly product: { readonly id: string; readonly name: string };
  readonly executed: readonly Placed<ExecutedElement>[];
}

function readRecipe(recipe: XmlElement): Recipe {
  takeObjectType(recipe, "ExecutedControlRecipeType");
  recipe.take("ID", "IDType");
  const batchId = recipe.take("BatchID");
  plain(batchId);
  const product = recipe.one("Header", (header) => ({
    id: plain(header.take("ProductID")),
    name: plain(header.take("ProductName")),
  }));
  const within = { id: batchId.text, depth: 0 };
  return {
    batchId,
    product,
    executed: recipe.each("RuntimeRecipeElement", (each) => readExecuted(each, within)).flat(),
  };
}

/** An executed element and all inside it. Its id continues that of the element around it, the batch's at the top. */
function readExecuted(
  element: XmlElement,
  around: { readonly id: string; readonly depth: number },
): readonly Placed<ExecutedElement>[] {
  takeObjectType(element, "RuntimeRecipeElementType");
  const id = element.take("ID", "IDType");
  const level = oneOf(element.take("RecipeElementType"), LEVELS, "level of a recipe");
  if (!plain(id).startsWith(`${around.id}|`) || LEVELS.indexOf(level) < around.depth) {
    throw inputError("The executed element does not belong to what is around it.", {
      place: id.place,
      remedy: "Its id should continue the id around it, and it should be of a lower level: export the record again.",
      code: "mes-reference",
    });
  }
  element.passOver("OtherInformation");
  const [start, end] = [element.maybe("StartTime"), element.maybe("CompletionTime")];
  // No exception hangs on these, so that blank ones do not spoil the record.
  const [performers, equipment] = [element.all("Performer"), element.all("ActualEquipmentID")];
  const isFilled = ({ text }: XmlText): boolean => text.trim() !== "";
  const value: ExecutedElement = {
    id: id.text,
    name: id.text.slice(around.id.length + 1),
    level,
    instance: count(element.take("InstanceCount")),
    ...(start === undefined ? {} : { start: moment(start) }),
    ...(end === undefined ? {} : { end: moment(end) }),
    performers: performers.filter(isFilled).map(plain),
    equipment: equipment.filter(isFilled).map(plain),
    blank: [...performers, ...equipment].filter((field) => !isFilled(field)).length,
  };
  const within = { id: id.text, depth: LEVELS.indexOf(level) + 1 };
  const inside = element.each("RuntimeRecipeElement", (each) => readExecuted(each, within));
  return [{ value, place: element.place }, ...inside.flat()];
}

function readEvent(event: XmlElement, elements: Index<ExecutedElement>): MesException {
  takeObjectType(event, "EventType");
  const id = numberOf(event.take("ID"), "Exception");
  oneOf(event.take("EventType"), ["Operator"], "type of event");
  const words = event.one(
    "EventSubType",
    (subtype) => {
      oneOf(subtype.content(), ["Exception"], "kind of event");
      return { risk: subtype.attribute("Risk"), status: subtype.attribute("Status") };
    },
    "ExceptionSubTypeType",
  );
  event.passOver("ComputerID");
  const element = event.take("ProceduralElementReference");
  if (!elements.has(element.text)) throw unknownReference(element);
  return {
    id,
    time: moment(event.take("TimeStamp")),
    ...words,
    category: event.take("Category"),
    description: event.take("MessageText").text,
    persons: event.all("PersonID").map(plain),
    element: element.text,
  };
}

function readComment(comment: XmlElement, exceptions: Index<MesException>): MesComment {
  takeObjectType(comment, "CommentType");
  const id = numberOf(comment.take("ID"), "Comment");
  const reference = comment.take("TargetID");
  const target = numberOf(reference, "Exception");
  if (!exceptions.has(target)) throw unknownReference(reference);
  const [risk, status] = [comment.maybe("RecommendedEventRisk"), comment.maybe("RecommendedEventStatus")];
  return {
    id,
    time: moment(comment.take("TimeStamp")),
    target,
    person: plain(comment.take("PersonID")),
    text: comment.take("CommentText").text,
    ...(risk === undefined ? {} : { risk }),
    ...(status === undefined ? {} : { status }),
  };
}

interface Targets {
  readonly elements: Index<ExecutedElement>;
  readonly exceptions: Index<MesException>;
  readonly comments: Index<MesComment>;
}

const MEANINGS = { Confirmation: "entered", Approval: "accepted" } as const;

function readSignature(signature: XmlElement, targets: Targets): MesSignature {
  takeObjectType(signature, "PersonnelIdentificationType");
  const id = numberOf(signature.take("ID"), "Signature");
  const target = targetOf(signature.take("ReferencedElement"), targets);
  const reason = oneOf(signature.take("Reason"), ["Confirmation", "Approval"], "reason of a signature");
  const meaning = MEANINGS[reason];
  const description = signature.take("Description");
  // The two say the same thing twice; where they contradict each other, nobody knows what was signed.
  if (description.text.startsWith("Accepted ") !== (meaning === "accepted")) {
    throw unknownWord(description, `description of a signature whose reason is ${reason}`);
  }
  return {
    id,
    time: moment(signature.take("TimeStamp")),
    target,
    person: plain(signature.take("PersonName")),
    meaning,
    description: plain(description),
  };
}

function targetOf(reference: XmlText, { elements, exceptions, comments }: Targets): MesSignature["target"] {
  const [, number, kind] = /^([^|]+)\|(Exception|Comment)$/.exec(reference.text) ?? [];
  if (number !== undefined && kind === "Exception" && exceptions.has(number)) return { kind: "exception", id: number };
  if (number !== undefined && kind === "Comment" && comments.has(number)) return { kind: "comment", id: number };
  if (elements.has(reference.text)) return { kind: "element", id: reference.text };
  throw unknownReference(reference);
}

/** One signature, entered twice, is not two. Error `mes-twice`. */
function refuseRepeatedSignatures(signatures: readonly Placed<MesSignature>[]): void {
  const seen = new Set<string>();
  for (const { value, place } of signatures) {
    const { id, target, meaning } = value;
    const key = JSON.stringify([id, target.kind, target.id, meaning]);
    if (seen.has(key)) throw twice(id, place);
    seen.add(key);
  }
}

function takeObjectType(element: XmlElement, type: string): void {
  oneOf(element.take("ObjectType"), [type], "object type");
}

/** "0124|Exception" to "0124". */
function numberOf(id: XmlText, kind: string): string {
  const [number = "", ...rest] = plain(id).split("|");
  if (/^\S{1,40}$/.test(number) && rest.length === 1 && rest[0] === kind) return number;
  throw inputError(`This is not an id such as "0124|${kind}".`, { place: id.place, code: "batchml" });
}

/** The word, if it is one of these. Error `mes-word`, which names it. */
export function oneOf<const T extends string>(word: XmlText, known: readonly T[], what: string): T {
  const found = known.find((each) => each === word.text);
  if (found === undefined) throw unknownWord(word, what);
  return found;
}

function unknownWord(word: XmlText, what: string): Error {
  return inputError(`"${shownText(word.text)}" is not a known ${what}.`, {
    place: word.place,
    remedy: "What it means for release is not known, so nothing was imported.",
    code: "mes-word",
  });
}

function unknownReference(reference: XmlText): Error {
  return inputError(`"${shownText(reference.text)}" is not in this record.`, {
    place: reference.place,
    remedy: "Export the whole record.",
    code: "mes-reference",
  });
}

/** When a record was last changed, for a person. */
export function changedFact({ changed }: ProductionRecord): string {
  return changed === undefined ? "when it was last changed is not said" : `last changed ${changed.text}`;
}

/** What a person must know who reads that a record names no exception. */
export function eventsFacts({ listsEvents }: ProductionRecord): string[] {
  return listsEvents
    ? []
    : ["events: the record has no list of them: it names no exception, and does not say that there was none"];
}

/** Text of a file for a terminal: one line, nothing that moves the cursor or turns the writing round, not too long. */
export function shownText(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").replaceAll(/\p{C}/gu, "\uFFFD");
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/** A name or a number: short and on one line. */
function plain({ text, place }: XmlText): string {
  if (/^[^\p{C}]{1,200}$/u.test(text)) return text;
  throw inputError("This is not a plain text of at most 200 characters.", { place, code: "batchml" });
}

function count({ text, place }: XmlText): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw inputError("This is not a count.", { place, code: "batchml" });
}

/** "2010-04-27T16:02:06.903+02:00"; fractions beyond milliseconds are cut. */
function moment({ text, place }: XmlText): MesTime {
  const [, clock = text, fraction = "", zone = ""] = /^([^.]+)\.([0-9]{1,9})(Z|[+-][0-9:]+)?$/.exec(text) ?? [];
  return { text, ms: parseTime(`${clock}${zone}`, place) * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3)) };
}
