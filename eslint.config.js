// What the JavaScript of the pictures has to keep; how it looks is prettier's business.
import js from "@eslint/js";
import globals from "globals";

export default [
  {
    ignores: [".venv/"],
  },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      "max-len": ["error", { code: 120, ignoreUrls: true }],
      "max-lines": ["error", { max: 400 }],
    },
  },
  { files: ["moe_demo/ui/**/*.js", "tests/browser/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["tests/js/**/*.js", "eslint.config.js"], languageOptions: { globals: globals.node } },
];
