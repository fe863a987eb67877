import { webHostOf } from './github.address.js';

/** GitHub's names know no upper and lower case, and people write both. */
export function repositoryId(apiUrl: string, fullName: string): string {
  return `github:${webHostOf(apiUrl)}/${fullName.toLowerCase()}`;
}
