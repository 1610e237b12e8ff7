import { inputError, placed, restated, type BatchproofError } from "../errors.ts";

/**
 * Identifiers of a bag as sites scan, type and print them, and the one text that each has here: two codes name one bag if these
 * texts are equal. GS1 General Specifications (element strings) and ISBT 128 Standard Technical Specification (data structures
 * 001 and 003).
 */

/**
 * An identifier in its one text: GS1 element string "(01)...(21)...", or an ISBT 128 donation number with its check character and,
 * after a slash, its product code.
 */
export interface Carrier {
  readonly scheme: "gs1" | "isbt128";
  readonly text: string;
}

/** More characters than any identifier has, however it is spelled. */
const LONGEST = 200;

/** Between the fields of a scanned GS1 code, where the symbol has FNC1. */
const SEPARATOR = "\u001d";
/** AIM's symbology identifiers of the symbols that hold element strings: GS1-128, GS1 DataMatrix, GS1 QR Code. */
const GS1_SYMBOLS = /^\](?:C1|d2|Q3)/;
/** Of those in which ISBT 128 is printed: Code 128 and Data Matrix. */
const ISBT_SYMBOLS = /^\](?:C0|d1)/;
/** How an element string begins, typed or scanned. */
const GS1_BEGINNING = /^(?:\(|\](?:C1|d2|Q3)|01|10|17|21)/;
/**
 * GS1's character set 82 without parentheses: a value with one of them could be read as two fields of the text that people
 * read.
 */
const TEXT_82 = "[!\"%&'*+,\\-./0-9:;<=>?A-Z_a-z]{1,20}";

/** What a GS1 code may say of a bag, in the order of the one text: what it is, which one of them, and until when. */
const GS1_FIELDS = {
  "01": { name: "gtin", value: "[0-9]{14}" },
  "10": { name: "lot", value: TEXT_82 },
  "17": { name: "expiry", value: "[0-9]{6}" },
  "21": { name: "serial", value: TEXT_82 },
} as const;
type Identifier = keyof typeof GS1_FIELDS;
/** Sorted: an object lists "10" before "01". */
const IDENTIFIERS = Object.keys(GS1_FIELDS).sort() as readonly Identifier[];
const isIdentifier = (text: string): text is Identifier => Object.hasOwn(GS1_FIELDS, text);

/** The fields of a GS1 code: digits of the GTIN, lot, YYMMDD, serial number. */
export interface Gs1Fields {
  readonly gtin: string;
  readonly lot?: string;
  readonly expiry?: string;
  readonly serial?: string;
}

/** Donation identification number without flags, its check character, and the product code if it was scanned too. */
export interface Isbt128Fields {
  readonly donation: string;
  readonly check: string;
  readonly product?: string;
}

/**
 * The identifier that somebody scanned, typed or pasted: a GS1 element string with its identifiers in parentheses or as a scanner
 * gives it; an ISBT 128 donation number as scanned ("=..."), or as printed, with spaces and its check character, either followed by
 * the product code. Nothing is corrected, and small letters are not capital ones.
 * Error `carrier`.
 */
export function carrierOf(text: string): Carrier {
  if (text.length > LONGEST) throw carrierError("This is no identifier of a bag: it is too long.");
  const isIsbt = text.startsWith("=") || ISBT_SYMBOLS.test(text) || PRINTED.test(closed(text));
  if (isIsbt) return isbt128Of(text);
  if (GS1_BEGINNING.test(text)) return gs1Of(text);
  throw carrierError("This is neither a GS1 nor an ISBT 128 identifier.");
}

/** An identifier of this scheme in its one text, as a label has it. Error `carrier`, also where it is spelled otherwise. */
export function exactCarrier(scheme: Carrier["scheme"], text: string, place: string): Carrier {
  const carrier = placed(place, () => carrierOf(text));
  if (carrier.scheme === scheme && carrier.text === text) return carrier;
  throw restated(carrierError("An identifier on a label is written in one way only."), { place });
}

/** Whether two identifiers are of one bag. */
export function isSameCarrier(one: Carrier, other: Carrier): boolean {
  return one.scheme === other.scheme && one.text === other.text;
}

/** The fields of an identifier that `carrierOf` gave. */
export function gs1Fields({ text }: Carrier): Gs1Fields {
  return named(bracketed(text));
}

/** The same of an ISBT 128 identifier. */
export function isbt128Fields({ text }: Carrier): Isbt128Fields {
  const [number = "", product] = text.split("/");
  return { donation: number.slice(0, -1), check: number.slice(-1), ...(product === undefined ? {} : { product }) };
}

type Values = ReadonlyMap<Identifier, string>;

function gs1Of(text: string): Carrier {
  const values = text.startsWith("(") ? bracketed(text) : scanned(text.replace(GS1_SYMBOLS, ""));
  const { gtin, expiry, lot, serial } = named(values);
  if (!hasCheckDigit(gtin)) throw carrierError("The check digit of the GTIN is wrong.");
  if (expiry !== undefined && !isDay(expiry)) throw carrierError("The expiry date is no date.");
  if (lot === undefined && serial === undefined) {
    throw carrierError("The code names a product and no bag: it has neither a lot (10) nor a serial number (21).");
  }
  const parts = IDENTIFIERS.flatMap((id) => {
    const value = values.get(id);
    return value === undefined ? [] : [`(${id})${value}`];
  });
  return { scheme: "gs1", text: parts.join("") };
}

