const SVG = 'http://www.w3.org/2000/svg';

/** Each on a canvas of 16 by 16, drawn with lines. */
const PATHS = {
  commit: 'M1 8h4m6 0h4M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z',
  pull_request:
    'M4 6v7M4 6a1.8 1.8 0 1 0 0-3.6A1.8 1.8 0 0 0 4 6Zm0 7.6h.01M12 10V6.5A2.5 2.5 0 0 0 9.500 4H8m1.500-2L7.500 4l2 2M12 13.600a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600Z',
  issue:
    'M8 1.800a6.200 6.200 0 1 1 0 12.400A6.200 6.200 0 0 1 8 1.800ZM8 7.990h.01M8 5v3.500M8 11h.01',
  review: 'M2 3h12v8H7l-3 2.500V11H2V3Zm3.500 4L7.200 8.500 10.500 5.500',
  release: 'M2 2h5.500l6.500 6.500-5.500 5.500L2 7.500V2Zm3 3h.01',
  git: 'M5 2.500v11M5 8c5 0 6-1 6-3M5 4.500h.01M11 5h.01M5 12h.01',
  github:
    'M5.500 13.500v-2.500c-2 .4-2.800-.6-3.500-1.500M10.500 13.500v-2.300c0-.8-.2-1.200-.5-1.500 2-.2 3.500-1 3.500-3.700 0-.9-.3-1.700-.9-2.300.1-.4.3-1.200-.1-2-1 0-2 .8-2 .8a7 7 0 0 0-3.400 0s-1-.8-2-.8c-.4.800-.2 1.600-.1 2A3.300 3.300 0 0 0 4 6c0 2.700 1.600 3.500 3.500 3.700-.4.300-.5.800-.5 1.300v2.500',
  gitlab: 'M8 14 1.800 9.300l1-4.300L4.500 2l1.300 4h4.400l1.300-4 1.700 3 1 4.300L8 14Z',
  'azure-devops': 'M2 5.500 6 2v2l7-1.500V12l-3 2-5-1.700V14L2.500 11V6.500L13 4.500',
};

/**
 * A small picture beside a word that says the same.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[/** @type {keyof typeof PATHS} */ (name)] ?? PATHS.commit);
  svg.append(path);
  return svg;
}
