import { commandOf } from "../../src/commandLine.ts";
import { readBytes } from "../../src/input/files.ts";
import { consentCommitment, drawConsent } from "../../src/parties/consentFile.ts";
import { required, type Options } from "../command.ts";
import { type Answer } from "../output.ts";

/** `consent new`. */
export async function create([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const commitment = consentCommitment(await drawConsent(file, await readBytes(required(options, "document"))));
  return {
    text: `${file} made. Give it: ${commandOf("consent", "grant", file, "--rpc", "URL", "--registry", "ADDRESS", "--account", "HOLDER")}`,
    json: { file, commitment },
  };
}
