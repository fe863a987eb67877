// The Helm chart: linted, rendered with several sets of values, and held against Kubernetes' own
// schemas, against the variables that the server knows, and against values that must not pass.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { readEnvironment } from '../../src/config/read-environment.js';
import { Helm } from './helm.mjs';
import { findFaults } from './kubernetes.schema.mjs';
import { WRONG_VALUES } from './wrong-values.mjs';

const SETS = new URL('values/', import.meta.url);
/** For what comes from a Secret that is not the chart's. */
const SECRETS = { JWT_SECRET_KEY: 'made-for-a-test-'.repeat(2), REDIS_URL: 'redis://redis:6379' };

const helm = new Helm();
try {
  for (const name of readdirSync(SETS)) await checkSet(name);
  await checkTheSchemaCheck();
  checkVariables();
  checkVersions();
  checkNotes();
  checkNetworks();
  checkAlerts();
  for (const wrong of WRONG_VALUES) checkRefusal(wrong);
  console.log(`chart: ${WRONG_VALUES.length} wrong values refused`);
} finally {
  helm.close();
}

function render(...values) {
  return parseAllDocuments(helm.render(...values)).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
}

async function checkSet(name) {
  const values = ['--values', new URL(name, SETS).pathname];
  helm.lint(...values);
  const resources = render(...values);
  assert.deepEqual(await findFaults(resources), [], name);
  const one = (kind) => resources.find((resource) => resource.kind === kind);

  const { data } = one('ConfigMap');
  const environment = readEnvironment({ ...SECRETS, ...data, ...one('Secret')?.stringData });
  assert.equal(environment.isProduction, true, name);

  const { spec } = one('Deployment').spec.template;
  const [server] = spec.containers;
  const preStop = server.lifecycle?.preStop.sleep.seconds ?? 0;
  const grace = spec.terminationGracePeriodSeconds;
  assert.ok(grace >= preStop + environment.DRAIN_SECONDS + 5, `${name}: the drain is cut off`);

  const clones = spec.volumes.find((volume) => volume.name === 'clones');
  assert.ok(Number(clones.emptyDir.sizeLimit) > environment.GIT_CACHE_BYTES, name);
  const mounts = server.volumeMounts.map(({ mountPath }) => mountPath);
  assert.ok(mounts.includes(environment.GIT_CACHE_DIR), `${name}: the clones are not on a volume`);
  assert.equal(server.ports[0].containerPort, environment.PORT, name);

  const secret = server.envFrom[1].secretRef.name;
  const monitor = one('ServiceMonitor')?.spec.endpoints[0].authorization.credentials.name;
  const made = one('Secret')?.metadata.name;
  for (const other of [monitor, made]) if (other) assert.equal(other, secret, name);
  console.log(`chart: ${name}: ${resources.length} resources`);
}

/** A check that finds nothing has to be one that could. */
async function checkTheSchemaCheck() {
  const deployment = render().find(({ kind }) => kind === 'Deployment');
  const [server] = deployment.spec.template.spec.containers;
  server.livenesProbe = server.livenessProbe;
  assert.match((await findFaults([deployment])).join(), /'?"?livenesProbe/);
  delete server.livenesProbe;
  delete deployment.spec.selector;
  assert.match((await findFaults([deployment])).join(), /selector/);
}

/** Every variable in .env.example can be set by the chart or is its own, and it knows no other. */
function checkVariables() {
  const example = readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm);
  const { config, secret } = JSON.parse(
    readFileSync('docker/helm/values.schema.json', 'utf8'),
  ).properties;
  const free = [config, secret.properties.values].flatMap((group) => Object.keys(group.properties));
  const own = ['NODE_ENV', 'PORT', 'GIT_CACHE_DIR'];
  const known = [...free, ...own].filter((name) => !name.startsWith('OTEL_'));
  assert.deepEqual(known.sort(), [...example].map(([, name]) => name).sort());
}

/** One number for the server, its image and its chart. */
function checkVersions() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [, image] = /^ARG VERSION=(\S+)$/m.exec(readFileSync('docker/Dockerfile', 'utf8'));
  const { appVersion } = parse(readFileSync('docker/helm/Chart.yaml', 'utf8'));
  assert.deepEqual([image, appVersion], [version, version]);
}

function checkNotes() {
  assert.match(helm.notes(), /create secret generic recap-git-recap-server/);
  assert.match(helm.notes('--set', 'ingress.enabled=true'), /TRUST_PROXY is off/);
  const traces = ['--set', 'config.OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318'];
  assert.match(helm.notes(...traces), /lets nothing through to http:\/\/collector:4318/);
}

/** An exception has to lie within the network it is taken from. */
function checkNetworks() {
  const except = 'networkPolicy.except=["10.96.0.0/12","fd00::/8"]';
  const policy = render('--set-json', except).find(({ kind }) => kind === 'NetworkPolicy');
  assert.deepEqual(policy.spec.egress[1].to, [
    { ipBlock: { cidr: '0.0.0.0/0', except: ['10.96.0.0/12'] } },
    { ipBlock: { cidr: '::/0', except: ['fd00:ec2::254/128', 'fd00::/8'] } },
  ]);
}

/** Where users are few, probes and scrapes would outnumber whatever fails. */
function checkAlerts() {
  const rule = render('--set', 'prometheusRule.enabled=true').find(
    ({ kind }) => kind === 'PrometheusRule',
  );
  const { expr } = rule.spec.groups[0].rules.find(({ alert }) => alert === 'GitRecapRequestsFail');
  assert.equal(expr.match(/_count\{[^}]*route!~"\/health\/\.\+\|\/metrics"/g)?.length, 2, expr);
}

function checkRefusal([assignment, named]) {
  assert.throws(() => helm.render('--set-json', assignment), new RegExp(named), assignment);
}
