import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const expandBytes = promisify(gunzip);

/** Beside the event loop, however long the text is. */
export const compress: (text: string) => Promise<Buffer> = promisify(gzip);

/** What {@link compress} was given. @throws Error when these bytes are not of its making. */
export async function expand(bytes: Buffer): Promise<string> {
  return (await expandBytes(bytes)).toString();
}
