/** Someone as git knows them. Either part may be empty: git lets people write anything. */
export interface Person {
  readonly name: string;
  readonly email: string;
}
