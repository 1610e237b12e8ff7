import { join } from "node:path";
import ts from "typescript";
import { packageRoot } from "../src/root.ts";

/**
 * Where error codes are thrown, from the types: the code of an error has a type, and what reaches a function as its
 * `ErrorCode` is known at the call.
 */

/** What a code comes with: the kind of an error (src/errors.ts), or a finding of `policy lint`. */
export type Outcome = "no" | "input" | "environment" | "internal" | "lint error" | "lint warning";

/** The functions of src/errors.ts that make an error, by the kind they give it. */
const KIND_OF: Readonly<Record<string, Outcome>> = {
  refusal: "no",
  inputError: "input",
  environmentError: "environment",
};

/** Functions of src/policy/lintFinding.ts. */
const FINDING_OF: Readonly<Record<string, Outcome>> = { error: "lint error", warning: "lint warning" };

interface Scan {
  readonly checker: ts.TypeChecker;
  readonly files: readonly ts.SourceFile[];
  /** The types that a code can be declared as. */
  readonly declared: readonly ts.Type[];
  /** By file: with what a code comes that was handed to one of its functions, or stands in one of its tables. */
  readonly handed: Map<ts.SourceFile, Set<Outcome>>;
  readonly found: Map<string, Set<Outcome>>;
}

/** Every code that is thrown or found in src/ and cli/, with what it comes with. */
export function thrownCodes(): ReadonlyMap<string, ReadonlySet<Outcome>> {
  const scan = startScan();
  for (const file of scan.files) visit(file, (node) => readMaker(scan, node));
  for (const file of scan.files) visit(file, (node) => readHanded(scan, node));
  return scan.found;
}

function startScan(): Scan {
  const root = packageRoot();
  const { config } = ts.readConfigFile(join(root, "tsconfig.build.json"), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const declared = [
    ["src/errorCodes.ts", "ErrorCode"],
    ["src/policy/lintFinding.ts", "LintCode"],
  ].map(([file = "", name = ""]) => declaredType(program, checker, join(root, file), name));
  const files = program.getSourceFiles().filter(({ fileName }) => fileNames.includes(fileName));
  return { checker, files, declared, handed: new Map(), found: new Map() };
}

function declaredType(program: ts.Program, checker: ts.TypeChecker, path: string, name: string): ts.Type {
  const file = program.getSourceFile(path);
  const module = file && checker.getSymbolAtLocation(file);
  const symbol = module && checker.getExportsOfModule(module).find((each) => each.name === name);
  if (symbol === undefined) throw new Error(`${path} exports no ${name}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

function visit(node: ts.Node, read: (node: ts.Node) => void): void {
  read(node);
  ts.forEachChild(node, (child) => visit(child, read));
}

/** A `code` where an error is made: its type says which codes it can be, or it was handed to the function around it. */
function readMaker(scan: Scan, node: ts.Node): void {
  if (!isCode(node)) return;
  const outcome = outcomeOf(node);
  if (outcome === undefined) return;
  const codes = codesOf(scan, codeType(scan.checker, node));
  if (codes === undefined) add(scan.handed, node.getSourceFile(), outcome);
  else for (const code of codes) add(scan.found, code, outcome);
}

type CodeProperty = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

function isCode(node: ts.Node): node is CodeProperty {
  return (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) && node.name.getText() === "code";
}

function codeType(checker: ts.TypeChecker, node: CodeProperty): ts.Type {
  if (ts.isPropertyAssignment(node)) return checker.getTypeAtLocation(node.initializer);
  const symbol = checker.getShorthandAssignmentValueSymbol(node);
  if (symbol === undefined) throw new Error(`${node.getSourceFile().fileName} has a code of no value`);
  return checker.getTypeOfSymbolAtLocation(symbol, node);
}

/** The kind of the error whose details the property is part of. */
function outcomeOf(node: ts.Node): Outcome | undefined {
  const call = callAround(node);
  if (call === undefined) return undefined;
  const callee = call.expression.getText();
  if (callee !== "BatchproofError") return KIND_OF[callee];
  const kind = call.arguments?.[0];
  return kind !== undefined && ts.isStringLiteral(kind) ? (kind.text as Outcome) : undefined;
}

/** The call or `new` that has a node in its arguments, within one statement and one function. */
function callAround(node: ts.Node): ts.CallExpression | ts.NewExpression | undefined {
  for (let inner = node; !ts.isStatement(inner) && !ts.isFunctionLike(inner); inner = inner.parent) {
    const outer = inner.parent;
    if ((ts.isCallExpression(outer) || ts.isNewExpression(outer)) && outer.expression !== inner) return outer;
  }
  return undefined;
}

/** A code that is handed on: to a function that makes the error, or to a table from which an error is made. */
function readHanded(scan: Scan, node: ts.Node): void {
  if (!ts.isStringLiteral(node) && !ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return;
  if (isCode(node.parent)) return;
  const expected = scan.checker.getContextualType(node);
  if (expected === undefined || !scan.declared.includes(expected)) return;
  for (const code of codesOf(scan, scan.checker.getTypeAtLocation(node)) ?? []) {
    for (const outcome of outcomesHanded(scan, node)) add(scan.found, code, outcome);
  }
}

function outcomesHanded({ checker, handed }: Scan, node: ts.Node): Iterable<Outcome> {
  const call = callAround(node);
  const declaration = call && checker.getResolvedSignature(call)?.declaration;
  if (declaration === undefined) return handed.get(node.getSourceFile()) ?? [];
  const finding = FINDING_OF[call?.expression.getText() ?? ""];
  return finding === undefined ? (handed.get(declaration.getSourceFile()) ?? []) : [finding];
}

/** The codes of a type; undefined where it is any code at all. */
function codesOf({ declared }: Scan, type: ts.Type): string[] | undefined {
  const members = (type.isUnion() ? type.types : [type]).filter((member) => member.isStringLiteral());
  if (declared.some((all) => all.isUnion() && all.types.length === members.length)) return undefined;
  return members.map(({ value }) => value);
}

function add<Key>(map: Map<Key, Set<Outcome>>, key: Key, outcome: Outcome): void {
  map.set(key, (map.get(key) ?? new Set()).add(outcome));
}
