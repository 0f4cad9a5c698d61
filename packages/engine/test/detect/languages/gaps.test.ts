/** Nothing is looked for again from each of the blanks in a file: tens of thousands of them take no longer than as many letters. */
import { expect, it } from "vitest";
import { readingOf } from "./reading-of.ts";

const gap = "\r\n".repeat(60_000);

it.each([
  [
    "python",
    {
      "requirements.txt": "fastapi\nuvicorn\n",
      "main.py": `import os${gap}from fastapi import FastAPI\napp = FastAPI()\n`,
    },
    "fastapi",
  ],
  [
    "ruby",
    {
      Gemfile: 'gem "rails"\n',
      "config/application.rb": "",
      "config/puma.rb": `port${gap}ENV.fetch("PORT", 3000)\nport${gap}x`,
    },
    "rails",
  ],
  [
    "go",
    {
      "go.mod": "module a.example/b\n\ngo 1.24\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
      "main.go": `package main\n\nimport "github.com/gin-gonic/gin"\n${gap}func main() { gin.Default().Run() }\n`,
      "config.yaml": `name: a\n${gap}other: b\n`,
    },
    "gin",
  ],
])("%s", { timeout: 10_000 }, (_, files, framework) => {
  expect(readingOf(files).framework).toBe(framework);
});
