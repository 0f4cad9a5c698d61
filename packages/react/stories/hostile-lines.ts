/** Lines that would harm a page that trusts them. */
export function hostileLines(): string[] {
  return [
    "<img src=x onerror=\"document.title='owned'\"> <script>document.title = 'owned'</script>",
    "<style>* { display: none }</style></div></div><iframe src=https://a.test></iframe>",
    "\u001b]0;owned\u0007\u001b]8;;javascript:document.title='owned'\u001b\\a link\u001b]8;;\u001b\\ \u001b[2J\u001b[Hcleared",
    "\u001b[31mred \u001b[38;2;255;0;0mtrue red \u001b[48;5;226mon yellow \u001b[5;8mblinking and hidden\u001b[0m",
    "javascript:alert(1) data:text/html,<script>alert(1)</script> https://safe.test/path?a=1.",
    "half a character: \ud83d and \udc4d",
    "if (isAdmin) \u202e{ //\u2066 only admins\u2069\u2066 begin",
    Array.from({ length: 1_000 }, (_, part) => `${part / 10} %`).join("\r"),
    `one long line ${"x".repeat(10_000_000)}`,
    Array.from({ length: 4_000 }, (_, part) => `\u001b[3${part % 8}m${part % 10}`).join(""),
    "https://a.test/ ".repeat(1_000),
    `Z${"\u0315\u031b\u0340".repeat(200)}algo`,
    "\u0000\u0007\b\u007fcontrols",
    "the last line",
  ];
}
