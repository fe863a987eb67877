import { withoutTrailingSlashes } from '../trailing-slashes.js';

/** How people call the server at this address: `gitlab.com`, `git.example.org/gitlab`. */
export function placeOf(baseUrl: string): string {
  const { host, pathname } = new URL(baseUrl);
  return `${host}${withoutTrailingSlashes(pathname)}`;
}

/** A project by its number: names change, and events know no other. */
export function repositoryId(baseUrl: string, project: number): string {
  return `gitlab:${placeOf(baseUrl)}/${project}`;
}

/** The reverse of {@link repositoryId}. */
export function projectOf(repositoryId: string): number {
  return Number(repositoryId.slice(repositoryId.lastIndexOf('/') + 1));
}
