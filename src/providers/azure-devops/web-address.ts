/** The address of a project of an organisation, or of something in it. */
export function webAddress(organizationUrl: string, ...path: readonly string[]): string {
  return [organizationUrl, ...path.map(encodeURIComponent)].join('/');
}
