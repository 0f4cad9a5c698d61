/**
 * `.env.example` and its like: the variables people are told of, with the comments that describe them.
 * Read leniently, unlike dotenv.ts: these files hold notes for people, and a broken line is passed over.
 */

export interface ExampleEntry {
  key: string;
  value: string;
  line: number;
  path: string;
  /** Comments right above or behind it. */
  description: string;
  /** `# KEY=value`: switched off. */
  isCommentedOut: boolean;
  /** The comments call it optional, or stand in a section that does. */
  isOptional: boolean;
  /** The comments call it required. */
  isRequired: boolean;
  hasPlaceholder: boolean;
}

const exampleName =
  /^(?:(?:[a-z]+\.|\.)?env|\.dev\.vars|dotenv|\.?environment)(?:[._-](?:local|development|dev|prod|production|docker|min|minimal|full|complete|all))?[._-](?:example|sample|template|dist|tmpl|tpl|default|defaults)(?:[._-]\w+)?$|^\.?(?:example|sample|template)[._-]env$|^\.env\.(?:local|development|production)\.(?:example|sample)$/i;

/** Whether a file's name (without folder) is that of an example of variables. */
export function isExampleFile(name: string): boolean {
  return exampleName.test(name);
}

/** Whether an example, by its name, lists all there is, or what holds while developing: beside a plain one it says less. */
export function isSpecialFile(name: string): boolean {
  return /[._-](?:complete|full|all|reference|advanced|local|dev|development|test)(?:[._-](?:example|sample))?$/i.test(
    name,
  );
}

