import { DomainError } from '../errors/domain.error.js';

interface ClientFrame {
  readonly event: string;
  readonly data: unknown;
}

/**
 * Reads a message of a client: a text frame with `{event, data}`.
 * @throws DomainError `malformed_json`, `invalid_request`.
 */
export function readFrame(message: unknown): ClientFrame {
  if (typeof message !== 'string') {
    throw new DomainError('invalid_request', 'Frames are text, not binary.');
  }
  const frame = parse(message);
  const isObject = typeof frame === 'object' && frame !== null;
  if (!isObject || !('event' in frame) || typeof frame.event !== 'string') {
    throw new DomainError('invalid_request', 'A frame is an object {event, data}.');
  }
  return { event: frame.event, data: 'data' in frame ? frame.data : undefined };
}

/** As HTTP bodies are: no field of ours has such a name, and copying one changes what objects are. */
function refuseForeignKeys(key: string, value: unknown): unknown {
  if (key !== '__proto__' && key !== 'constructor') return value;
  throw new DomainError('invalid_request', 'A frame has no fields of this name.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, refuseForeignKeys);
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError('malformed_json', 'The frame is not valid JSON.', { cause });
  }
}
