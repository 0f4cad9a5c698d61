import { describe, expect, it } from "vitest";
import {
  hasControls,
  nearestColour,
  readLine,
  redrawStart,
  styledText,
  styleParts,
  visibleText,
  withSgr,
} from "../../src/log/ansi.ts";

const ESC = "\u001b";

/** Text and what is not plain about it. */
function seen(text: string) {
  return styledText(text).map(({ text: piece, style }) => {
    const on = Object.entries(styleParts(style)).filter(([, value]) => value !== null && value !== false);
    return [piece, Object.fromEntries(on)] as const;
  });
}

describe("colours of a line", () => {
  it.each([
    ["31", { foreground: 1 }],
    ["91", { foreground: 9 }],
    ["41", { background: 1 }],
    ["107", { background: 7 }],
    ["1;4;32", { foreground: 2, bold: true, underline: true }],
    ["01;031", { foreground: 1, bold: true }],
    ["1;22", {}],
    ["4:3", { underline: true }],
    ["4:3;4:0", {}],
    ["31;0", {}],
    ["31;", {}],
    ["31;39", {}],
    ["7", { inverse: true }],
    ["9;3;2", { strike: true, italic: true, dim: true }],
    ["38;5;9", { foreground: 9 }],
    ["38;5;196", { foreground: 9 }],
    ["38;5;22", { foreground: 0 }],
    ["38;5;255", { foreground: 7 }],
    ["38;5;256", {}],
    ["38;2;250;10;10", { foreground: 9 }],
    ["38:2::250:10:10", { foreground: 9 }],
    ["38:2:250:10:10", { foreground: 9 }],
    ["38:5:2", { foreground: 2 }],
    ["48;2;0;200;0;1", { background: 2, bold: true }],
    ["58;5;1;31", { foreground: 1 }],
    ["5;8", {}],
    ["999", {}],
  ])("%s", (parameters, expected) => {
    expect(seen(`${ESC}[${parameters}mtext`)).toEqual([["text", expected]]);
  });

  it("joins neighbours that look the same, and goes on where the line before ended", () => {
    expect(seen(`a${ESC}[mb${ESC}[31mc${ESC}[31md`)).toEqual([
      ["ab", {}],
      ["cd", { foreground: 1 }],
    ]);
    const { after } = readLine(`x${ESC}[1;33my`, 0);
    expect(styledText("z", after)).toEqual([{ text: "z", style: withSgr(0, "1;33") }]);
  });

  it("knows each of the sixteen as itself", () => {
    const own = [0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000];
    expect(own.map((colour) => nearestColour(colour >> 16, (colour >> 8) & 255, colour & 255))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });
});

describe("everything else a control sequence can be", () => {
  it.each([
    ["cursor up and erase", `a${ESC}[2Ab${ESC}[2Kc`, "abc"],
    ["private modes", `${ESC}[?25la${ESC}[?1049h`, "a"],
    ["something like SGR that is not", `${ESC}[>4;2ma${ESC}[31 mb`, "ab"],
    ["a title, ended by BEL", `${ESC}]0;owned\u0007a`, "a"],
    ["a title, ended by ST", `${ESC}]0;owned${ESC}\\a`, "a"],
    ["a link of OSC 8", `${ESC}]8;;javascript:alert(1)${ESC}\\text${ESC}]8;;${ESC}\\`, "text"],
    ["the clipboard of OSC 52", `${ESC}]52;c;aGk=\u0007a`, "a"],
    ["a device control string", `${ESC}Pq#0;2${ESC}\\a`, "a"],
    ["C1 forms", "\u009b31ma\u009d0;x\u009cb", "ab"],
    ["a string without an end shows what it holds", `${ESC}]0;hidden`, "0;hidden"],
    ["a character set", `${ESC}(Ba`, "a"],
    ["a reset", `${ESC}ca`, "a"],
    ["an escape at the end", `a${ESC}`, "a"],
    ["half a sequence", `a${ESC}[31`, "a"],
    ["an escape before a letter of another script", `${ESC}é`, "é"],
    ["two escapes", `${ESC}${ESC}[31ma`, "a"],
    ["backspace, bell, null, delete", "a\b\u0007\0\u007fb", "ab"],
    ["a tab stays", "a\tb", "a\tb"],
    ["markup is text", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ])("%s", (_name, text, expected) => {
    expect(visibleText(text)).toBe(expected);
    expect(
      styledText(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(expected);
  });

  it("leaves no control character, whatever it is given", () => {
    const pieces = [
      ESC,
      "[",
      "]",
      "P",
      "\\",
      "\u0007",
      "31",
      ";",
      "m",
      "38:2",
      "\r",
      "\n",
      "a",
      "é",
      "\ud83d",
      "\u009b",
    ];
    let seed = 7;
    for (let round = 0; round < 3_000; round += 1) {
      let text = "";
      for (let count = 0; count < 20; count += 1) {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        text += pieces[(seed >> 8) % pieces.length];
      }
      const visible = visibleText(text);
      expect(hasControls(visible)).toBe(false);
      expect(
        styledText(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(visible);
    }
  });

  it.each([
    ["strings that never end", `${ESC}]`.repeat(500_000)],
    ["sequences that never end", `${ESC}[1;`.repeat(300_000)],
    ["one long sequence", `${ESC}[${"1;".repeat(500_000)}m`],
    ["returns", "\r".repeat(1_000_000)],
  ])("takes its time in proportion: %s", (_name, text) => {
    const before = performance.now();
    visibleText(text);
    redrawStart(text);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

describe("a carriage return", () => {
  it.each([
    ["10%\r50%\r100%", "100%"],
    ["done\r", "done\r"],
    ["10%\r100%\r   ", "100%\r   "],
    [`10%\r100%\r${ESC}[K`, `100%\r${ESC}[K`],
    ["no return", "no return"],
    ["\r\r", "\r\r"],
  ])("%j begins the line again", (text, expected) => {
    expect(text.slice(redrawStart(text))).toBe(expected);
  });
});
