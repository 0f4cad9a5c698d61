import { describe, expect, it } from "vitest";
import { isExampleFile, readExample } from "../../src/env/told/example.ts";

describe("isExampleFile", () => {
  for (const name of [
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    ".env.local.example",
    ".env.example.local",
    "env.example",
    "example.env",
    ".example.env",
    ".env-example",
    ".env.production.example",
    ".dev.vars.example",
    "env.example.txt",
    ".env-min.example",
    ".example-env",
  ]) {
    it(`takes ${name}`, () => {
      expect(isExampleFile(name)).toBe(true);
    });
  }
  for (const name of [".env", ".env.local", ".env.production", "environment.ts", "env.ts", "example.ts"]) {
    it(`leaves ${name}`, () => {
      expect(isExampleFile(name)).toBe(false);
    });
  }
});

function optional(text: string): string[] {
  return readExample(".env.example", text).flatMap(({ key, isOptional, isCommentedOut }) =>
    isOptional || isCommentedOut ? [key] : [],
  );
}

describe("readExample", () => {
  it("reads values, comments and lines", () => {
    expect(readExample("e", '# Where the data is\nDATABASE_URL="postgres://x" # local\n')).toMatchObject([
      { key: "DATABASE_URL", value: "postgres://x", line: 2, description: "Where the data is local" },
    ]);
  });

  const files: [name: string, text: string, optional: string[]][] = [
    [
      "a word above, and what follows without a comment of its own",
      "# Optional: for mail\nAA=\nBB=\n# Where\nCC=",
      ["AA", "BB"],
    ],
    [
      "in the midst of others, the next entry and its siblings",
      "AA=\n# Optional\nA_AUTH_ID=\nA_AUTH_KEY=\nA_PORT=\nB_AUTH_ID= # optional\nB_AUTH_KEY=",
      ["A_AUTH_ID", "A_AUTH_KEY", "B_AUTH_ID"],
    ],
    ["what is required only sometimes", "# Required if STORE is s3\nAA=", ["AA"]],
    ["a word behind", "AA=1 # optional\nBB=", ["AA"]],
    ["an entry commented out", "# AAA=1\nBB=", ["AAA"]],
    ["a heading above a group", "AA=\n\n# Mail (optional)\nBB=\nCC=\n\nDD=", ["BB", "CC"]],
    ["a heading that stands alone", "AA=\n\n# Optional\n\nBB=\n\nCC=\n\n# Database\n\nDD=", ["BB", "CC"]],
    ["a heading drawn with lines", "# --- Required ---\nAA=\n# --- Optional ---\nBB=\n\nCC=", ["BB", "CC"]],
    ["what is only needed sometimes", "# Only needed if you use S3\nAA=\nBB=\n\nCC=", ["AA", "BB"]],
    [
      "a box, which holds up to the next one",
      "########\n# REQUIRED #\n########\nAA=\n\n# Mail\n\nBB=\n########\n# OPTIONAL #\n########\n\nCC=\n\n# Stripe\n\nDD=",
      ["CC", "DD"],
    ],
    [
      "what says when it is needed, not what explains a value",
      '# If you use Docker, "db" is the host\nAA=\n\n# If you use Docker, set this\nBB=\n\n# If you are using S3\nCC=',
      ["BB", "CC"],
    ],
    [
      "other vendors of the same",
      "OPENAI_KEY=\n\n# Other providers\nGROQ_KEY=\nMISTRAL_KEY=\n\nDD=",
      ["GROQ_KEY", "MISTRAL_KEY"],
    ],
    [
      "what is needed for a choice, unless the example makes it",
      'STORE=s3\n\n# Required if `STORE` is set to "s3"\nAA=\nBB=\n\n# Only needed if STORE=disk\nCC=',
      ["CC"],
    ],
    [
      "all of a file that says so at its top",
      "# Keys\n# Everything is optional, some pages need a key\n\nAA=\n# Required\nBB=",
      ["AA"],
    ],
    ["an explicit requirement in an optional section", "# Optional\n\n# Required: signs everything\nAA=\nBB=", ["BB"]],
  ];
  for (const [name, text, keys] of files) {
    it(`takes as optional: ${name}`, () => {
      expect(optional(text)).toEqual(keys);
    });
  }

  it("takes `not required` for what it says", () => {
    expect(optional("# Not required\nAA=\n\nBB=")).toEqual(["AA"]);
    expect(readExample("e", "# Not required\nAA=")[0]!.isRequired).toBe(false);
  });
  it("takes a long text at the top for one about the file", () => {
    const top = [
      "# Copy this file.",
      "# You may set these in the shell instead if you want.",
      "# a",
      "# b",
      "# c",
      "# d",
    ].join("\n");
    expect(optional(`${top}\nAA=1`)).toEqual([]);
  });
  it("passes over lines that are no entries", () => {
    expect(readExample("e", "hello\n===\nAA=1\r\nBB").map(({ key }) => key)).toEqual(["AA"]);
  });
});

describe("a heading far above the entries of its group", () => {
  it("holds for all of them", () => {
    const text =
      "TOKEN=a\n\n# Sheets (optional)\n# Required only if lists are kept there\n# Get these from the console:\n# 1. Create an account\n# 2. Download the key\n# 3. Copy the values\nSHEET_ID=a\nSHEET_KEY=b\n\nMODE=c\n";
    const found = readExample(".env.example", text);
    expect(found.filter(({ isOptional }) => isOptional).map(({ key }) => key)).toEqual(["SHEET_ID", "SHEET_KEY"]);
  });
});
