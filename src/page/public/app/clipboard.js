const SHOWN_MS = 1_600;

/**
 * Copies a text and says so on the button that was pressed.
 * @param {string} text
 * @param {Element} button
 */
export async function copy(text, button) {
  const done = await write(text);
  button.setAttribute('data-copied', done ? 'Copied' : 'Not allowed');
  setTimeout(() => button.removeAttribute('data-copied'), SHOWN_MS);
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeTheOldWay(text);
  }
}

/**
 * Pages without https have no clipboard but this one.
 * @param {string} text
 */
function writeTheOldWay(text) {
  const area = document.createElement('textarea');
  area.className = 'visually-hidden';
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
