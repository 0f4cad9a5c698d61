const asksForOne = /^(?:<[^<>]*>|(?:please[-_ ])?(?:change|replace)[-_ ]?(?:me|this|it)(?:[-_ ]\w+)*!?)$/i;

/** Whether a value only says that a true one is to be given, `change-me`: a program with that for a default does not do its work. */
export function isStandIn(value: string): boolean {
  return asksForOne.test(value);
}
