import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

const FILE = '@octokit/openapi/generated/api.github.com.json';
const load = createRequire(import.meta.url);

/** GitHub's own description says `nullable` where it says no type, which JSON Schema knows nothing of. */
const description = JSON.parse(
  readFileSync(load.resolve(FILE), 'utf8'),
  (_, value: Json | null): unknown => {
    if (value?.nullable === true && value.type === undefined) delete value.nullable;
    return value;
  },
) as { components: { examples: Record<string, { value: unknown }> }; paths: Record<string, Json> };

const ajv = new Ajv({ strict: false, validateSchema: false });
addFormats.default(ajv);
ajv.addSchema({ paths: description.paths, components: description.components }, 'github');

const ANSWER = ['get', 'responses', '200', 'content', 'application/json'] as const;

/** GitHub's own example of a `GET` answer, to make similar ones from. */
export function exampleOf(path: string): unknown {
  const start = description.paths[path] as unknown;
  const content = ANSWER.reduce((at, key) => (at as Json)[key], start) as {
    examples: Record<string, { $ref: string }>;
  };
  const [first] = Object.values(content.examples);
  return structuredClone(description.components.examples[first!.$ref.split('/').at(-1)!]!.value);
}

/** What GitHub's description has against an answer to `GET path`; undefined when nothing. */
export function violationOf(path: string, answer: unknown): string | undefined {
  const pointer = ['paths', path, ...ANSWER, 'schema']
    .map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1'))
    .join('/');
  const reference = `github#/${pointer}`;
  const validate = ajv.getSchema(reference) ?? ajv.compile({ $ref: reference });
  return validate(answer) === true ? undefined : ajv.errorsText(validate.errors);
}
