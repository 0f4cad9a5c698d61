import { createSimulator, vercel, netlify, cloudflare } from "@landfall/simulators";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
const id = process.argv[2]!,
  dir = process.argv[3]!,
  runs = Number(process.argv[4]),
  flags = process.argv.slice(5);
const acc = "0123456789abcdef0123456789abcdef";
const cf = { CLOUDFLARE_API_TOKEN: "simulated-token", CLOUDFLARE_ACCOUNT_ID: acc };
const cases: any = {
  vercel: [() => createSimulator(vercel({ tokens: { simulatedtoken: {} } })), "", { VERCEL_TOKEN: "simulatedtoken" }],
  netlify: [() => createSimulator(netlify()), "/api/v1", { NETLIFY_AUTH_TOKEN: "simulated-token" }],
  "cloudflare-pages": [() => createSimulator(cloudflare({ assetKeys: "sampled" })), "/client/v4", cf],
  "cloudflare-workers": [() => createSimulator(cloudflare({ assetKeys: "sampled" })), "/client/v4", cf],
};
const [start, path, token] = cases[id];
const out: any = { first: [], unchanged: [] };
for (let i = 0; i < runs; i++) {
  const s = await start();
  const url = s.url + path;
  const home = mkdtempSync("/tmp/w/home-");
  for (const phase of ["first", "unchanged"]) {
    const t = performance.now();
    const u0 = process.cpuUsage();
    const r: any = await new Promise((res) => {
      const c = spawn(
        "/usr/bin/time",
        [
          "-f",
          "%U %S %M",
          process.execPath,
          ...(phase === "first" ? flags : []),
          "/tmp/w/perf/packages/cli/bin/landfall.js",
          "deploy",
          dir,
          "--platform",
          id,
          "--prebuilt",
          "--project",
          "demo",
          "--prod",
          "--json",
        ],
        {
          cwd: "/tmp/w",
          env: {
            PATH: process.env.PATH!,
            HOME: home,
            LANDFALL_HOME: home,
            ...token,
            [`LANDFALL_${id.toUpperCase().replaceAll("-", "_")}_API_URL`]: url,
          },
        },
      );
      let o = "";
      c.stdout.on("data", (d) => (o += d));
      c.stderr.on("data", (d) => (o += d));
      c.on("close", (code) => res({ code, o }));
    });
    const u = process.cpuUsage(u0);
    const [U, S, M] = r.o.trim().split("\n").at(-1).split(" ").map(Number);
    if (r.code) console.log(r.o.slice(-800));
    out[phase].push([
      Math.round(performance.now() - t),
      Math.round((U + S) * 1000),
      Math.round((u.user + u.system) / 1000),
      Math.round(M / 1024),
    ]);
  }
  await s.close();
}
console.log(id, "[wall, cpu ours, cpu simulator, MB]", JSON.stringify(out));
