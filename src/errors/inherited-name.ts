/** `constructor`, `__proto__`, `hasOwnProperty` and the other names that every object has. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * A name in something a client sent that every object has by itself. No field of ours is called so,
 * and class-validator, which looks fields up in plain objects, takes some of them for known
 * (https://github.com/typestack/class-validator/blob/develop/src/validation/ValidationExecutor.ts).
 * Whatever the depth of the value, it is found without recursion.
 */
export function inheritedNameIn(value: unknown): string | undefined {
  const waiting = [value];
  for (const item of waiting) {
    if (typeof item !== 'object' || item === null) continue;
    for (const [name, inner] of Object.entries(item)) {
      if (INHERITED.has(name)) return name;
      waiting.push(inner);
    }
  }
  return undefined;
}
