import { XMLParser, type MatcherView } from "fast-xml-parser";
import type { ErrorCode } from "../errorCodes.ts";
import { BatchproofError, inputError } from "../errors.ts";

/** Largest XML file that is read: a hostile one may need 90 times as much memory. */
export const MAX_XML_BYTES = 8 * 2 ** 20;
const MAX_DEPTH = 64;
/** A short file can hold millions of empty elements, each a node in memory. */
const MAX_ELEMENTS = 200_000;
/** No element of a known record has more than four. */
const MAX_ATTRIBUTES = 32;

const SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";
const ATTRIBUTE = String.raw`\s+[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?\s*=\s*(?:"[^"<]*"|'[^'<]*')`;
const START_TAG = new RegExp(
  String.raw`<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:${ATTRIBUTE}){0,${MAX_ATTRIBUTES}})\s*/?>`,
  "y",
);
/** A character that XML does not allow. */
const FORBIDDEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** The XML declaration, where there is one: XML 1.0 in UTF-8. */
const DECLARATION =
  /^<\?xml\s+version=["']1\.0["'](\s+encoding=["'](utf-8|us-ascii)["'])?(\s+standalone=["'](yes|no)["'])?\s*\?>/i;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** What a document must be for `readXml`. */
export interface XmlKind {
  /** Local name of the root element. */
  readonly root: string;
  /** The namespaces it may have, a version each; all elements of a document are in one of them. */
  readonly namespaces: readonly string[];
  /** Code of the errors about elements: what is missing, unknown, or stands there twice. */
  readonly code: ErrorCode;
}

/** A text with the place it was read from. */
export interface XmlText {
  readonly text: string;
  /** file:line */
  readonly place: string;
}

/**
 * An element of a document. The reader takes each child and attribute it knows; whatever is left when an element closes
 * is refused, so nothing in a file goes unread.
 * Error of every method: the kind's `code`, with file:line and the path of element names.
 */
export class XmlElement {
  readonly place: string;
  readonly #node: Node;
  readonly #code: ErrorCode;
  readonly #left: Set<Node>;
  readonly #attributesLeft: Set<string>;
  #textRead = false;

  /** Of the document. */
  get namespace(): string {
    return this.#node.namespace;
  }

  constructor(node: Node, code: ErrorCode) {
    this.#node = node;
    this.#code = code;
    this.place = node.place;
    this.#left = new Set(node.children);
    this.#attributesLeft = new Set(node.attributes.keys());
  }

