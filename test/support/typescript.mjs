// Lets node run the TypeScript of this repository as it is: node --import ./test/support/typescript.mjs
// Node's own stripping of types knows no decorators, and the oldest supported Node none of it.
import { register } from 'node:module';

register('./typescript.hooks.mjs', import.meta.url);
