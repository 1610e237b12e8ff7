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
    // Generators of test data pick what they change; the rest is left as it is.
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/switch-exhaustiveness-check": "off" },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
