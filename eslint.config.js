import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["build/**", "dist/**", "coverage/**", "node_modules/**"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js"] } } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: false }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    // The library never depends on the command line.
    files: ["src/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/cli/**"] }], "no-console": "error" },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
