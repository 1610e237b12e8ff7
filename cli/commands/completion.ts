import type { Command } from "commander";
import type { Run } from "../command.ts";

/** What can follow the words that lead to a command. */
interface Place {
  /** The command's words without `batchproof`: "policy lint". */
  readonly path: string;
  /** Its commands, or the choices of its arguments. Where there are none, a file is expected. */
  readonly words: readonly string[];
  readonly options: readonly OptionPlace[];
}

interface OptionPlace {
  /** "--role". */
  readonly flag: string;
  /** What its value can be; empty for any text or file, undefined if it takes none. */
  readonly choices: readonly string[] | undefined;
}

/** `completion`: the script of a shell for all commands of the program. */
export function completion(program: Command): Run {
  return async ([shell = ""]) => {
    const script = SCRIPT[shell as keyof typeof SCRIPT](placesOf(program, []));
    return Promise.resolve({ text: script, json: { shell, script } });
  };
}

/** The options that commander and the program add to every command. */
const EVERYWHERE: readonly OptionPlace[] = ["--json", "--help"].map((flag) => ({ flag, choices: undefined }));

function placesOf(command: Command, path: readonly string[]): Place[] {
  const own = command.options.flatMap(({ long, argChoices, required, optional }): OptionPlace[] => {
    const takesValue = required || optional;
    return long == null ? [] : [{ flag: long, choices: takesValue ? (argChoices ?? []) : undefined }];
  });
  const words = [
    ...command.commands.map((each) => each.name()),
    ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  ];
  const options = [...own, ...EVERYWHERE.filter(({ flag }) => !own.some((each) => each.flag === flag))];
  return [
    { path: path.join(" "), words, options },
    ...command.commands.flatMap((each) => placesOf(each, [...path, each.name()])),
  ];
}

/** Names, choices and paths are of letters, digits and hyphens: nothing in a script needs more than quotes. */
const SCRIPT = { bash, zsh, fish } as const;

function bash(places: readonly Place[]): string {
  return `# Completion of batchproof for bash. To have it in every shell, put into ~/.bashrc: source <(batchproof completion bash)
_batchproof() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} place= offered= flags= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
      ${patternOf(stepsOf(places))}) place="\${place:+$place }\${COMP_WORDS[i]}" ;;
    esac
  done
${casesOf(places)}
  [[ $current == -* ]] && offered=$flags
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
# Where nothing of ours fits, the shell completes files.
complete -o bashdefault -o default -F _batchproof batchproof
`;
}

function zsh(places: readonly Place[]): string {
  return `#compdef batchproof
# Completion of batchproof for zsh. To have it in every shell, put into ~/.zshrc, after compinit: source <(batchproof completion zsh)
_batchproof() {
  local current=\${words[CURRENT]} previous=\${words[CURRENT - 1]} place= offered= flags= word
  local -a before=("\${(@)words[2,CURRENT - 1]}")
  for word in "\${before[@]}"; do
    case "$place $word" in
      ${patternOf(stepsOf(places))}) place="\${place:+$place }$word" ;;
    esac
  done
${casesOf(places)}
  [[ $current == -* ]] && offered=$flags
  if [[ -n $offered ]]; then compadd -- \${=offered}; else _files; fi
}
compdef _batchproof batchproof
`;
}

/** What follows a place and, if the word before is an option with a value, that option: sets `offered` and `flags`. */
function casesOf(places: readonly Place[]): string {
  const choices = places.flatMap(({ path, options }) =>
    options.flatMap(({ flag, choices: values }) => (values === undefined ? [] : [{ key: `${path} ${flag}`, values }])),
  );
  const free = choices.filter(({ values }) => values.length === 0).map(({ key }) => key);
  const lines = [
    `  case "$place" in`,
    ...places.map(
      ({ path, words, options }) =>
        `    "${path}") offered="${words.join(" ")}" flags="${options.map(({ flag }) => flag).join(" ")}" ;;`,
    ),
    "  esac",
    `  case "$place $previous" in`,
    `    ${patternOf(free)}) offered= flags= ;;`,
    ...choices
      .filter(({ values }) => values.length > 0)
      .map(({ key, values }) => `    "${key}") offered="${values.join(" ")}" ;;`),
    "  esac",
  ];
  return lines.join("\n");
}

function fish(places: readonly Place[]): string {
  const at = (path: string): string => `complete -c batchproof -n '__batchproof_at "${path}"'`;
  return `# Completion of batchproof for fish. To have it in every shell: batchproof completion fish > ~/.config/fish/completions/batchproof.fish
function __batchproof_at
  set -l place ""
  for word in (commandline -opc)[2..-1]
    switch "$place $word"
      case ${stepsOf(places)
        .map((step) => `"${step}"`)
        .join(" ")}
        set place (string trim -- "$place $word")
    end
  end
  test "$place" = "$argv[1]"
end
${places
  .flatMap(({ path, words, options }) => [
    ...(words.length === 0 ? [] : [`${at(path)} -f -a "${words.join(" ")}"`]),
    ...options.map(({ flag, choices }) => `${at(path)} -l ${flag.slice(2)}${valueInFish(choices)}`),
  ])
  .join("\n")}
`;
}

function valueInFish(choices: readonly string[] | undefined): string {
  if (choices === undefined) return "";
  return choices.length === 0 ? " -r" : ` -x -a "${choices.join(" ")}"`;
}

/** Each step from a place to a command of it: "policy lint", and " policy" from the program itself. */
function stepsOf(places: readonly Place[]): string[] {
  return places.flatMap(({ path }) => (path === "" ? [] : [path.includes(" ") ? path : ` ${path}`]));
}

function patternOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(" | ");
}
