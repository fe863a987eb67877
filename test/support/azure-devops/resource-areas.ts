interface Resource {
  readonly id: string;
  readonly resourceName: string;
  readonly routeTemplate: string;
}

/** Where Azure DevOps has its resources, by the identifiers that every client of it is made with. */
const AREAS: Readonly<Record<string, readonly Resource[]>> = {
  location: [
    {
      id: '00d9565f-ed9c-4a06-9a50-00e7896ccab4',
      resourceName: 'ConnectionData',
      routeTemplate: '_apis/{resource}',
    },
  ],
  git: [
    {
      id: '225f7195-f9c7-4d14-ab28-a83f7ff77e1f',
      resourceName: 'repositories',
      routeTemplate: '{project}/_apis/{area}/{resource}/{repositoryId}',
    },
    {
      id: 'c2570c3b-5b3f-41b8-98bf-5407bfde8d58',
      resourceName: 'commits',
      routeTemplate: '{project}/_apis/{area}/repositories/{repositoryId}/{resource}/{commitId}',
    },
    {
      id: 'a5d28130-9cd2-40fa-9f08-902e7daa9efb',
      resourceName: 'pullRequests',
      routeTemplate: '{project}/_apis/{area}/{resource}',
    },
    {
      id: 'ab6e2e5d-a0b7-4153-b64a-a4efe0d49449',
      resourceName: 'threads',
      routeTemplate:
        '{project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/{resource}/{threadId}',
    },
  ],
  wit: [
    {
      id: '1a9c53f7-f243-4447-b110-35ef023636e4',
      resourceName: 'wiql',
      routeTemplate: '{project}/{team}/_apis/{area}/{resource}',
    },
    {
      id: '908509b6-4248-4475-a1cd-829139ba419f',
      resourceName: 'workItemsBatch',
      routeTemplate: '{project}/_apis/{area}/{resource}',
    },
  ],
};

/** The resources of an area in the form of `OPTIONS /_apis/{area}`; undefined for one not known here. */
export function locationsOf(area: string): unknown {
  const resources = AREAS[area.toLowerCase()];
  if (!resources) return undefined;
  const versions = { minVersion: '1.0', maxVersion: '7.2', releasedVersion: '7.1' };
  const value = resources.map((resource) => ({
    ...resource,
    ...versions,
    area,
    resourceVersion: 2,
  }));
  return { count: value.length, value };
}
