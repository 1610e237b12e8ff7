import { Ajv2020 } from "ajv/dist/2020.js";
import { policySchema, type Described, type KindSchema } from "./schema.ts";

type Conditional = Partial<Readonly<Record<"if" | "then" | "else", Described>>>;

const INDENT = "  ";

/**
 * A policy as JSON with comments: above every field what the schema says about it, once, and at the end of an object the
 * fields that it could have besides. Without the lines that begin with `//` it is strict JSON.
 */
export function commentedPolicy(policy: unknown, kinds: Readonly<Record<string, KindSchema>>): string {
  const whole = policySchema(kinds);
  const judge = new Ajv2020({ strict: false });
  const said = new Set<string>();

  /** The parts of the schema that are about a value: those referred to, and those whose condition it meets. */
  function partsOf(part: Described, value: unknown): Described[] {
    const referred = whole.$defs[part.$ref?.replace("#/$defs/", "") ?? ""];
    const { if: condition, then, else: otherwise } = part as Conditional;
    const conditional = condition && (judge.validate(condition, value) ? then : otherwise);
    const further = [referred, conditional, ...(part.allOf ?? [])].filter((each) => each !== undefined);
    return [part, ...further.flatMap((each) => partsOf(each, value))];
  }

  function propertiesOf(parts: readonly Described[]): string[] {
    return [...new Set(parts.flatMap(({ properties = {} }) => Object.keys(properties)))];
  }

  function propertyOf(parts: readonly Described[], key: string, value: unknown): Described[] {
    return parts.flatMap(({ properties }) => {
      const own = properties?.[key];
      return own === undefined ? [] : partsOf(own, value);
    });
  }

  /** The comment on a field, unless the same was said of a field of this name before. */
  function comment(name: string, parts: readonly Described[], optional: boolean): string[] {
    const form = parts.find(({ $comment }) => $comment !== undefined)?.$comment;
    const choice = parts.find((part) => part.enum !== undefined)?.enum;
    const words = [
      parts.find(({ description }) => description !== undefined)?.description,
      form && `${form.charAt(0).toUpperCase()}${form.slice(1)}.`,
      choice && `One of ${choice.map((each) => JSON.stringify(each)).join(", ")}.`,
      optional ? "Optional." : undefined,
    ];
    const line = `${name}: ${words.filter((each) => each !== undefined).join(" ")}`;
    if (said.has(line)) return [];
    said.add(line);
    return [`// ${line}`];
  }

  function isOptional(key: string, parts: readonly Described[]): boolean {
    return !parts.some(({ required = [] }) => required.includes(key));
  }

  /** Comments on fields that an object does not have, and on what those would hold. */
  function absent(parts: readonly Described[], keys: readonly string[], prefix: string): string[] {
    return keys.flatMap((key) => {
      const own = propertyOf(parts, key, undefined);
      const items = own.flatMap((part) => (part.items === undefined ? [] : partsOf(part.items, undefined)));
      return [
        ...comment(`${prefix}${key}`, own, isOptional(key, parts)),
        ...absent(own, propertiesOf(own), `${prefix}${key}.`),
        ...absent(items, propertiesOf(items), `${prefix}${key}[].`),
      ];
    });
  }

  function members(value: Readonly<Record<string, unknown>>, parts: readonly Described[]): string[] {
    const keys = Object.keys(value);
    const written = keys.map((key) => {
      const own = propertyOf(parts, key, value[key]);
      const [first = "", ...rest] = linesOf(value[key], own);
      return { above: comment(key, own, isOptional(key, parts)), lines: [`${JSON.stringify(key)}: ${first}`, ...rest] };
    });
    const others = propertiesOf(parts).filter((key) => !keys.includes(key));
    return [
      ...written.flatMap(({ above, lines }, index) => [...above, ...separated(lines, index === keys.length - 1)]),
      ...absent(parts, others, ""),
    ];
  }

  function linesOf(value: unknown, parts: readonly Described[]): string[] {
    if (Array.isArray(value)) {
      if (!value.some((item) => typeof item === "object")) {
        return [`[${value.map((item) => JSON.stringify(item)).join(", ")}]`];
      }
      const items = value.flatMap((item: unknown, index) => {
        const own = parts.flatMap((part) => (part.items === undefined ? [] : partsOf(part.items, item)));
        return separated(linesOf(item, own), index === value.length - 1);
      });
      return ["[", ...items.map(indented), "]"];
    }
    if (typeof value !== "object" || value === null) return [JSON.stringify(value)];
    return ["{", ...members(value as Readonly<Record<string, unknown>>, parts).map(indented), "}"];
  }

  return `${linesOf(policy, partsOf(whole, policy)).join("\n")}\n`;
}

/** The lines of a member or an item, with the comma that all but the last one end with. */
function separated(lines: readonly string[], isLast: boolean): string[] {
  return lines.map((line, index) => (index === lines.length - 1 && !isLast ? `${line},` : line));
}

function indented(line: string): string {
  return INDENT + line;
}

/** The same without its comments: strict JSON. */
export function withoutComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("//"))
    .join("\n");
}
