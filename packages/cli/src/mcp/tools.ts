/** Every tool, in the order an assistant is shown them. */
import { changeTools } from "./change.ts";
import { domainTools } from "./domains.ts";
import { logTools } from "./logs.ts";
import { lookTools } from "./look.ts";
import type { Tool } from "./tool.ts";
import { variableTools } from "./variables.ts";

export const tools: Tool[] = [...lookTools, ...logTools, ...changeTools, ...variableTools, ...domainTools];
