/**
 * Finds an element that the page has; a missing one is a mistake in the page.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @param {{ new (): T }} [type]
 * @returns {T}
 */
export function find(selector, root = document, type = /** @type {any} */ (HTMLElement)) {
  const element = root.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`the page has no ${selector}`);
}

/**
 * Makes an element. Children that are texts become text, never markup.
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} [attributes] `true` sets an empty one, `false` and undefined none.
 * @param {...(Node | string | undefined)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/**
 * Makes a button that does something.
 * @param {string} label
 * @param {() => void} onClick
 * @param {string} [className]
 */
export function makeButton(label, onClick, className = 'button small') {
  const button = make('button', { type: 'button', class: className }, label);
  button.addEventListener('click', onClick);
  return button;
}

/**
 * Makes one tree like another and leaves alone what is the same already, so that text being selected
 * and links having the focus survive while more is written.
 * @param {Node} current
 * @param {Node} wanted
 */
export function reconcile(current, wanted) {
  const nodes = [...wanted.childNodes];
  nodes.forEach((node, index) => {
    const old = current.childNodes[index];
    if (!old) current.appendChild(node);
    else if (old.isEqualNode(node)) return;
    else if (isContainer(old) && isContainer(node) && old.nodeName === node.nodeName) {
      reconcile(old, node);
    } else current.replaceChild(node, old);
  });
  while (current.childNodes.length > nodes.length) current.lastChild?.remove();
}

/** @param {Node} node */
const isContainer = (node) =>
  ['UL', 'OL', 'LI'].includes(node.nodeName) && !(/** @type {Element} */ (node).className);
