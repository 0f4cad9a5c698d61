/** The parts of an upload that no answer of the simulator shows: tokens that end, and bodies that are streams. */
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../src/http/api-error.ts";
import {
  base64Content,
  bodyOf,
  type Content,
  fileContent,
  form,
  joined,
  textContent,
} from "../../../src/platforms/cloudflare/body.ts";
import { keepToken } from "../../../src/platforms/cloudflare/upload.ts";
import type { Bytes } from "../../../src/snapshot/bytes.ts";
import type { SnapshotFile } from "../../../src/snapshot/snapshot.ts";

describe("a token", () => {
  const clock = { at: 1_000_000, now: () => clock.at, sleep: async () => {} };
  const tokenOf = (name: string, forMs: number): string => {
    const claims = Buffer.from(JSON.stringify({ name, exp: (clock.at + forMs) / 1_000 })).toString("base64url");
    return `e30.${claims}.x`;
  };
  const refused = (): ApiError =>
    new ApiError(
      "AUTH_FAILED",
      { what: "Refused." },
      { status: 401, vendor: { code: "8000013" }, body: undefined, arrived: "yes" },
    );

  function keeper(forMs: number) {
    const asked: string[] = [];
    const token = keepToken(async () => {
      asked.push(tokenOf(`t${asked.length}`, forMs));
      return asked.at(-1)!;
    }, clock);
    return { asked, use: () => token.use(async (secret) => secret.open()), token };
  }

  it("is asked for once by all who need it", async () => {
    const { asked, use } = keeper(300_000);
    expect(new Set(await Promise.all([use(), use(), use()]))).toEqual(new Set(asked));
    expect(asked).toHaveLength(1);
  });

  it("is asked for anew before it ends, once", async () => {
    const { asked, use } = keeper(300_000);
    await use();
    clock.at += 279_000;
    await use();
    expect(asked).toHaveLength(1);
    clock.at += 2_000;
    await Promise.all([use(), use()]);
    expect(asked).toHaveLength(2);
  });

  it("that is good for a moment only is used all the same", async () => {
    const { asked, use } = keeper(1_000);
    await use();
    await use();
    expect(asked).toHaveLength(1);
  });

  it("that is refused is replaced once for all who were refused, and a second refusal is told", async () => {
    const { asked, token } = keeper(300_000);
    const work = async (secret: { open(): string }): Promise<string> => {
      if (secret.open() === asked[0]) throw refused();
      return secret.open();
    };
    await Promise.all([token.use(work), token.use(work), token.use(work)]);
    expect(asked).toHaveLength(2);
    await expect(token.use(() => Promise.reject(refused()))).rejects.toMatchObject({ code: "AUTH_FAILED" });
    expect(asked).toHaveLength(3);
  });

  it("that could not be had is asked for again by the next", async () => {
    let tries = 0;
    const token = keepToken(async () => {
      if (++tries === 1) throw new Error("no");
      return tokenOf("second", 1_000);
    }, clock);
    await expect(token.use(async () => {})).rejects.toThrow("no");
    await token.use(async () => {});
    expect(tries).toBe(2);
  });
});

describe("a body", () => {
  const contents = new Map<string, Buffer>();
  const file = (path: string, content: Buffer): SnapshotFile => {
    contents.set(path, content);
    return { path, mode: 0o644, sizeBytes: content.length, sha256: path };
  };
  const bytes: Bytes = {
    whole: ({ path }) => contents.get(path)!,
    async *read({ path }) {
      const content = contents.get(path)!;
      for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
    },
  };
  const sent = async (content: Content): Promise<Buffer> =>
    Buffer.concat((await Array.fromAsync(bodyOf(content)())).map((piece) => Buffer.from(piece as string)));

  it.each([0, 1, 2, 3, 70_000, 1_048_577, 2_500_001])(
    "of a file of %i bytes is as long as it says, and the same every time",
    async (size) => {
      const one = file("a.bin", Buffer.alloc(size, "some text of odd length"));
      for (const content of [base64Content(bytes, one), fileContent(bytes, one)]) {
        const first = await sent(content);
        expect(first).toHaveLength(content.lengthBytes);
        expect((await sent(content)).equals(first)).toBe(true);
      }
      const inBase64 = (await sent(base64Content(bytes, one))).toString();
      expect(inBase64 === contents.get("a.bin")!.toString("base64")).toBe(true);
    },
  );

  it("of several parts comes in pieces that are neither tiny nor whole", async () => {
    const files = Array.from({ length: 100 }, (_, index) => file(`${index}.txt`, Buffer.alloc(9_000, index)));
    const content = joined(files.flatMap((one) => [textContent(`"${one.path}":`), base64Content(bytes, one)]));
    const pieces = await Array.fromAsync(bodyOf(content)());
    expect(pieces.length).toBeLessThan(30);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(200_000);
  });

  it("that is a form is read by others as one, whatever the names", async () => {
    const module = file("m.js", Buffer.from([0, 13, 10, 45, 45, 255]));
    const parts = [
      { name: "metadata", type: "application/json", content: textContent('{"ü":1}') },
      { name: 'odd "name"\r\n.js', filename: "m.js", type: "application/wasm", content: fileContent(bytes, module) },
    ];
    const body = form(parts, "mark");
    const sentBody = await sent(body);
    expect(sentBody).toHaveLength(body.lengthBytes);
    const read = await new Response(new Uint8Array(sentBody), { headers: { "content-type": body.type } }).formData();
    expect(read.get("metadata")).toBe('{"ü":1}');
    const got = read.get('odd "name"\r\n.js') as File;
    expect(Buffer.from(await got.arrayBuffer())).toEqual(contents.get("m.js"));
    expect(got.type).toBe("application/wasm");
  });
});
