import type { CommitGraph } from './commit-graph.js';
import type { GitRef } from './git.refs.js';
import type { TagObject } from './tag-object.js';
import { holdsVersion } from './version-name.js';

/** A tag that is a release. */
export interface ReleaseTag extends TagObject {
  readonly name: string;
  /** The tag object's own hash; a commit's, where the tag is only a name. */
  readonly object: string;
}

/** The tags that are releases; of several names of one commit the whole version. */
export function releasesAmong(
  tags: readonly GitRef[],
  objects: ReadonlyMap<string, TagObject>,
  graph: CommitGraph,
): ReleaseTag[] {
  const found = tags.flatMap(({ name, object }) => {
    const lightweight = graph.find(object) === undefined ? undefined : { commit: object };
    const tag = objects.get(object) ?? lightweight;
    return tag && isRelease(name, tag) ? [{ ...tag, name, object }] : [];
  });
  const keyOf = ({ commit, object, name }: ReleaseTag): string => `${commit ?? object} ${name}`;
  // `v4` moves along with `v4.2` and `v4.2.1`: the whole version is the release.
  const shorter = new Set(found.map(keyOf).flatMap(shorterVersions));
  return found.filter((tag) => !shorter.has(keyOf(tag)));
}

/** A key or a data set that was published has no version to go by: its tag is all there is. */
const isRelease = (name: string, { commit, taggedAt }: TagObject): boolean =>
  holdsVersion(name) || (commit === undefined && taggedAt !== undefined);

/** What a moving name of the same version would be called: `v4.2` and `v4` for `v4.2.1`. */
function shorterVersions(name: string): string[] {
  const numbers = name.split('.');
  return numbers.slice(1).map((_, count) => numbers.slice(0, count + 1).join('.'));
}
