import { commandOf } from "../../commandLine.ts";
import { inputError } from "../../errors.ts";
import { readBatchml, shownText } from "../batchml.ts";
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
  const { id, batchId, product, changed, executed, exceptions, comments, signatures } = readBatchml(bytes, file);
  return {
    form: "batch production record of an MES (BatchML)",
    facts: [
      "signed: the MES's electronic signatures are read, not verified",
      `record: ${shownText(id)} of batch ${shownText(batchId.text)}, product ${shownText(product.name)}, last changed ${changed.text}`,
      `executed elements: ${executed.length}; exceptions: ${exceptions.length}, comments: ${comments.length}, signatures: ${signatures.length}`,
    ],
    series: [],
    commands: [commandOf("import", "batchml", file, "--into", "DIR", "--batch-id", batchId.text)],
  };
}
