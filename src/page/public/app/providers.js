/** What the providers are called; one that is not named here is called as the server calls it. */
const NAMES = new Map([
  ['github', 'GitHub'],
  ['gitlab', 'GitLab'],
  ['azure-devops', 'Azure DevOps'],
  ['git', 'git'],
]);

/** @param {string} provider */
export const nameOfProvider = (provider) => NAMES.get(provider) ?? provider;

/**
 * The providers that an access token signs in to, as the API description tells them: by the route,
 * which is a contract, and not by the names of schemas, which are not.
 * @param {any} description The OpenAPI document.
 * @returns {string[]}
 * @throws {TypeError} when the description has no such route, or the route no such field.
 */
export function tokenProviders(description) {
  const { requestBody } = description.paths['/pat'].post;
  const body = resolve(description, requestBody.content['application/json'].schema);
  const { enum: providers } = resolve(description, body.properties.provider);
  if (Array.isArray(providers)) return providers;
  throw new TypeError('the API description does not list the providers of POST /pat');
}

/**
 * The schema itself where there is only a reference to it.
 * @param {any} description
 * @param {any} schema
 * @returns {any}
 */
function resolve(description, schema) {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (!reference) return schema;
  const names = reference.replace('#/', '').split('/');
  return names.reduce(
    (/** @type {any} */ part, /** @type {string} */ name) => part[name],
    description,
  );
}
