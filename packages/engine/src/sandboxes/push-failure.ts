/**
 * What hosts say when they refuse a push: in the line of --porcelain and in what they print (`remote: …`).
 * Sources: git-push(1); docs.github.com "Error: GH001" to "GH013", "Working with push protection"; docs.gitlab.com "Push rules". Read 2026-11.
 */
import { DeployError, type ErrorCode } from "../error.ts";
import type { ExecResult } from "../process/exec.ts";
import type { Secret } from "../secret.ts";
import { lastLines } from "../source/git-failure.ts";

interface Refusal {
  when: RegExp;
  code: ErrorCode;
  what: string;
  next: string;
}

/** The first that matches decides. */
const refusals: Refusal[] = [
  {
    when: /refusing to allow .* workflow|without [`']?workflows?[`']? (?:scope|permission)/i,
    code: "INSUFFICIENT_PERMISSIONS",
    what: "The files hold a GitHub workflow, which this token may not change.",
    next: "Give a token with the scope `workflow` (fine-grained: Workflows, write), or remove .github/workflows from the sandbox.",
  },
  {
    when: /push protection|push cannot contain secrets|secrets? (?:were |was )?(?:detected|found)/i,
    code: "INVALID_SOURCE",
    what: "The host found a secret in the files and refused them.",
    next: "Take the secret out of the file that is named here and replace it where it was in use, then export again.",
  },
  {
    when: /GH001|file size limit|larger than the (?:allowed|maximum)|exceeds? (?:the )?(?:maximum|allowed|limit)|pack exceeds|returned error: 413/i,
    code: "INVALID_SOURCE",
    what: "A file, or all of them together, is larger than the host takes.",
    next: "Remove large files from the sandbox, or have .gitignore name them.",
  },
  {
    when: /GH007|publish a private email/i,
    code: "INVALID_CONFIG",
    what: "The author's address is one the host keeps private.",
    next: "Give an `author` with the address the host offers for this, such as …@users.noreply.github.com.",
  },
  {
    when: /GH006|protected branch|not allowed to (?:force )?push|push code to protected/i,
    code: "INSUFFICIENT_PERMISSIONS",
    what: "The branch is protected, or this token may not push to it.",
    next: "Export to another branch (`branch`) and ask for it to be merged, or give a token that may push here.",
  },
  {
    when: /GH013|rule violations/i,
    code: "INSUFFICIENT_PERMISSIONS",
    what: "Rules of the repository refuse this push.",
    next: "Read which rule it was; export to another branch (`branch`) and ask for it to be merged.",
  },
  {
    when: /archived|read-only/i,
    code: "INSUFFICIENT_PERMISSIONS",
    what: "The repository takes no changes: it is archived or read-only.",
    next: "Export to another repository, or take it out of the archive there.",
  },
  {
    when: /fetch first|non-fast-forward|stale info|reference already exists|cannot lock ref|failed to update ref/i,
    code: "CONFLICT",
    what: "The branch has moved since it was looked at: somebody else has pushed.",
    next: "Export again, which puts the files on top of what is there now; or to another branch (`branch`).",
  },
  {
    when: /returned error: 403|Permission to .* denied|access denied|not allowed to upload/i,
    code: "INSUFFICIENT_PERMISSIONS",
    what: "The token may not push to this repository.",
    next: "Give a token that may write: GitHub `repo` (fine-grained: Contents, write), GitLab `write_repository`. With single sign-on it must be allowed for the organisation.",
  },
  {
    when: /could not read (?:Username|Password)|terminal prompts disabled|Authentication failed|returned error: 401|Invalid username or/i,
    code: "AUTH_FAILED",
    what: "The host refused the token, or wants one.",
    next: "Give a `token` that is valid and may write to this repository.",
  },
  {
    when: /not found|returned error: (?:404|410)|does not appear to be a git repository/i,
    code: "NOT_FOUND",
    what: "There is no repository at this address, or the token may not see it.",
    next: "Make an empty repository there first (https://github.com/new, https://gitlab.com/projects/new), or give a token that sees it. None is made by an export.",
  },
  {
    when: /remote rejected|hook declined/i,
    code: "CONFLICT",
    what: "The host refused the commit.",
    next: "Read what it says.",
  },
];

/** What a git command of an export means when it fails; null for what is no refusal, such as a host that cannot be reached. */
export function pushFailure({ url, credential }: { url: string; credential: Secret | undefined }) {
  return ({ stdout, stderr }: Pick<ExecResult, "stdout" | "stderr">): DeployError | null => {
    const text = `${stdout}\n${stderr}`;
    const refusal = refusals.find(({ when }) => when.test(text));
    if (!refusal) return null;
    const { code, what, next } = refusal;
    return new DeployError(code, { what, where: url, next, evidence: lastLines(text, credential) });
  };
}
