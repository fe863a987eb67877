import type { Place, ProxyKind } from './proxy.js';

const each = ({ pods }: Place, line: (address: string) => string): string =>
  pods.map((port) => line(`127.0.0.1:${port}`)).join('\n');

/** With its defaults: a pod that fails once is out for ten seconds. */
const nginx: ProxyKind = {
  name: 'nginx',
  command: (file) => ['nginx', '-c', file],
  configure: (place) => `
daemon off;
pid ${place.folder}/nginx.pid;
error_log ${place.folder}/error.log info;
events {}
http {
  access_log ${place.folder}/access.log combined;
  client_body_temp_path ${place.folder}/body;
  proxy_temp_path ${place.folder}/proxy;
  fastcgi_temp_path ${place.folder}/fastcgi;
  uwsgi_temp_path ${place.folder}/uwsgi;
  scgi_temp_path ${place.folder}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  upstream pods {
${each(place, (address) => `    server ${address};`)}
  }
  server {
    listen 127.0.0.1:${place.port};
    location / {
      proxy_pass http://pods;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`,
};

const haproxy: ProxyKind = {
  name: 'haproxy',
  command: (file) => ['haproxy', '-db', '-f', file],
  configure: (place) => `
global
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
frontend clients
  bind 127.0.0.1:${place.port}
  default_backend pods
backend pods
${each(place, (address) => `  server ${address.replace(/\W/g, '_')} ${address} check`)}
`,
};

const APACHE_MODULES = [
  'mpm_event',
  'authz_core',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  'lbmethod_byrequests',
  'slotmem_shm',
];

const apache: ProxyKind = {
  name: 'apache',
  command: (file) => ['apache2', '-X', '-f', file],
  configure: (place) => `
ServerRoot ${place.folder}
ServerName 127.0.0.1
DefaultRuntimeDir ${place.folder}
PidFile ${place.folder}/apache.pid
Listen 127.0.0.1:${place.port}
${APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
User www-data
Group www-data
ErrorLog ${place.folder}/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog ${place.folder}/access.log combined
<Proxy balancer://pods>
${each(place, (address) => `  BalancerMember http://${address} upgrade=websocket`)}
</Proxy>
ProxyPreserveHost On
ProxyPass / balancer://pods/
`,
};

/** It logs the headers of requests, but for those that it knows to be secret. */
const caddyWith = (name: string, format: string): ProxyKind => ({
  name,
  command: (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file],
  configure: (place) => `{
  admin off
  auto_https off
}
http://127.0.0.1:${place.port} {
  log {
    output file ${place.folder}/access.log
    ${format}
  }
  reverse_proxy ${place.pods.map((port) => `127.0.0.1:${port}`).join(' ')}
}
`,
});

/** docs/operations.md gives it this one. */
const CADDY_FILTER = `format filter {
      wrap json
      fields {
        request>headers>Sec-Websocket-Protocol delete
      }
    }`;

/** Those that log no header which a browser gives its token in. */
export const DISCREET: readonly ProxyKind[] = [
  nginx,
  haproxy,
  apache,
  caddyWith('caddy with its filter', CADDY_FILTER),
];

export const TALKATIVE = caddyWith('caddy', 'format json');
