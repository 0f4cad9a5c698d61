/** The hosts of repositories. */
import type { CodeHost } from "./code-host.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";

export const codeHosts: CodeHost[] = [github, gitlab];
