/** Words of the log that are said in more than one place. */

/** "1 line", "1,204 lines". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
