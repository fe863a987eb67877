import { call, isSessionOver, problemOf } from './api.js';
import { find, make } from './dom.js';
import { icon } from './icons.js';
import { showProblem } from './problem-view.js';
import { ReplySocket } from './reply-socket.js';
import { ReplyView } from './reply-view.js';
import { Repositories } from './repositories.js';
import { RequestForm } from './request-form.js';
import { Session } from './session.js';
import { SourcePicker } from './sources.js';

const SESSION_OVER =
  'Your session has ended. Choose what to read to go on; a recap you had is still there afterwards.';

const session = new Session();
const dialog = find('#add-dialog', document, HTMLDialogElement);
const picker = new SourcePicker(
  session,
  () => void showWorkspace(),
  () => void leave(SESSION_OVER),
);
const repositories = new Repositories(offer);
const form = new RequestForm(write);
const view = new ReplyView(() => socket?.cancel());
/** @type {ReplySocket | undefined} */
let socket;

find('#sign-out').addEventListener('click', () => void signOut());
find('#add-source').addEventListener('click', () => void openDialog());
find('#add-close').addEventListener('click', () => dialog.close());
await begin();

async function begin() {
  try {
    await session.restore();
  } catch (error) {
    session.forget();
    if (!isSessionOver(error)) showProblem(find('#start-notice'), problemOf(error));
  }
  if (!session.grant) {
    await showStart();
    return;
  }
  await showWorkspace();
  await followNewest().catch(leaveIfOver);
}

async function showStart() {
  find('#workspace').hidden = true;
  find('#start').hidden = false;
  find('#sign-out').hidden = true;
  find('#user').hidden = true;
  find('#start-sources').append(picker.element);
  await picker.refresh();
}

/** Also after every source that is added. */
async function showWorkspace() {
  const wasHidden = find('#workspace').hidden;
  dialog.close();
  find('#start').hidden = true;
  find('#workspace').hidden = false;
  find('#sign-out').hidden = false;
  showUser();
  showConnections();
  socket ??= openSocket();
  if (wasHidden) find('#main').focus();
  try {
    await repositories.load(session.token);
  } catch (error) {
    leaveIfOver(error);
    showProblem(find('#repositories'), problemOf(error));
  }
}

function showUser() {
  const user = session.grant?.user;
  find('#user').hidden = !user?.verified;
  find('#user').textContent = user?.name ?? '';
}

function showConnections() {
  const items = (session.grant?.connections ?? []).map(({ provider, label }) =>
    make('li', {}, icon(provider), make('span', { title: label }, label)),
  );
  find('#connections').replaceChildren(...items);
}

function offer() {
  form.offer({ newestPush: repositories.newestPush, hasViewer: session.hasViewer });
}

function openSocket() {
  const { grant } = session;
  if (!grant) throw new Error('a socket needs a session');
  return new ReplySocket(grant, {
    onFrame: (frame) => {
      view.apply(frame);
      showRunning();
    },
    onLost: (waitSeconds) => view.showLost(waitSeconds),
    onSessionOver: () => void leave(SESSION_OVER),
  });
}

function write() {
  if (view.isRunning || !socket) return;
  const repo = repositories.chosen;
  view.begin();
  showRunning();
  socket.start({ ...form.request, ...(repo && { repo }) });
  if (matchMedia('(max-width: 56rem)').matches) find('#recap').scrollIntoView();
}

function showRunning() {
  find('#write', document, HTMLButtonElement).disabled = view.isRunning;
}

/** After a reload the recap of before it is there again, finished or still being written. */
async function followNewest() {
  const { replies } = await call('replies', { token: session.token });
  const newest = replies.at(-1);
  if (!newest) return;
  view.begin();
  showRunning();
  socket?.resume(newest.replyId);
}

async function openDialog() {
  find('#add-sources').append(picker.element);
  dialog.showModal();
  await picker.refresh();
}

async function signOut() {
  const ended = session.signOut();
  await leave('You are signed out. The server has deleted what it kept for the session.');
  await ended.catch((error) => {
    if (!isSessionOver(error)) showProblem(find('#start-notice'), problemOf(error));
  });
}

/** @param {unknown} error */
function leaveIfOver(error) {
  if (isSessionOver(error)) void leave(SESSION_OVER);
}

/** Back to the first screen; a recap that is on the page is still there after the next sign-in. @param {string} why */
async function leave(why) {
  dialog.close();
  socket?.close();
  socket = undefined;
  session.forget();
  repositories.clear();
  view.stop();
  showRunning();
  find('#start-notice').replaceChildren(make('p', { class: 'notice' }, why));
  await showStart();
  find('#start').querySelector('input')?.focus();
}