function named(values: Values): Gs1Fields {
  const gtin = values.get("01");
  if (gtin === undefined) throw carrierError("The code has no GTIN (01).");
  return Object.assign({ gtin }, ...[...values].map(([id, value]) => ({ [GS1_FIELDS[id].name]: value }))) as Gs1Fields;
}

/** Fields of a text with its identifiers in parentheses. */
function bracketed(text: string): Values {
  const found = [...text.matchAll(/\(([^()]*)\)([^()]*)/gy)];
  if (found.map(([whole]) => whole).join("") !== text) throw carrierError("This is not a GS1 element string.");
  return fieldsOf(found.map(([, id = "", value = ""]) => [id, value]));
}

/** Fields of a text as a scanner gives it: those of fixed length need no separator after them. */
function scanned(text: string): Values {
  const found: (readonly [string, string])[] = [];
  for (let rest = text; rest !== "";) {
    const id = rest.slice(0, 2);
    if (!isIdentifier(id)) throw unknownField();
    const [value] = new RegExp(`^${GS1_FIELDS[id].value}`).exec(rest.slice(2)) ?? [""];
    found.push([id, value]);
    const after = rest.slice(2 + value.length);
    const isVariable = GS1_FIELDS[id].value === TEXT_82;
    if (after !== "" && isVariable && !after.startsWith(SEPARATOR)) throw badValue(id);
    rest = after.startsWith(SEPARATOR) ? after.slice(1) : after;
    if (rest === "" && after !== "") throw carrierError("A separator ends the code.");
  }
  return fieldsOf(found);
}

function fieldsOf(found: readonly (readonly [id: string, value: string])[]): Values {
  const values = new Map<Identifier, string>();
  for (const [id, value] of found) {
    if (!isIdentifier(id)) throw unknownField();
    if (values.has(id)) throw carrierError(`The code has field (${id}) twice.`);
    if (!new RegExp(`^${GS1_FIELDS[id].value}$`).test(value)) throw badValue(id);
    values.set(id, value);
  }
  return values;
}

function unknownField(): BatchproofError {
  return carrierError(`A bag's code has fields ${IDENTIFIERS.map((id) => `(${id})`).join(", ")} and no other.`);
}

function badValue(id: Identifier): BatchproofError {
  return carrierError(`Field (${id}) has another length or other characters than it may have.`);
}

/** Whether the last of 14 digits is their check digit: weights 3 and 1 in turn from the right, up to a multiple of ten. */
export function hasCheckDigit(digits: string): boolean {
  const sum = Array.from(digits, Number).reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** Whether YYMMDD is a day of some century; day 00 is the last one of its month. */
function isDay(text: string): boolean {
  const [year, month, day] = [0, 2, 4].map((i) => Number(text.slice(i, i + 2))) as [number, number, number];
  const days = new Date(Date.UTC(2000 + year, month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day <= days;
}

/** Facility, year and serial number of a donation. */
const DONATION = "[A-NP-Z1-9][A-NP-Z0-9]{4}[0-9]{8}";
/** Product, type of donation, and which division of it: only the last may have small letters. */
const PRODUCT = "[A-Z][0-9]{4}[A-Za-z0-9][A-Z0-9][a-z0-9]";
const SCANNED = new RegExp(`^=(${DONATION})([0-9]{2})(?:=<(${PRODUCT}))?$`);
/** As people read it, without its spaces: with the check character, and the product code after a slash or a space. */
const PRINTED = new RegExp(`^(${DONATION})([0-9A-Z*])(?:/?(${PRODUCT}))?$`);
/** By its place, the character of a check value. */
const CHECK_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
/** Flags from here on are a check value; those below say how the label was printed. */
const FIRST_CHECK_FLAG = 60;

/** A text without the single spaces between its groups. */
function closed(text: string): string {
  return text.replace(/([^ ]) (?=[^ ])/g, "$1");
}

function isbt128Of(text: string): Carrier {
  const scan = SCANNED.exec(text.replace(ISBT_SYMBOLS, ""));
  const [, donation, mark, product] = scan ?? PRINTED.exec(closed(text)) ?? [];
  if (donation === undefined || mark === undefined) throw carrierError("This is not an ISBT 128 donation number.");
  const value = checkValue(donation);
  const check = CHECK_CHARACTERS.charAt(value);
  const flag = Number(mark);
  const fits = scan === null ? mark === check : flag < FIRST_CHECK_FLAG || flag === FIRST_CHECK_FLAG + value;
  if (!fits) throw carrierError("The check character of the donation number is wrong.");
  return { scheme: "isbt128", text: `${donation}${check}${product === undefined ? "" : `/${product}`}` };
}

/** ISO 7064 modulus 37-2. */
function checkValue(donation: string): number {
  const sum = Array.from(donation).reduce((s, character) => ((s + CHECK_CHARACTERS.indexOf(character)) * 2) % 37, 0);
  return (38 - sum) % 37;
}

function carrierError(message: string): BatchproofError {
  return inputError(message, {
    code: "carrier",
    remedy:
      "Scan the bag's code, or type it as it is printed: GS1 as (01)...(21)..., ISBT 128 with its check character.",
  });
}
