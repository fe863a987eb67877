import ts from 'typescript';

/**
 * What Kubernetes, or the Prometheus operator, would not take of these resources, as a text each.
 * Types, required fields, formats and enums are checked by the models' validators. Those say nothing of
 * fields that do not exist; the models' TypeScript types, compiled against the resources as literals, do.
 */
export async function findFaults(resources) {
  const faults = unknownFields(resources);
  for (const resource of resources) {
    const models = await import(moduleOf(resource));
    try {
      new models[resource.kind](resource).validate();
    } catch (error) {
      faults.push(`${resource.kind}: ${error.message}`);
    }
  }
  return faults;
}

/** `apps/v1`, `Deployment` → `kubernetes-models/apps/v1/Deployment` */
function moduleOf({ apiVersion, kind }) {
  const models = apiVersion.startsWith('monitoring.coreos.com/')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models';
  return `${models}/${apiVersion}/${kind}`;
}

const OPTIONS = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  types: [],
};

function unknownFields(resources) {
  const path = ts.sys.resolvePath('test/chart/resources.mts');
  const text = resources
    .map((resource, index) => {
      const type = `import('${moduleOf(resource)}').I${resource.kind}`;
      return `export const resource${index}: ${type} = ${JSON.stringify(resource, null, 2)};\n`;
    })
    .join('');
  const host = ts.createCompilerHost(OPTIONS);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === path || fileExists.call(host, name);
  host.readFile = (name) => (name === path ? text : readFile.call(host, name));
  host.getSourceFile = (name, ...more) =>
    name === path
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023)
      : getSourceFile.call(host, name, ...more);
  const program = ts.createProgram([path], OPTIONS, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
