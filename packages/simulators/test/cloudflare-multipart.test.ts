import { describe, expect, it } from "vitest";
import { fieldOf, partsOf } from "../src/cloudflare/multipart.ts";

const read = (boundary: string, text: string) =>
  partsOf(`multipart/form-data; boundary=${boundary}`, Buffer.from(text));

async function sent(data: FormData) {
  const request = new Request("http://localhost", { method: "POST", body: data });
  return partsOf(request.headers.get("content-type")!, Buffer.from(await request.arrayBuffer()))!;
}

describe("a multipart form", () => {
  it("is read as a client of the platform writes it", async () => {
    const bytes = new Uint8Array(70_000).map((_, index) => index % 251);
    const data = new FormData();
    data.append("manifest", '{"/ü":"1"}');
    data.append("empty", "");
    data.append("file", new Blob([bytes], { type: "text/html; charset=utf-8" }), 'a "b"\r\n.html');
    const parts = await sent(data);
    expect(parts.map(({ name, filename, contentType }) => [name, filename, contentType])).toEqual([
      ["manifest", null, null],
      ["empty", null, null],
      ["file", 'a "b"\r\n.html', "text/html; charset=utf-8"],
    ]);
    expect(fieldOf(parts, "manifest")).toBe('{"/ü":"1"}');
    expect(fieldOf(parts, "empty")).toBe("");
    expect(fieldOf(parts, "other")).toBeNull();
    expect(parts[2]!.body.equals(bytes)).toBe(true);
  });

  it("may have bytes that only look like its boundary", () => {
    const body =
      'before\r\n--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--bc\r\n--\r\n--b  \r\n\r\nlast\r\n--b--\r\nafter';
    expect(read("b", body)?.map((part) => [part.name, part.body.toString()])).toEqual([
      ["a", "x\r\n--bc\r\n--"],
      ["", "last"],
    ]);
  });

  it("shares the bytes of the request", () => {
    const body = Buffer.from("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--");
    const [part] = partsOf('multipart/form-data; charset=utf-8; boundary="b"', body)!;
    expect(part!.name).toBe("a");
    expect(part!.body.buffer).toBe(body.buffer);
  });

  it.each([
    ["it has no boundary", "--other--"],
    ["it ends in the middle of a part", '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'],
    ["it ends after a part", '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b\r\n'],
    ["it is empty", ""],
  ])("is none when %s", (_, body) => {
    expect(read("b", body)).toBeNull();
  });

  it("is none of another type", () => {
    expect(partsOf("application/json", Buffer.from("--b--"))).toBeNull();
    expect(partsOf(undefined, Buffer.from("--b--"))).toBeNull();
  });
});
