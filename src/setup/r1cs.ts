import { FIELD } from "../formats/field.ts";
import { littleEndian } from "./bytes.ts";
import { malformed, SectionFile } from "./sections.ts";

/** Section ids of an `.r1cs` file (iden3 r1cs binary format, version 1). */
export const R1CS_HEADER = 1;
export const R1CS_CONSTRAINTS = 2;

/** What the header of an `.r1cs` file says. Wire 0 is the constant one, then public outputs, public inputs, the rest. */
export interface R1csHeader {
  readonly constraints: number;
  readonly wires: number;
  /** Public outputs and public inputs together: the number of public signals. */
  readonly publicSignals: number;
  readonly privateInputs: number;
}

/** Reads the header of an `.r1cs` file. Throws `file-format` on anything but a BN254 r1cs of version 1. */
export async function readR1csHeader(path: string): Promise<R1csHeader> {
  const file = await SectionFile.open(path, "r1cs");
  try {
    return await parseR1csHeader(file);
  } finally {
    await file.close();
  }
}

/** The same from a file that is already open. */
export async function parseR1csHeader(file: SectionFile): Promise<R1csHeader> {
  const header = await file.read(R1CS_HEADER);
  if (header.length !== 64 || header.readUInt32LE(0) !== 32 || littleEndian(header.subarray(4, 36)) !== FIELD) {
    throw malformed(file.path, "its field is not the one of BN254");
  }
  return {
    wires: header.readUInt32LE(36),
    publicSignals: header.readUInt32LE(40) + header.readUInt32LE(44),
    privateInputs: header.readUInt32LE(48),
    constraints: header.readUInt32LE(60),
  };
}