  /** The text of the element itself; it must have no child elements. */
  content(): XmlText {
    this.#textRead = true;
    return { text: this.#node.text.trim(), place: this.place };
  }

  /** The value of an attribute that must be there. */
  attribute(name: string): XmlText {
    const value = this.#node.attributes.get(name);
    if (value === undefined) throw this.#error(`The attribute ${name} is missing here.`);
    this.#attributesLeft.delete(name);
    return { text: value.trim(), place: this.place };
  }

  /** The text of the one child of this name, which must be there and have text. `type`: what its xsi:type may say. */
  take(name: string, type?: string): XmlText {
    const taken = this.one(name, (child) => child.content(), type);
    if (taken.text === "") throw this.#error(`${name} is empty.`);
    return taken;
  }

  /** The same of a child that may be absent, empty or xsi:nil: then undefined. */
  maybe(name: string): XmlText | undefined {
    const [child] = this.#find(name, 1);
    if (child === undefined) return undefined;
    const taken = this.#open(child, (element) => {
      const nil = child.attributes.has("xsi:nil") ? element.attribute("xsi:nil").text : "false";
      const content = element.content();
      if ((nil !== "true" && nil !== "false") || (nil === "true" && content.text !== "")) {
        throw element.#error("xsi:nil does not fit the content.");
      }
      return content;
    });
    return taken.text === "" ? undefined : taken;
  }

  /** The texts of all children of this name, in the file's order. */
  all(name: string): XmlText[] {
    return this.each(name, (child) => child.content());
  }

  /** The one child of this name, which must be there, read to its last child. */
  one<T>(name: string, read: (child: XmlElement) => T, type?: string): T {
    const [child] = this.#find(name, 1);
    if (child === undefined) throw this.#error(`${name} is missing here.`);
    return this.#open(child, read, type);
  }

  /** The same of a child that may be absent. */
  maybeOne<T>(name: string, read: (child: XmlElement) => T): T | undefined {
    const [child] = this.#find(name, 1);
    return child === undefined ? undefined : this.#open(child, read);
  }

  /** All children of this name, in the file's order. */
  each<T>(name: string, read: (child: XmlElement) => T): T[] {
    return this.#find(name).map((child) => this.#open(child, read));
  }

  /** Passes over all children of this name: what they say has no bearing on what is read. */
  passOver(name: string): void {
    for (const child of this.#find(name)) this.#left.delete(child);
  }

  /** Refuses what nobody took. */
  close(): void {
    for (const child of this.#left) {
      throw problem("This element is not known here, or stands here twice.", child, this.#code);
    }
    for (const name of this.#attributesLeft) throw this.#error(`The attribute ${name} is not known here.`);
    if (!this.#textRead && this.#node.text.trim() !== "") throw this.#error("There is text between the elements.");
  }

  #find(name: string, most = Infinity): Node[] {
    return this.#node.children.filter((child) => child.name === name && this.#left.has(child)).slice(0, most);
  }

  #open<T>(child: Node, read: (child: XmlElement) => T, type?: string): T {
    this.#left.delete(child);
    const element = new XmlElement(child, this.#code);
    if (type !== undefined) element.#takeType(type);
    const result = read(element);
    element.close();
    return result;
  }

  #takeType(type: string): void {
    if (!this.#node.attributes.has("xsi:type")) return;
    const [, prefix = "", name] = /^(?:([\w.-]+):)?([\w.-]+)$/.exec(this.attribute("xsi:type").text) ?? [];
    if (name !== type || this.#node.scope.get(prefix) !== this.#node.namespace) {
      throw this.#error(`The xsi:type is not ${type}.`);
    }
  }

  #error(message: string): BatchproofError {
    return problem(message, this.#node, this.#code);
  }
}

function problem(message: string, { path, place }: Node, code: ErrorCode): BatchproofError {
  return inputError(`${path}: ${message}`, {
    place,
    remedy: "The record is written in a way that is not supported yet; nothing was imported.",
    code,
  });
}

interface Node {
  readonly name: string;
  /** Names from the root to the element, joined by slashes. */
  readonly path: string;
  readonly place: string;
  readonly namespace: string;
  /** Prefixes in scope here; "" is the default namespace. */
  readonly scope: ReadonlyMap<string, string>;
  /** By name; "xsi:name" for those of XML Schema. Namespace declarations are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Node[];
  /** The text between the elements, joined. */
  readonly text: string;
}

/**
 * Reads a whole XML document: XML 1.0 in UTF-8, without a document type, so without entities of its own, and without
 * processing instructions. Errors: `xml-encoding`, `xml-control` (a character that XML does not allow), `xml-doctype`,
 * `xml-instruction`, `xml-size` (over 200,000 elements), `xml-depth` (over 64), `xml-syntax`, `xml-entity`, `xml-root`
 * (another root element or namespace), `xml-namespace`, and the kind's code.
 */
export function readXml<T>(bytes: Uint8Array, file: string, kind: XmlKind, read: (root: XmlElement) => T): T {
  const source = decode(bytes, file);
  refuseDeclarations(source, file);
  const origin = { source, file, lineOf: lineCounter(source), kind };
  const { node, start, end } = theRoot(parseTree(source, file), origin);
  const outside = `${source.slice(0, start).replace(DECLARATION, "")}${source.slice(end)}`;
  if (outside.replaceAll(/<!--[\s\S]*?-->/g, "").trim() !== "") {
    throw syntaxError(
      "There is something before or after the document's one element.",
      `${file}:${origin.lineOf(end)}`,
    );
  }
  const root = new XmlElement(node, kind.code);
  const result = read(root);
  root.close();
  return result;
}

/** A byte-order mark is allowed, as the standard allows it. */
function decode(bytes: Uint8Array, file: string): string {
  let source: string;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw inputError("The file is not UTF-8 text.", { place: file, code: "xml-encoding", cause });
  }
  const wrong = FORBIDDEN.exec(source);
  if (wrong !== null) {
    throw inputError("A character stands here that XML does not allow.", {
      place: `${file}:${lineCounter(source)(wrong.index)}`,
      code: "xml-control",
    });
  }
  if (/^<\?xml\s/.test(source) && !DECLARATION.test(source)) {
    throw inputError("Only XML 1.0 in UTF-8 is read.", { place: `${file}:1`, code: "xml-encoding" });
  }
  return source;
}

/**
 * Refuses document types, which can define entities, and processing instructions. In a well-formed document "<" opens
 * markup wherever it stands outside comments and CDATA sections, so these are all there are.
 */
function refuseDeclarations(source: string, file: string): void {
  for (const { 0: found, index } of source.matchAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?|<!\w?/g)) {
    if (found.length > 3 || (index === 0 && DECLARATION.test(source))) continue;
    const place = `${file}:${lineCounter(source)(index)}`;
    if (found === "<?") throw inputError("Processing instructions are not read.", { place, code: "xml-instruction" });
    if (found === "<!") throw syntaxError("This markup is not closed, or is none.", place);
    throw inputError("A document type is never read: it can define entities.", {
      place,
      remedy: "Export the record without a document type.",
      code: "xml-doctype",
    });
  }
}

