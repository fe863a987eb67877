import type { RepositoryReference } from '../repository.js';
import type { GitWebAddress } from './git.web-address.js';

/** A git repository as an action refers to it, and where the web shows it, if it does. */
export interface GitRepository {
  readonly reference: RepositoryReference;
  readonly address?: GitWebAddress;
}
