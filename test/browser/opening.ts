import type { Browser } from 'playwright-core';
import { openWatched, type Watched } from './browser.js';
import { RecapPage } from './recap.page.js';
import type { Stage } from './stage.js';

/** Something between the page and the server. */
interface Way {
  readonly url: string;
  stop(): Promise<void>;
}

/** The page, opened in a window of its own. */
export interface Opened<W extends Way = Way> extends Watched {
  readonly recap: RecapPage;
  readonly stage: Stage;
  readonly way: W;
  close(): Promise<void>;
}

/** Opens the page, behind what `startWay` starts. The clock in it can be set forward. */
export interface Opening {
  (): Promise<Opened>;
  <W extends Way>(startWay: (target: string) => Promise<W>): Promise<Opened<W>>;
}

export function opening(browser: () => Browser, stage: () => Stage): Opening {
  return async (startWay: (target: string) => Promise<Way> = straight) => {
    const way = await startWay(stage().url);
    const watched = await openWatched(browser());
    await watched.page.clock.install();
    await watched.page.goto(way.url);
    const close = async (): Promise<void> => {
      await watched.context.close();
      await way.stop();
    };
    return { ...watched, recap: new RecapPage(watched.page), stage: stage(), way, close };
  };
}

async function straight(url: string): Promise<Way> {
  return { url, stop: () => Promise.resolve() };
}
