const SIGNS_OF_USE = ['pointermove', 'pointerdown', 'wheel', 'scroll', 'keydown'];
/** So many times within the idle time of a session it is looked whether the page was used. */
const LOOKS = 3;

/**
 * Reading is use of a session, too, of which the server sees nothing: tells it now and then while the
 * page is in sight and used.
 * @param {number} idleSeconds How long the server keeps a session that is not used.
 * @param {() => void} touch
 * @returns {() => void} Ends it.
 */
export function keepAlive(idleSeconds, touch) {
  const ended = new AbortController();
  let used = false;
  for (const sign of SIGNS_OF_USE) {
    const note = () => (used = true);
    addEventListener(sign, note, { signal: ended.signal, passive: true, capture: true });
  }
  const timer = setInterval(
    () => {
      if (used && !document.hidden) touch();
      used = false;
    },
    (idleSeconds * 1000) / LOOKS,
  );
  return () => {
    clearInterval(timer);
    ended.abort();
  };
}
