import { commandOf } from "../../commandLine.ts";
import { readBatchml, shownText } from "../batchml.ts";
import type { Inspection } from "./inspection.ts";

/** An MES's production record. Errors: those of `readBatchml`. */
export function inspectBatchml(bytes: Uint8Array, file: string): Inspection {
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
