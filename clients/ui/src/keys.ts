/** Whether a key belongs to a text that is being composed; Safari says so by its code alone. */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229;
}
