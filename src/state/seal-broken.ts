/** What was to be opened is not what was sealed here: altered, cut, of another record or another key. */
export class SealBroken extends Error {
  constructor(options?: ErrorOptions) {
    super('The seal does not open.', options);
    this.name = 'SealBroken';
  }
}
