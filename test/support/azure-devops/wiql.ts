/** What a work item is compared by, by the name of the field. */
export type Fields = Readonly<Record<string, string | undefined>>;

const PREFIX = 'SELECT [System.Id] FROM WorkItems WHERE ';
const CONDITION = /^\[([\w.]+)\] (>=|<|=) (?:'((?:[^']|'')*)'|(@Me))$/;

/**
 * Whether a work item is what a query in WIQL looks for. Knows `(a OR b) AND (c)`, where each may be
 * two conditions with an AND in brackets of their own. Throws at what it does not know.
 */
export function wiqlFilter(query: string, me: string): (fields: Fields) => boolean {
  if (!query.startsWith(PREFIX)) throw new Error(`no query known here: ${query}`);
  const groups = query
    .slice(PREFIX.length)
    .slice(1, -1)
    .split(/(?<=\)?)\) AND \((?=\(?\[)/);
  const parsed = groups.map((group) =>
    group.split(' OR ').map((one) =>
      one
        .replace(/^\(|\)$/g, '')
        .split(' AND ')
        .map((text) => condition(text, me)),
    ),
  );
  return (fields) =>
    parsed.every((group) => group.some((conditions) => conditions.every((holds) => holds(fields))));
}

function condition(text: string, me: string): (fields: Fields) => boolean {
  const [, field = '', operator, quoted = ''] = CONDITION.exec(text) ?? [];
  if (!operator) throw new Error(`no condition known here: ${text}`);
  const value = text.endsWith(' @Me') ? me : quoted.replaceAll("''", "'");
  return (fields) => {
    const actual = fields[field];
    if (actual === undefined) return false;
    if (operator === '=') return actual.toLowerCase() === value.toLowerCase();
    const distance = Date.parse(actual) - Date.parse(value);
    return operator === '>=' ? distance >= 0 : distance < 0;
  };
}