/** What the parser gives for an element, a text or a CDATA section. */
type Parsed = Readonly<Record<string | symbol, unknown>>;

const META = XMLParser.getMetaDataSymbol() as symbol;

/** The parser's tree, with depth and number of elements bounded while it grows. */
function parseTree(source: string, file: string): readonly Parsed[] {
  let elements = 0;
  const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    allowBooleanAttributes: true,
    cdataPropName: "#cdata",
    trimValues: false,
    parseTagValue: false,
    parseAttributeValue: false,
    // Entities are replaced below: only the five of XML and characters by number, one for one.
    processEntities: false,
    ignoreDeclaration: true,
    maxNestedTags: MAX_DEPTH,
    jPath: false,
    updateTag: (name, path) => {
      if (++elements > MAX_ELEMENTS) {
        throw inputError(`More than ${MAX_ELEMENTS} elements.`, { place: file, code: "xml-size" });
      }
      if ((path as MatcherView).getDepth() > MAX_DEPTH) {
        throw inputError(`Nested deeper than ${MAX_DEPTH} levels.`, { place: file, code: "xml-depth" });
      }
      return name;
    },
  });
  try {
    return parser.parse(source) as readonly Parsed[];
  } catch (error) {
    if (error instanceof BatchproofError) throw error;
    throw syntaxError("This is not well-formed XML.", file, error);
  }
}

/** The document that an element is held against. */
interface Origin {
  readonly source: string;
  readonly file: string;
  readonly lineOf: (index: number) => number;
  readonly kind: XmlKind;
}

