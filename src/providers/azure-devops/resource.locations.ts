const MAX_SERVERS = 200;
/** Milliseconds; a server that is upgraded answers by other versions. */
const LIFETIME = 60 * 60 * 1_000;

/**
 * Where servers have their resources, as they answer `OPTIONS /_apis/{area}`: the same for everybody,
 * so it is asked once an hour and not once a reading.
 */
export class ResourceLocations {
  private readonly answers = new Map<string, { readonly answer: string; readonly until: number }>();

  get(url: string): string | undefined {
    const known = this.answers.get(url);
    return known && known.until > performance.now() ? known.answer : undefined;
  }

  /** Keeps only what is an answer: the SDK takes any other for a server without resources. */
  set(url: string, answer: string): void {
    if (!hasLocations(answer)) return;
    this.answers.delete(url);
    this.answers.set(url, { answer, until: performance.now() + LIFETIME });
    const [oldest] = this.answers.keys();
    if (this.answers.size > MAX_SERVERS && oldest !== undefined) this.answers.delete(oldest);
  }
}

function hasLocations(answer: string): boolean {
  try {
    const { value } = JSON.parse(answer) as { value?: unknown };
    return Array.isArray(value) && value.length > 0;
  } catch {
    return false;
  }
}