/** `KEY=value`, or `KEY: value` as some readers of these files take it too. */
const entryLine = /^\s*(?:export\s+)?(?:([A-Za-z_][A-Za-z0-9_]*)\s*=\s*|([A-Z][A-Z0-9_]*):\s+)(.*)$/;
const commentedEntry = /^\s*#+\s?(?:export\s+)?([A-Z][A-Z0-9_]{2,})\s*()=\s*(\S*.*)$/;
/** `If you use Docker, the host is "db"` explains a value; without such a sentence behind it, it says when one is needed. */
const ifYouUse = String.raw`\bif you(?:(?:'re|’re| are) using| use)\b(?![^.]*,(?! (?:set|uncomment|add|fill|provide|specify|enter)\b))`;
const optionalWords = new RegExp(
  String.raw`\boptional(?:ly)?\b|\bnot required\b|\bonly (?:needed|required|necessary|used)\b|\bif you(?:'d|’d| would)? (?:like|want|need|wish|plan)\b|${ifYouUse}|\bleave (?:it )?(?:empty|blank)\b|\buncomment\b|\bcan be (?:omitted|left)\b|\bunnecessary\b|\bdefaults? to\b|\b(?:required|needed|necessary|mandatory) (?:only )?(?:if|when)\b|\b(?:required|needed|necessary) only for\b`,
  "i",
);
/** A first comment that says of all entries below it, not of one, that they can be left out. */
const startsOptionalGroup = new RegExp(
  String.raw`^\W*optional\b|^\W*(?:other|additional|alternative) (?:\w+ )?(?:providers?|models?|model keys|services|integrations?)\b|(?<!\bset (?:it )?to \S{1,80} )\b(?:only|required|needed|necessary|used) (?:only )?(?:needed |required |used )?(?:if|when)\b|\bif you(?:'d|’d| would)? (?:like|want)\b|${ifYouUse}`,
  "i",
);
const requiredWords = /(?<!\bnot )\brequired\b(?! (?:only )?(?:if|when)\b| only for\b)|\bmandatory\b|\bmust be set\b/i;
/** Says it of the variable itself, not of what belongs to it or of a feature. */
const isCalledRequired =
  /^\W*required\b(?! (?:for|by|if|when|only)\b)|[([–—:-]\s*required\b(?! (?:for|by|if|when|only)\b)|(?<!\bnot )\brequired\W*$|\bmandatory\b|\bmust be set\b/i;

export function readExample(path: string, text: string): ExampleEntry[] {
  const entries: ExampleEntry[] = [];
  let comments: string[] = [];
  /** A heading that stands alone, or is drawn with lines, holds until the next one. */
  let sectionIsOptional = false;
  /** What a heading between two drawn lines says of everything up to the next such heading. */
  let box: "required" | "optional" | undefined;
  let isBoxOpen = false;
  /** A heading right above a group of entries holds until the blank line after them. */
  let groupIsOptional = false;
  let isGroupStart = true;
  /** The heading says `(optional)` of a thing, not `Optional: …` of the next entry. */
  let isHeadingOfAll = false;
  /** The entry below the last comment, where that calls it optional. */
  let calledOptional = "";
  /** Entries of the first of several ways, which an example offers one after another. */
  let firstWay = 0;
  let isOtherWay = false;
  const isAllOptional = allOptional.test(headOf(text));
  const lines = text.split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.trim() === "") {
      if (comments.length > 0 && comments.length < 4) sectionIsOptional = isOptionalHeading(comments.join(" "));
      comments = [];
      groupIsOptional = false;
      isGroupStart = true;
      isBoxOpen = false;
      if (isOtherWay && entries.length > firstWay) isOtherWay = false;
      continue;
    }
    const off = commentedEntry.exec(line);
    const match = off ?? entryLine.exec(line);
    if (!match) {
      if (!line.trimStart().startsWith("#")) continue;
      const comment = line.replace(/^[\s#]+/, "").replace(/[\s#]+$/, "");
      const isDrawn = drawnLine.test(line);
      if (isDrawn || /^(?:[-=*~─━_]{3,}|\[\[)|[-=*~─━_]{3,}$/.test(comment)) {
        const title = comment.replace(/^[-=*~─━_[\s]+|[-=*~─━_\]\s]+$/g, "");
        const heading = title !== "" ? title : isBoxOpen ? comments.join(" ") : "";
        if (heading !== "") box = boxOf(heading);
        if (title !== "") sectionIsOptional = isOptionalHeading(title);
        else if (comments.length === 1) sectionIsOptional = isOptionalHeading(comments[0]!);
        isBoxOpen = title === "" && !(isBoxOpen && comments.length > 0);
        if (title === "") comments = [];
        continue;
      }
      const way = wayHead.exec(comment)?.[1];
      if (way !== undefined) {
        const isFirst = /^(?:1|a|one)$/i.test(way);
        isOtherWay = !isFirst && entries.slice(firstWay).some(({ isCommentedOut }) => !isCommentedOut);
        firstWay = isFirst || isOtherWay ? entries.length : firstWay;
      }
      if (comment !== "") comments.push(comment);
      continue;
    }
    const { value, behind } = splitValue(match[3]!);
    // A long text at the top is about the file, not about its first entry.
    const near = entries.length === 0 && comments.length > 4 ? [] : comments.slice(-4);
    // A comment holds for the entries after it up to a blank line or the next comment when it heads a group.
    const isChosen = isChoiceMade(near.join(" "), entries);
    const head = isHeadingFar(comments, entries) ? comments[0]! : near.join(" ");
    if (isGroupStart)
      groupIsOptional = !isChosen && (isOptionalHeading(head) || startsOptionalGroup.test(near.join(" ")));
    else if (comments.length > 0 && groupIsOptional)
      groupIsOptional = isHeadingOfAll && !requiredWords.test(near.join(" "));
    if (isGroupStart) isHeadingOfAll = isOptionalHeading(head);
    const words = [...near, ...(behind ? [behind] : [])].join(" ");
    const saysRequired = requiredWords.test(words);
    const key = match[1] ?? match[2]!;
    if (isGroupStart || comments.length > 0) calledOptional = isOptionalText(near.join(" ")) && !isChosen ? key : "";
    const isOptional =
      (isOptionalText(words) && !isChosen) ||
      (isSibling(calledOptional, key) && !saysRequired) ||
      ((isAllOptional || isOtherWay || sectionIsOptional || groupIsOptional || box === "optional") && !saysRequired);
    entries.push({
      key,
      value,
      line: index + 1,
      path,
      description: words,
      isCommentedOut: off !== null,
      isOptional,
      isRequired: !isOptional && (isCalledRequired.test(words) || box === "required"),
      hasPlaceholder: isPlaceholder(value),
    });
    comments = [];
    isGroupStart = false;
    isBoxOpen = false;
  }
  return entries;
}

/** A heading, with so much said below it that the entries are far away. */
function isHeadingFar(comments: readonly string[], above: readonly ExampleEntry[]): boolean {
  return above.length > 0 && comments.length > 4 && isOptionalHeading(comments[0]!);
}

/** `Option 2: single settings`: of several ways the first that is not commented out is taken. */
const wayHead = /^\W*(?:option|alternative|method|variant|choice)\s*#?(\d|[a-d]|one|two|three)\b(?!\s*[=])/i;

/** The comments before the first entry. */
function headOf(text: string): string {
  return /^(?:\s*(?:#[^\n]*)?\n)*/.exec(text)![0].slice(0, 2_000);
}

/** Said of the whole file. */
const allOptional =
  /\b(?:everything|all (?:of (?:these|them|the)|these|variables|values|keys|settings)(?: \w+){0,3})(?: here| below)? (?:is|are) optional\b/i;

/** `Only needed if STORE=s3`, where the example says so above. */
function isChoiceMade(comment: string, above: readonly ExampleEntry[]): boolean {
  const found =
    /\b(?:if|when)\s+["'`]?([A-Z][A-Z0-9_]+)["'`]?\s*(?:is(?:\s+set\s+to)?|equals|={1,3})\s*["'`]?([\w.-]+)/.exec(
      comment,
    );
  return (
    found !== null &&
    above.some(({ key, value, isCommentedOut }) => key === found[1] && value === found[2] && !isCommentedOut)
  );
}

/** A line of a comment that only draws: `##########`. */
const drawnLine = /^\s*#{5,}\s*$/;

function boxOf(title: string): "required" | "optional" | undefined {
  if (/\boptional\b|\bnot required\b|\binternal use\b/i.test(title)) return "optional";
  return /\brequired\b/i.test(title) ? "required" : undefined;
}

/** `# Optional`, `# Mail (optional)`, `# Optional integrations`: about what follows, not about one entry. */
function isOptionalHeading(text: string): boolean {
  return (
    /^\W*optional\W*$|\(\s*optional\b|\[optional\]|[-–—:,]\s*optional\W*$|\boptional\W*$|^\W*(?:all |the )?(?:below |following )?optional\s+(?:\w+\s*){1,3}\W*$|\bnot required\b/i.test(
      text,
    ) && isOptionalText(text)
  );
}

function isOptionalText(text: string): boolean {
  return (
    optionalWords.test(text) &&
    !/\bnot optional\b|(?<!\bnot )\brequired\b(?! (?:only )?(?:if|when)\b| only for\b)/i.test(text)
  );
}

function splitValue(raw: string): { value: string; behind?: string } {
  const quoted = /^(["'`])((?:(?!\1)[^\\]|\\.)*)\1\s*(?:#\s*(.*))?$/.exec(raw.trim());
  if (quoted) return { value: quoted[2]!, ...(quoted[3] ? { behind: quoted[3] } : {}) };
  const at = raw.search(/(?:^|\s)#/);
  if (at < 0) return { value: raw.trim() };
  return { value: raw.slice(0, at).trim(), behind: raw.slice(at).replace(/^[\s#]+/, "") };
}

/** Names of two words or more that differ in the last, of which one comment speaks: `SITE_AUTH_ID`, `SITE_AUTH_KEY`. */
function isSibling(one: string, other: string): boolean {
  const stem = /^\w+_[A-Za-z0-9]+_(?=[A-Za-z0-9]+$)/.exec(one)?.[0];
  return stem !== undefined && other.startsWith(stem);
}

/** Whether a value stands for one that has to be filled in. */
export function isPlaceholder(value: string): boolean {
  if (value === "") return true;
  return /^<.*>$|^\[.*\]$|^\{.*\}$|x{4,}|\*{3,}|\.{3}|…|your|change[-_ ]?(?:me|this|it)|replace|placeholder|todo|insert|fill|example\.com|secret|password|dummy|^(?:sk|pk|rk|whsec|re)_|_here|to-?be-?(?:modified|set|filled|defined)|to-be|generate|\bsk-|user:pass|username|johndoe|randomuser/i.test(
    value,
  );
}

/** Asks of a name whether it belongs to a feature that the entries switch off: `SAML_ENABLED=false`. */
export function familiesOff(entries: readonly ExampleEntry[]): (key: string) => boolean {
  const prefixes = entries.flatMap(({ key, value }) => {
    const name = /^([A-Z][A-Z0-9_]{2,})_ENABLED$|^ENABLE_([A-Z][A-Z0-9_]{2,})$/.exec(key);
    return name && /^(?:false|0|no|off)$/i.test(value) ? [`${name[1] ?? name[2]}_`] : [];
  });
  return (key) => prefixes.some((prefix) => key.startsWith(prefix));
}
