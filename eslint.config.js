import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["build/**", "dist/**", "coverage/**", "node_modules/**", "fixtures/**"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js"] } } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: false }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A new kind of claim, a new code: the compiler's word that nobody forgot it.
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    // The library prints nothing. What it may import is in .dependency-cruiser.js.
    files: ["src/**/*.ts"],
    rules: { "no-console": "error" },
  },
  {
    // The page shows what others wrote: nothing makes markup of a text.
    files: ["desk/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe"].map((property) => ({ property })),
      ],
      "no-restricted-imports": ["error", { patterns: ["lit/directives/unsafe-*"] }],
    },
  },
  {
    // Generators of test data pick what they change; the rest is left as it is.
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/switch-exhaustiveness-check": "off" },
  },
  {
    // A process that outlives its test and holds a stream of the test runner's would hold up the whole run, for ever.
    files: ["test/**/*.ts"],
    ignores: ["test/support/child.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.name='spawn'] Literal[value='inherit']",
          message: "Start it with startChild (test/support/child.ts).",
        },
      ],
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
