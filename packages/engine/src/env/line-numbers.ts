import type { Project } from "../detect/reading.ts";

/** Line of an offset, counting each file's lines once and only when asked. */
export class LineNumbers {
  readonly #project: Project;
  readonly #starts = new Map<string, number[]>();

  constructor(project: Project) {
    this.#project = project;
  }

  at(path: string, offset: number): number {
    let starts = this.#starts.get(path);
    if (!starts) {
      starts = [0];
      const text = this.#project.tree.text(path) ?? "";
      for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
      this.#starts.set(path, starts);
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}
