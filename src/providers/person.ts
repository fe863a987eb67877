/** Someone as git knows them. Either part may be empty: git lets people write anything. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** `Name <address>`, neither holding what would end it or begin another line. */
const CONTACT = /^([^<>\n]*)<([^<>\s]+)>\s*$/;

/** The person a `Name <address>` names; undefined if it is no such line. */
export function personOf(contact: string): Person | undefined {
  const [, name, email] = CONTACT.exec(contact) ?? [];
  return name === undefined || email === undefined ? undefined : { name: name.trim(), email };
}

/** The reverse of {@link personOf}. */
export const contactOf = ({ name, email }: Person): string => `${name} <${email}>`.trimStart();
