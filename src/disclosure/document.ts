import { inFile, inputError } from "../errors.ts";
import { KIND, type KindName } from "../formats/constants.ts";
import { ADDRESS, COUNT, defineDocument, documentText, HEX_FIELD } from "../formats/document.ts";
import { MAX_JSON_BYTES } from "../input/json.ts";
import { checkHandoff, type HandoffJson } from "./handoff.ts";
import { checkLines, type LinesJson } from "./lines.ts";
import { checkResults, type ResultsJson } from "./results.ts";
import { RULE, type RuleJson } from "./rule.ts";
import { windowsOf, type SeriesJson } from "./series.ts";

/** A disclosure: what one claim of a batch is shown of, and what it belongs to. */
export interface DisclosureFile {
  readonly format: "batchproof-disclosure/1";
  /** The register and the claim on it: decimal, address, key of the batch, index in its policy. */
  readonly chainId: string;
  readonly registry: string;
  readonly key: string;
  readonly claim: number;
  readonly kind: KindName;
  readonly rule?: RuleJson;
  readonly content: Content;
}

export type Content = SeriesJson | ResultsJson | HandoffJson | LinesJson;

const DOCUMENT = defineDocument<DisclosureFile>(
  "batchproof-disclosure/1",
  "disclosure-file",
  {
    chainId: { type: "string", pattern: "^[1-9][0-9]{0,19}$" },
    registry: ADDRESS,
    key: { type: "string", pattern: HEX_FIELD.pattern },
    claim: { ...COUNT, maximum: 255 },
    kind: { enum: Object.keys(KIND) },
    rule: RULE,
    content: {
      type: "object",
      properties: { form: { enum: ["series", "results", "handoff", "lines"] } },
      required: ["form"],
    },
  },
  ["rule"],
);

/**
 * A disclosure from parsed JSON; only its shape is judged. Error `disclosure-file`.
 * @param place a file, for errors
 */
export function parseDisclosure(value: unknown, place: string): DisclosureFile {
  const file = DOCUMENT.check(value, place);
  const at = `${place}#/content`;
  return { ...file, content: contentOf(file, at) };
}

function contentOf({ kind, content }: DisclosureFile, place: string): Content {
  switch (content.form) {
    case "series":
      return inFile(place, () => windowsOf(kind)).check(content, place);
    case "results":
      if (kind === "quality") return checkResults(content, place);
      break;
    case "handoff":
      if (kind === "custody") return checkHandoff(content, place);
      break;
    case "lines":
      return checkLines(content, place);
  }
  throw inputError("A claim of this kind is not shown like that.", { code: "disclosure-file", place });
}

/** Whether parsed JSON says that it is a disclosure: other files answer a request too, such as a letter. */
export function isDisclosure(value: unknown): boolean {
  return typeof value === "object" && value !== null && "format" in value && value.format === "batchproof-disclosure/1";
}

/** A disclosure as it lies on disk. Error `disclosure-size`: nobody could read it back. */
export function disclosureText(file: DisclosureFile): string {
  const text = documentText(file);
  if (new TextEncoder().encode(text).length <= MAX_JSON_BYTES) return text;
  throw inputError(`The disclosure has more than ${MAX_JSON_BYTES} bytes.`, { code: "disclosure-size" });
}
