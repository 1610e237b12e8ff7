import { commandOf, fileWord } from "../../commandLine.ts";
import { inputError } from "../../errors.ts";
import { changedFact, eventsFacts, readBatchml, shownText } from "../batchml.ts";
import { MAX_XML_BYTES } from "../xml.ts";
import type { Inspection } from "./inspection.ts";

/** An MES's production record. Errors: those of `readBatchml`; `file-size`, as `import` has it. */
export function inspectBatchml(bytes: Uint8Array, file: string): Inspection {
  if (bytes.length > MAX_XML_BYTES) {
    throw inputError(`The file has ${bytes.length} bytes; of XML at most ${MAX_XML_BYTES} are read.`, {
      place: file,
      code: "file-size",
    });
  }
  const record = readBatchml(bytes, file);
  const { id, batchId, product, executed, exceptions, comments, signatures } = record;
  const made = product === undefined ? "" : `, product ${shownText(product.name ?? product.id)}`;
  return {
    form: "batch production record of an MES (BatchML)",
    facts: [
      "signed: the MES's electronic signatures are read, not verified",
      `record: ${shownText(id)} of batch ${shownText(batchId.text)}${made}, ${changedFact(record)}`,
      `executed elements: ${executed.length}; exceptions: ${exceptions.length}, comments: ${comments.length}, signatures: ${signatures.length}`,
      ...eventsFacts(record),
    ],
    series: [],
    commands: [commandOf("import", "batchml", fileWord(file), "--into", "DIR", "--batch-id", batchId.text)],
  };
}
