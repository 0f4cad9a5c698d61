/** A text in a pattern, meaning nothing but itself: names of files and folders are anything. */
export function literally(text: string): string {
  return text.replace(/\W/g, "\\$&");
}
