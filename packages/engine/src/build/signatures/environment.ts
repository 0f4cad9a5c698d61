/** Failures of the machine, the network and the configuration: memory, disk, permissions, ports, variables. */
import type { Signature } from "./signature.ts";

export const environmentSignatures: Signature[] = [
  {
    id: "heap-out-of-memory",
    pattern: /JavaScript heap out of memory/,
    cause: "Node.js ran out of memory: its heap reached its limit.",
    next: [
      "Set the build variable NODE_OPTIONS=--max-old-space-size=4096 (in MB).",
      "Turn source maps off, or build with fewer parallel workers.",
    ],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "killed",
    pattern: /^(Killed|.*\bsignal SIGKILL\b.*|.*exit code:? 137\b.*)$/,
    cause: "The build was killed from outside, as the system does when memory runs out.",
    next: [
      "Give the machine more memory, or make the build use less: fewer parallel workers, source maps off, NODE_OPTIONS=--max-old-space-size=2048.",
    ],
    recovery: "manual",
  },
  {
    id: "disk-full",
    pattern: /\bENOSPC\b|No space left on device/i,
    cause: "The disk is full.",
    next: ["Free some room on this machine (landfall doctor says what takes it), then deploy again."],
    recovery: "manual",
  },
  {
    id: "too-many-files",
    pattern: /\bEMFILE\b|too many open files/i,
    cause: "The build opened more files at once than the machine allows.",
    next: ["Raise the limit of open files (ulimit -n 65536) for the user that runs Landfall, then deploy again."],
    recovery: "manual",
  },
  {
    id: "script-not-executable",
    pattern: /(?:^|: )(?<script>\.?\.?\/[\w./-]+): Permission denied/,
    cause: "{script} may not be executed: its executable bit is not set.",
    next: [
      'Run "git update-index --chmod=+x {script}", commit, and deploy again; or call it with its interpreter (sh {script}).',
    ],
    recovery: "manual",
  },
  {
    id: "permission-denied",
    pattern: /\bEACCES\b.*permission denied(?:, (?<operation>\w+) '(?<path>[^']+)')?|npm error code EACCES/,
    cause: "The build may not write where it tried to.",
    evidence: /EACCES/,
    next: [
      "A build may write in its own folder, its home and the temporary directory only. Change the path it writes to.",
    ],
    recovery: "manual",
  },
  {
    id: "port-in-use",
    pattern: /EADDRINUSE.*?(?<port>\d+)\s*$|Port (?<port2>\d+) is (already )?in use/,
    cause: "The build starts a server on a port that is taken.",
    next: [
      "A build ends by itself and starts no server. Check that the build command is not the one that starts the application.",
    ],
    recovery: "manual",
  },
  {
    id: "env-prisma",
    pattern:
      /Environment variable not found: (?<key>\w+)|PrismaConfigEnvError: Cannot resolve environment variable: (?<key2>\w+)/,
    cause: "Prisma needs the variable {key}, which is not set.",
    evidence: /-->\s+\S+:\d+|env\(/,
    next: [
      "Set it with: landfall env set {key}",
      "If the build needs no database, any address of the right form will do while building.",
    ],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "env-t3",
    pattern: /Invalid environment variables/,
    cause: "Variables the application checks for are missing or wrong.",
    evidence: /path: \[ '\w+' \]|^\s*\w+: \[|^\s*'?[A-Z][A-Z0-9_]+'?: /,
    next: ["Set the variables named here with: landfall env set NAME"],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "env-envalid",
    pattern: /^\s*(Missing|Invalid) environment variables:/,
    cause: "Variables the application checks for are missing or wrong.",
    evidence: /^\s+[A-Z][A-Z0-9_]*: /,
    next: ["Set the variables named here with: landfall env set NAME"],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "env-zod",
    pattern: /^\s*(?:\w+: )?ZodError:/,
    also: /^\s*"[A-Z][A-Z0-9_]{2,}"$|path: \[ '[A-Z][A-Z0-9_]{2,}' \]/,
    cause: "Variables the application checks for are missing or wrong.",
    evidence: /^\s*"[A-Z][A-Z0-9_]{2,}"$|path: \[ '[A-Z][A-Z0-9_]{2,}' \]/,
    next: ["Set the variables named here with: landfall env set NAME"],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "env-pydantic",
    pattern: /validation errors? for (?<model>\w*(Settings|Config)\w*)/,
    cause: "Settings the application reads from variables are missing or wrong.",
    evidence: /^\w+$|Field required/,
    next: ["Set the variables named here (in upper case) with: landfall env set NAME"],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "django-secret-key",
    pattern: /ImproperlyConfigured: The SECRET_KEY setting must not be empty/,
    cause: "Django has no SECRET_KEY: the variable its settings read is not set while building.",
    next: ["Set it with: landfall env set SECRET_KEY --generate"],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "django-static-root",
    pattern: /without having set the STATIC_ROOT setting/,
    cause: "collectstatic does not know where to put the files: STATIC_ROOT is not set.",
    next: ['Add STATIC_ROOT = BASE_DIR / "staticfiles" to the settings.'],
    recovery: "manual",
  },
  {
    id: "env-python",
    pattern: /^KeyError: '(?<key>[A-Z][A-Z0-9_]{2,})'$/,
    also: /os\.py|environ/,
    cause: "The variable {key} is not set, and the program needs it.",
    next: ["Set it with: landfall env set {key}"],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "env-client",
    pattern:
      /(?:The )?(?<key>[A-Z][A-Z0-9_]*_(?:API_KEY|TOKEN|SECRET|URL|KEY)) environment variable is (?:missing|not set|required)/i,
    cause: "The variable {key} is not set, and a library needs it while the build loads the code.",
    next: [
      "Set it with: landfall env set {key}",
      "Or make the client when it is first used, not when its file is loaded.",
    ],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "env-supabase",
    pattern: /supabase(?<part>Url|Key) is required/,
    cause: "The address or the key of Supabase is not set while building.",
    next: [
      "Set the variables the code passes to createClient, usually NEXT_PUBLIC_SUPABASE_URL and NEXT_PUBLIC_SUPABASE_ANON_KEY (or VITE_…).",
    ],
    recovery: "manual",
  },
  {
    id: "env-missing",
    pattern:
      /(?:[Mm]issing|[Uu]ndefined|[Rr]equired|not (?:set|defined|found)).*(?:env(?:ironment)?(?: variables?)?\W+)(?<key>[A-Z][A-Z0-9_]{2,})\b|Error: (?:Please (?:define|set|add) (?:the )?)?(?<key2>[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?: environment variable)?(?: is (?:not (?:set|defined)|missing|required|undefined)| must be (?:set|defined)| not (?:set|found))/,
    cause: "The variable {key} is not set, and the application needs it.",
    next: ["Set it with: landfall env set {key}"],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "node-options-refused",
    pattern: /node: (?<option>--[\w-]+)\S* is not allowed in NODE_OPTIONS/,
    cause: "NODE_OPTIONS holds {option}, which Node.js {node} does not know or does not allow there.",
    next: [
      "Remove {option} from NODE_OPTIONS (in the variables or in a script of package.json), or ask for another version in engines.node.",
    ],
    recovery: "manual",
  },
  {
    id: "database-refused",
    pattern: /ECONNREFUSED .*:(?<port>5432|5433|5439|3306|27017|6379)\b|Can't reach database server at/,
    cause: "The build connects to a database that does not answer.",
    next: [
      "A build should not need the database: fetch when a page is asked for (dynamic rendering), and run migrations when the release starts.",
      "If it must, set the variable with an address that can be reached from this machine.",
    ],
    recovery: "manual",
  },
];
