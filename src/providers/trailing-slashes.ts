/** The text without the slashes it ends with. A pattern that says so, `/\/+$/`, takes quadratic time where slashes stand in the middle. */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}