/** Where an element stands in the source. */
interface Extent {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

function theRoot(parsed: readonly Parsed[], origin: Origin): Extent {
  const [root, ...others] = parsed.filter((each) => META in each);
  if (root === undefined) throw syntaxError("There is no element.", origin.file);
  const extent = toNode(root, { path: "", scope: new Map() }, origin);
  const second = others[0];
  if (second !== undefined) {
    const { start } = startTagOf(second, origin);
    throw syntaxError("There is a second root element.", `${origin.file}:${origin.lineOf(start)}`);
  }
  return extent;
}

/** What is around an element; around the root there is nothing, and no namespace. */
type Above = Pick<Node, "path" | "scope"> & Partial<Pick<Node, "namespace">>;

/**
 * An element as the parser gives it, held against the source. The parser is lenient: it takes any end tag for the open
 * element's, keeps the last of two equal attributes and passes over what it does not understand. So each element must
 * start with a start tag of exactly the standard's form, with the attributes that the parser gives, and end with its own
 * end tag.
 */
function toNode(parsed: Parsed, above: Above, origin: Origin): Extent {
  const { start, tag, qualified, attributeCount } = startTagOf(parsed, origin);
  const place = `${origin.file}:${origin.lineOf(start)}`;
  const given = Object.entries((parsed[":@"] ?? {}) as Record<string, unknown>);
  if (given.length !== attributeCount) throw syntaxError("An attribute stands here twice.", place);
  const decoded = given.map(([name, value]) => [name, plain(String(value), place)] as const);
  const scope = scopeOf(decoded, above.scope, place);
  const [prefix, name] = split(qualified);
  const path = above.path === "" ? name : `${above.path}/${name}`;
  const namespace = scope.get(prefix);
  const { kind } = origin;
  if (above.path === "" && (name !== kind.root || !kind.namespaces.includes(namespace ?? ""))) {
    throw inputError(`The document is not a ${kind.root} in the namespace ${kind.namespaces.join(" or ")}.`, {
      place,
      remedy: "Check that this is the right file, exported in this version of the format.",
      code: "xml-root",
    });
  }
  if (namespace === undefined || namespace !== (above.namespace ?? namespace)) {
    throw namespaceError(`${path}: The element is not in the document's namespace.`, place);
  }
  const end = endOf(parsed, { start, tag, qualified }, origin);
  const inside = Object.entries(parsed).find(([key]) => key !== ":@")?.[1] as readonly Parsed[];
  const children = inside
    .filter((each) => META in each)
    .map((each) => toNode(each, { path, scope, namespace }, origin).node);
  const text = inside.map((each) => textOf(each, place)).join("");
  const attributes = attributesOf(decoded, scope, place);
  return { node: { name, path, place, namespace, scope, attributes, children, text }, start, end };
}

interface StartTag {
  readonly start: number;
  readonly tag: string;
  readonly qualified: string;
}

function startTagOf(parsed: Parsed, { source, file, lineOf }: Origin): StartTag & { readonly attributeCount: number } {
  const start = metaOf(parsed).startIndex ?? 0;
  START_TAG.lastIndex = start;
  const [tag, qualified, attributes = ""] = START_TAG.exec(source) ?? [];
  if (tag === undefined || qualified === undefined) {
    throw syntaxError("This is not a start tag.", `${file}:${lineOf(start)}`);
  }
  return { start, tag, qualified, attributeCount: [...attributes.matchAll(/=\s*(?:"[^"]*"|'[^']*')/g)].length };
}

/** Index behind the element. */
function endOf(parsed: Parsed, { start, tag, qualified }: StartTag, { source, file, lineOf }: Origin): number {
  const end = metaOf(parsed).endIndex;
  if (end === undefined) {
    throw syntaxError(`The element ${qualified} is not closed: the file is cut off.`, `${file}:${lineOf(start)}`);
  }
  const closed = tag.endsWith("/>") ? end === start + tag.length : isEndTag(source, end, qualified);
  if (!closed) {
    throw syntaxError(`The element ${qualified} is closed by another end tag.`, `${file}:${lineOf(start)}`);
  }
  return end;
}

/** Whether the end tag of this name ends here. */
function isEndTag(source: string, end: number, qualified: string): boolean {
  const start = source.lastIndexOf("</", end - 1);
  return source.startsWith(qualified, start + 2) && /^\s*>$/.test(source.slice(start + 2 + qualified.length, end));
}

function metaOf(parsed: Parsed): { readonly startIndex?: number; readonly endIndex?: number } {
  return parsed[META] as { startIndex?: number; endIndex?: number };
}

/** The text of a text or CDATA section; "" for an element. */
function textOf(parsed: Parsed, place: string): string {
  if (META in parsed) return "";
  const cdata = parsed["#cdata"] as readonly Parsed[] | undefined;
  if (cdata !== undefined) return cdata.map((each) => String(each["#text"])).join("");
  return plain(String(parsed["#text"]), place);
}

const REFERENCE = "lt|gt|amp|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}";
const WRONG_REFERENCE = new RegExp(`&(?!(?:${REFERENCE});)[^;&\\s]{0,20};?`);
const REFERENCES = new RegExp(`&(${REFERENCE});`, "g");

/** Replaces the five entities of XML and characters by number; nothing is expanded twice. Error `xml-entity`. */
function plain(text: string, place: string): string {
  const wrong = WRONG_REFERENCE.exec(text)?.[0];
  if (wrong !== undefined) throw entityError(wrong, place);
  return text.replaceAll(REFERENCES, (whole, name: string) => {
    const character = ENTITIES.get(name) ?? characterOf(name);
    if (character === undefined) throw entityError(whole, place);
    return character;
  });
}

/** "#65" or "#x41" to "A"; undefined for what XML does not allow. */
function characterOf(reference: string): string | undefined {
  const code = Number(reference.startsWith("#x") ? `0${reference.slice(1)}` : reference.slice(1));
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : "";
  return character !== "" && !FORBIDDEN.test(character) ? character : undefined;
}

function entityError(reference: string, place: string): BatchproofError {
  return inputError(`"${reference.replaceAll(/\p{C}/gu, "\uFFFD")}" stands for no character here.`, {
    place,
    remedy: "Only the five entities of XML and characters by number are known.",
    code: "xml-entity",
  });
}

function scopeOf(
  attributes: readonly (readonly [string, string])[],
  above: ReadonlyMap<string, string>,
  place: string,
): ReadonlyMap<string, string> {
  const declared = attributes.flatMap(([name, value]): [string, string][] => {
    if (name === "xmlns") return [["", value]];
    return name.startsWith("xmlns:") ? [[name.slice("xmlns:".length), value]] : [];
  });
  if (declared.length === 0) return above;
  if (declared.some(([prefix, value]) => prefix.startsWith("xml") || (prefix !== "" && value === ""))) {
    throw namespaceError("This namespace cannot be declared.", place);
  }
  return new Map([...above, ...declared]);
}

function attributesOf(
  given: readonly (readonly [string, string])[],
  scope: ReadonlyMap<string, string>,
  place: string,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [name, value] of given.filter(([name]) => name !== "xmlns" && !name.startsWith("xmlns:"))) {
    const [prefix, local] = split(name);
    if (prefix !== "" && scope.get(prefix) !== SCHEMA_INSTANCE) {
      throw namespaceError(`The attribute ${name} is of a namespace that is not known here.`, place);
    }
    const key = prefix === "" ? local : `xsi:${local}`;
    if (attributes.has(key)) throw syntaxError("An attribute stands here twice.", place);
    attributes.set(key, value);
  }
  return attributes;
}

/** "b2m:IDType" to prefix and local name; no prefix is "". */
function split(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(":");
  return [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)];
}

function namespaceError(message: string, place: string): BatchproofError {
  return inputError(message, { place, code: "xml-namespace" });
}

function syntaxError(message: string, place: string, cause?: unknown): BatchproofError {
  return inputError(message, {
    place,
    remedy: "Export or copy the file again.",
    code: "xml-syntax",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Line, from 1, of an index into the text. */
function lineCounter(source: string): (index: number) => number {
  const ends: number[] = [];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) ends.push(at);
  return (index) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
