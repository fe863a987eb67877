import { call, isSessionOver, problemOf } from './api.js';
import { find, make } from './dom.js';
import { icon } from './icons.js';
import { keepAlive } from './keep-alive.js';
import { showProblem } from './problem-view.js';
import { ReplyFollower } from './reply-follower.js';
import { ReplyView } from './reply-view.js';
import { Repositories } from './repositories.js';
import { RequestForm } from './request-form.js';
import { Session } from './session.js';
import { SourcePicker } from './sources.js';

const SESSION_OVER =
  'Your session has ended. Choose what to read to go on; a recap you had is still there afterwards.';
const WITHOUT_SOCKET =
  'The recap comes over plain HTTP, as no WebSocket can be opened. A proxy before this server may drop the Upgrade header: ask your administrator to check.';
const RETRY_SECONDS = 5;

const session = new Session();
const dialog = find('#add-dialog', document, HTMLDialogElement);
const picker = new SourcePicker(
  session,
  () => void showWorkspace(),
  () => void leave(SESSION_OVER),
);
const repositories = new Repositories(offer);
const form = new RequestForm(write);
const view = new ReplyView({
  onCancel: () => follower?.cancel(),
  onRetry: write,
  nameOf: (connection) => session.nameOf(connection),
});
/** @type {ReplyFollower | undefined} */
let follower;
/** @type {(() => void) | undefined} */
let endKeepingAlive;
/** @type {number | undefined} */
let takeUpTimer;

find('#sign-out').addEventListener('click', () => void signOut());
find('#add-source').addEventListener('click', () => void openDialog());
find('#add-close').addEventListener('click', () => dialog.close());
await begin();

async function begin() {
  session.recall();
  if (session.grant) await takeUp();
  else await showStart();
}

/** The session of before a reload, with its newest recap. Only the server ends it, by saying so. */
async function takeUp() {
  clearTimeout(takeUpTimer);
  try {
    await session.refresh();
  } catch (error) {
    if (leaveIfOver(error)) return;
    takeUpLater(problemOf(error));
    return;
  }
  showProblem(find('#session-problem'));
  await Promise.all([showWorkspace(), followNewest()]);
}

/** @param {import('./api.js').Problem} problem */
function takeUpLater(problem) {
  const { retryAfter = RETRY_SECONDS } = problem;
  takeUpTimer = setTimeout(() => void takeUp(), retryAfter * 1000);
  showProblem(find('#session-problem'), { ...problem, retryAfter }, () => void takeUp());
  find('#sign-out').hidden = false;
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
  find('#workspace').append(find('#recap'));
  find('#sign-out').hidden = false;
  showUser();
  showConnections();
  if (!follower) beginFollowing();
  if (wasHidden) find('#main').focus();
  await loadRepositories();
}

async function loadRepositories() {
  try {
    await repositories.load(session.token);
  } catch (error) {
    if (leaveIfOver(error)) return;
    showProblem(find('#repositories'), problemOf(error), () => void loadRepositories());
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

function beginFollowing() {
  const { grant } = session;
  if (!grant) throw new Error('replies need a session');
  endKeepingAlive = keepAlive(grant.idleTimeoutSeconds, () => void touch());
  follower = new ReplyFollower(grant, {
    onFrame: (frame) => {
      view.apply(frame);
      showRunning();
    },
    onLost: (waitSeconds) => view.showLost(waitSeconds),
    onWithoutSocket: () => view.showNotice(WITHOUT_SOCKET),
    onSessionOver: () => void leave(SESSION_OVER),
  });
}

function write() {
  if (view.isRunning || !follower) return;
  const repo = repositories.chosen;
  view.begin();
  showRunning();
  follower.start({ ...form.request, ...(repo && { repo }) });
  if (matchMedia('(max-width: 56rem)').matches) find('#recap').scrollIntoView();
}

/** A button that is disabled would lose the focus. */
function showRunning() {
  find('#write').setAttribute('aria-disabled', String(view.isRunning));
}

/** After a reload the recap of before it is there again, finished or still being written. */
async function followNewest() {
  try {
    const { replies } = await call('replies', { token: session.token });
    const newest = replies.at(-1);
    if (!newest || !follower || view.isRunning) return;
    view.begin();
    showRunning();
    follower.resume(newest.replyId);
  } catch (error) {
    if (leaveIfOver(error)) return;
    view.showProblem(problemOf(error), () => void followNewest());
  }
}

async function openDialog() {
  find('#add-sources').append(picker.element);
  dialog.showModal();
  await picker.refresh();
}

async function signOut() {
  const ended = session.signOut();
  view.clear();
  await leave('You are signed out.');
  await ended.then(
    () => showNotice('You are signed out. The server has deleted what it kept for the session.'),
    (error) => {
      if (!isSessionOver(error)) showProblem(find('#start-notice'), problemOf(error));
    },
  );
}

/** Whatever else goes wrong, the next time will do. */
async function touch() {
  await session.refresh().catch(leaveIfOver);
}

/** @param {unknown} error @returns {boolean} */
function leaveIfOver(error) {
  const isOver = isSessionOver(error);
  if (isOver) void leave(SESSION_OVER);
  return isOver;
}

/** Back to the first screen; a recap that is on the page stays there to be read and copied. @param {string} why */
async function leave(why) {
  dialog.close();
  follower?.close();
  follower = undefined;
  endKeepingAlive?.();
  clearTimeout(takeUpTimer);
  showProblem(find('#session-problem'));
  session.forget();
  repositories.clear();
  view.stop();
  showRunning();
  if (!view.isEmpty) find('#start').after(find('#recap'));
  showNotice(why);
  await showStart();
  find('#start').querySelector('input')?.focus();
}

/** @param {string} text */
function showNotice(text) {
  find('#start-notice').replaceChildren(make('p', { class: 'notice' }, text));
}
