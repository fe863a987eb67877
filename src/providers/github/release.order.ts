/** In milliseconds. A release that was a draft for longer may be missed behind a page of newer ones. */
const LONGEST_DRAFT = 60 * 86_400_000;

/**
 * Whether what is listed behind a page of releases may have been published since. They are listed by
 * their creation, as drafts, newest first, and published whenever somebody does so.
 * @param createdAt Of the page's last release; undefined: the page is empty.
 */
export function mayFollowPublished(createdAt: string | undefined, since: Date): boolean {
  return createdAt !== undefined && Date.parse(createdAt) >= since.getTime() - LONGEST_DRAFT;
}
