/**
 * Files as an attacker or an accident leaves them: changes of bytes, and changes that keep the shape of lines and fields, which
 * get further into a reader. The same seed gives the same changes on every machine.
 */

/** Numbers from 0 to below `below`, the same row for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Changes a text that has a character for each byte; `others` are whole files to splice in. */
type Mutation = (text: string, random: Random, others: readonly string[]) => string;

const NUMBERS = [
  "9".repeat(400),
  "1e999",
  "-0",
  "1e-17",
  "0x10",
  "NaN",
  "Infinity",
  "-999.9",
  "1".repeat(17),
  ".5",
  "4,5",
  "١",
];
const BYTES = [
  "\xff",
  "\xc3",
  "\x00",
  "\xef\xbb\xbf",
  "\xff\xfe",
  '"',
  "'",
  "<",
  "&#0;",
  "\r",
  "\n",
  "\t",
  "__proto__",
  "\x1b[2J",
];
const DELIMITERS = [",", ";", "\t", " ", "|"];

const pick = <T>(all: readonly T[], random: Random): T => {
  const found = all[random(all.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
};
const put = (text: string, at: number, length: number, by: string): string =>
  text.slice(0, at) + by + text.slice(at + length);

/** Changes one line, or the place of one. */
const ofLines =
  (change: (lines: string[], at: number, random: Random) => void): Mutation =>
  (text, random) => {
    const lines = text.split("\n");
    change(lines, random(lines.length), random);
    return lines.join("\n");
  };

/** Changes one field of one line, or the place of one. */
const ofFields = (change: (fields: string[], at: number, random: Random) => void): Mutation =>
  ofLines((lines, at, random) => {
    const delimiter = pick(DELIMITERS.filter((each) => lines[at]?.includes(each)).concat(","), random);
    const fields = (lines[at] ?? "").split(delimiter);
    change(fields, random(fields.length), random);
    lines[at] = fields.join(delimiter);
  });

const MUTATIONS: readonly Mutation[] = [
  // Bytes.
  (text, random) => put(text, random(text.length), 1, String.fromCharCode(random(256))),
  (text, random) => {
    const at = random(text.length);
    return put(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << random(8))));
  },
  (text, random) => put(text, random(text.length + 1), 0, pick(BYTES, random)),
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => put(text, random(text.length + 1), random(40), ""),
  (text, random, others) => {
    const other = pick(others, random);
    return text.slice(0, random(text.length + 1)) + other.slice(random(other.length + 1));
  },
  // A digit by a digit: mostly still a file of its form.
  (text, random) => {
    const digits = [...text.matchAll(/\d/g)];
    return digits.length === 0 ? text : put(text, pick(digits, random).index, 1, String(random(10)));
  },
  (text, random) => {
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return text;
    const { index, 0: number } = pick(numbers, random);
    return put(text, index, number.length, pick(NUMBERS, random));
  },
  // Lines.
  ofLines((lines, at) => lines.splice(at, 1)),
  ofLines((lines, at) => lines.splice(at, 0, lines[at] ?? "")),
  ofLines((lines, at, random) => {
    const other = random(lines.length);
    [lines[at], lines[other]] = [lines[other] ?? "", lines[at] ?? ""];
  }),
  ofLines((lines) => void lines.reverse()),
  // Fields.
  ofFields((fields, at) => fields.splice(at, 1)),
  ofFields((fields, at) => fields.splice(at, 0, fields[at] ?? "")),
  ofFields((fields, at, random) => {
    const other = random(fields.length);
    [fields[at], fields[other]] = [fields[other] ?? "", fields[at] ?? ""];
  }),
  ofFields((fields, at) => (fields[at] = "")),
  ofFields((fields, at) => (fields[at] = `"${fields[at] ?? ""}"`)),
  (text, random) => text.replaceAll(pick(DELIMITERS, random), pick(DELIMITERS, random)),
  (text) => (text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text.replaceAll("\n", "\r\n")),
];

/** One of the files after one to four changes; the same for the same seed. */
export function mutated(files: readonly Uint8Array[], seed: number): Buffer {
  const random = randomOf(seed);
  const texts = files.map((file) => Buffer.from(file).toString("latin1"));
  let text = pick(texts, random);
  for (let left = 1 + random(4); left > 0; left--) text = pick(MUTATIONS, random)(text, random, texts);
  return Buffer.from(text, "latin1");
}
