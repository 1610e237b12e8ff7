import { repairJournal } from "../../src/parties/journal.ts";
import type { Answer } from "../output.ts";

/** `journal repair`. */
export async function repair([file = ""]: readonly string[]): Promise<Answer> {
  const dropped = await repairJournal(file);
  if (dropped === undefined) {
    return { text: "The last line is finished: there is nothing to repair.", json: { file, dropped: null } };
  }
  const { line, bytes } = dropped;
  const text = Buffer.from(bytes).toString("utf8");
  return {
    text: `${file}:${line} was unfinished; nothing was signed for it. Dropped, ${bytes.length} bytes:\n${text}`,
    json: { file, dropped: { line, bytes: bytes.length, text } },
  };
}
