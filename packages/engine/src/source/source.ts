/** Where the code comes from. */
export type Source =
  | { kind: "folder"; path: string; subdirectory?: string }
  | { kind: "archive"; path: string; subdirectory?: string }
  | { kind: "git"; url: string; ref?: string; subdirectory?: string };
