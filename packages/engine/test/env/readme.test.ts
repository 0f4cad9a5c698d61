import { describe, expect, it } from "vitest";
import { readReadme } from "../../src/env/told/readme.ts";

function verdictsOf(...lines: string[]): Record<string, string> {
  return Object.fromEntries(readReadme("README.md", lines.join("\n")).verdicts);
}

describe("readReadme", () => {
  it("reads headings that name a variable", () => {
    expect(verdictsOf("### `API_KEY` (required)", "", "### `API_URL` (optional)")).toEqual({
      API_KEY: "required",
      API_URL: "optional",
    });
  });

  it("reads the column of a table that asks whether a variable is required", () => {
    expect(
      verdictsOf(
        "| Name | Required | Meaning |",
        "|---|:---:|---|",
        "| `API_KEY` | yes | optional words do not count here |",
        "| `API_URL` | ❌ | - |",
      ),
    ).toEqual({ API_KEY: "required", API_URL: "optional" });
  });

  it("reads the table of properties below a heading", () => {
    expect(
      verdictsOf(
        "### API_KEY",
        "| Question | Answer |",
        "| --- | --- |",
        "| Required | Yes |",
        "### API_URL",
        "| Required | No |",
      ),
    ).toEqual({ API_KEY: "required", API_URL: "optional" });
  });

  it("lets a heading about variables hold for the list below it", () => {
    expect(
      verdictsOf(
        "## Required environment variables",
        "- `API_KEY`: the key",
        "## Optional settings",
        "- `API_URL`: where",
        "## Usage",
        "- `API_MODE`: how",
      ),
    ).toEqual({ API_KEY: "required", API_URL: "optional" });
  });

  it("says nothing of what is required only in a case, or of several names in a sentence", () => {
    expect(verdictsOf("`API_KEY` is required if you send mail.", "API_KEY and API_URL are required.")).toEqual({});
  });

  it("takes `optional` before something else for that", () => {
    expect(verdictsOf("1. Set `API_KEY` and optional overrides of the model.")).toEqual({});
  });

  it("takes what is required only for a part as optional", () => {
    expect(verdictsOf("| `API_KEY` | Key (required only for the `maps` plugin) | - |")).toEqual({
      API_KEY: "optional",
    });
  });

  it("takes the lines of its code blocks as an example", () => {
    const { entries, verdicts } = readReadme(
      "README.md",
      "Create `.env`:\n```bash\nAPI_KEY=your-key\nnpm start\n```\nAPI_URL=x",
    );
    expect(entries.map(({ key, line, value }) => ({ key, line, value }))).toEqual([
      { key: "API_KEY", line: 3, value: "your-key" },
    ]);
    expect(verdicts.size).toBe(0);
  });
});
