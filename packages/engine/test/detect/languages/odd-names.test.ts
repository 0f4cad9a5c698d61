import { expect, it } from "vitest";
import { detected } from "../expect.ts";

const odd = "c++(x[a";
const goServer = 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":80", nil) }\n';
const bot = "import discord\nclient = discord.Client()\nclient.run('x')\n";
const flask = "from flask import Flask\napp = Flask(__name__)\napp.run()\n";

it.each<[string, Record<string, string>]>([
  [
    "programs of Go",
    {
      "go.mod": "module example.com/x\ngo 1.22\n",
      [`cmd/${odd}/main.go`]: goServer,
      "cmd/b/main.go": goServer,
      Dockerfile: "FROM golang\nRUN go build ./cmd/b\n",
    },
  ],
  ["a program of Python", { "requirements.txt": "discord.py\n", [`${odd}/main.py`]: bot }],
  [
    "pages beside a bot",
    {
      "requirements.txt": "discord.py\nflask\n",
      "bot.py": bot,
      [`${odd}/${odd}.py`]: flask,
      Dockerfile: "FROM python\nCMD python bot.py\n",
    },
  ],
  [
    "requirements in folders",
    { "app.py": flask, [`${odd}/requirements.txt`]: "flask\n", [`${odd}/web.py`]: flask, "main.py": "import x\n" },
  ],
])("folders and files of %s may have names that mean something in patterns", (_, files) => {
  expect(detected(files).warnings).toEqual([]);
});
