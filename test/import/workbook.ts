import { crc32, deflateRawSync } from "node:zlib";

/** What of an entry of an archive may lie. */
export interface EntryLie {
  readonly size?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly localName?: string;
  readonly offset?: number;
  /** Extra fields in the directory, and in the file's own header. */
  readonly extra?: Buffer;
  readonly localExtra?: Buffer;
  /** What the file's own header says of its flags and its numbers: nothing, or the same as the directory. */
  readonly localFlags?: number;
  readonly hasNoNumbers?: boolean;
  /** What lies behind its data. */
  readonly behind?: (numbers: Buffer) => Buffer;
}

/** A ZIP archive of these files, in their order; `lies` by the place in it. */
export function zipOf(
  files: readonly (readonly [name: string, content: string | Buffer])[],
  lies: Readonly<Record<number, EntryLie>> = {},
): Buffer {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  files.forEach(([name, content], i) => {
    const lie = lies[i] ?? {};
    const bytes = Buffer.from(content);
    const packed = lie.method === 0 ? bytes : deflateRawSync(bytes);
    const told = { crc: lie.crc ?? crc32(bytes), size: lie.size ?? bytes.length, method: lie.method ?? 8 };
    const extra = { local: lie.localExtra ?? Buffer.alloc(0), central: lie.extra ?? Buffer.alloc(0) };
    const body = header(0x04034b50, 30, 6, lie.localName ?? name, packed.length, told, lie.localFlags ?? lie.flags);
    const entry = header(0x02014b50, 46, 8, name, packed.length, told, lie.flags);
    const behind = lie.behind?.(Buffer.from(body.subarray(14, 26))) ?? Buffer.alloc(0);
    if (lie.hasNoNumbers === true) body.fill(0, 14, 26);
    body.writeUInt16LE(extra.local.length, 28);
    entry.writeUInt16LE(extra.central.length, 30);
    entry.writeUInt32LE(lie.offset ?? at, 42);
    bodies.push(body, extra.local, packed, behind);
    directory.push(entry, extra.central);
    at += body.length + extra.local.length + packed.length + behind.length;
  });
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, central, end]);
}

function header(
  signature: number,
  size: number,
  from: number,
  name: string,
  packed: number,
  told: { readonly crc: number; readonly size: number; readonly method: number },
  flags = 0,
): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(size), Buffer.from(name)]);
  bytes.writeUInt32LE(signature, 0);
  bytes.writeUInt16LE(flags, from);
  bytes.writeUInt16LE(told.method, from + 2);
  bytes.writeUInt32LE(told.crc, from + 8);
  bytes.writeUInt32LE(packed, from + 12);
  bytes.writeUInt32LE(told.size, from + 16);
  bytes.writeUInt16LE(Buffer.byteLength(name), from + 20);
  return bytes;
}

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships";

/** A sheet of a workbook: what stands in its `worksheet` element. */
export interface MadeSheet {
  readonly name: string;
  readonly xml: string;
  readonly state?: string;
}

/** What else a workbook holds. */
export interface MadeCells {
  readonly texts?: readonly string[];
  /** Attributes of its properties. */
  readonly epoch?: string;
  /** What stands in its style sheet. */
  readonly styles?: string;
}

/** The files of a workbook. */
export function workbookFiles(
  sheets: readonly MadeSheet[],
  { texts = [], epoch = "", styles }: MadeCells = {},
): [name: string, content: string][] {
  const relation = (id: string, type: string, to: string): string =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${to}"/>`;
  const listed = sheets.map(
    ({ name, state }, i) =>
      `<sheet name="${name}" sheetId="${i + 1}"${state === undefined ? "" : ` state="${state}"`} r:id="rId${i + 1}"/>`,
  );
  const related = sheets.map((_, i) => relation(`rId${i + 1}`, "worksheet", `worksheets/sheet${i + 1}.xml`));
  return [
    [
      "_rels/.rels",
      `<Relationships xmlns="${PACKAGE}">${relation("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
    ],
    [
      "xl/workbook.xml",
      `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${epoch}/><sheets>${listed.join("")}</sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      `<Relationships xmlns="${PACKAGE}">${related.join("")}${styles === undefined ? "" : relation("rIdS", "styles", "styles.xml")}${relation("rIdT", "sharedStrings", "/xl/sharedStrings.xml")}</Relationships>`,
    ],
    ["xl/sharedStrings.xml", `<sst xmlns="${MAIN}">${texts.map((each) => `<si>${each}</si>`).join("")}</sst>`],
    ...(styles === undefined
      ? []
      : [["xl/styles.xml", `<styleSheet xmlns="${MAIN}">${styles}</styleSheet>`] as [string, string]]),
    ...sheets.map(({ xml }, i): [string, string] => [
      `xl/worksheets/sheet${i + 1}.xml`,
      `<worksheet xmlns="${MAIN}" xmlns:x="urn:x">${xml}</worksheet>`,
    ]),
  ];
}
