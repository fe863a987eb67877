import type { IncomingMessage, Server } from 'node:http';
import { isIP } from 'node:net';

const IPV4_WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
const BRACKETED = /^\[([\da-f:.]{2,45})\](?::\d{1,5})?$/i;
/** Keeps its place in the list, as the places are what TRUST_PROXY counts. */
const NO_ADDRESS = 'unknown';

/**
 * Makes a list of addresses of what proxies wrote into X-Forwarded-For, before anybody counts by it or
 * logs it: some write ports, such as Azure's Application Gateway
 * (https://learn.microsoft.com/azure/application-gateway/how-application-gateway-works#modifications-to-the-request).
 */
export function readForwardedAddresses(server: Server): void {
  const read = ({ headers }: IncomingMessage): void => {
    const header = headers['x-forwarded-for'];
    if (header === undefined) return;
    headers['x-forwarded-for'] = [header].flat().join(',').split(',').map(addressIn).join(', ');
  };
  server.prependListener('request', read);
  server.prependListener('upgrade', read);
}

function addressIn(entry: string): string {
  const text = entry.trim();
  const address = IPV4_WITH_PORT.exec(text)?.[1] ?? BRACKETED.exec(text)?.[1] ?? text;
  return isIP(address) ? address : NO_ADDRESS;
}
