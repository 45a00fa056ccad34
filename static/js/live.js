// Open pages hear at once: the server sends pointers, and the page fetches what they mean as the member it belongs to.
// A page that was asleep catches up when it wakes. Everything is also there after loading the page anew.
import { io } from "/static/vendor/socket.io/socket.io.esm.min.js";

const PULSE = 120000;
const SHORT = 12000;
const MOST = 4;
const toasts = document.getElementById("toasts");
const words = toasts.dataset;
const alerts = document.getElementById("alerts"); // spoken at once
const notes = document.getElementById("notes"); // spoken when it is quiet
const bar = document.getElementById("connection");
const main = document.getElementById("main");
const posts = document.getElementById("posts");
const thread = posts?.dataset.thread;
const here = new URL(location.href);
here.searchParams.delete("unread"); // it leads to a page of the thread; this is the page
here.hash = "";

const visible = () => document.visibilityState === "visible";
const pause = (most) => new Promise((done) => setTimeout(done, Math.random() * most));

const ask = (path, kind) =>
  fetch(path, { headers: { Accept: kind }, redirect: "manual", cache: "no-store" }).catch(() => null);

async function get(path) {
  const answer = await ask(path, "application/json");
  return answer?.ok ? answer.json() : null;
}

const gone = (answer) => answer?.status === 404 || answer?.type === "opaqueredirect";

// --- words that come and go ---

function say(text, href, warning) {
  const toast = document.createElement("div");
  toast.className = warning ? "toast toast-warning" : "toast";
  const link = document.createElement("a");
  link.href = href;
  link.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet";
  button.textContent = words.close;
  button.addEventListener("click", () => toast.remove());
  toast.append(link, button);
  (warning ? alerts : notes).append(toast);
  if (notes.children.length > MOST) notes.firstElementChild.remove();
  if (!warning) setTimeout(() => leave(toast), SHORT);
}

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) return setTimeout(() => leave(toast), SHORT);
  toast.remove();
}

let counting;
function count() {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const answer = await ask("/unread", "application/json");
    if (ended || !answer) return;
    if (answer.type === "opaqueredirect") return close(words.ended);
    if (!answer.ok) return;
    const now = await answer.json();
    const badge = document.querySelector('[data-count="notifications"]');
    badge.textContent = now.notifications;
    badge.hidden = !now.notifications;
    for (const link of document.querySelectorAll("#rail-groups a[data-group]")) showUnread(link, now.groups);
  }, 200);
}

function showUnread(link, groups) {
  if (!(link.dataset.group in groups)) return link.parentElement.remove();
  link.querySelector(".count")?.remove();
  const number = groups[link.dataset.group];
  if (!number) return;
  const badge = document.createElement("b");
  badge.className = "count";
  const spoken = document.createElement("span");
  spoken.className = "sr";
  spoken.textContent = ` ${words.unread}`;
  badge.append(String(number), spoken);
  link.append(badge);
}

// --- one post ---

const shown = (id) => posts?.querySelector(`[data-post="${id}"]`);

async function show(id) {
  // Many pages are pointed at one post in the same moment; those that do not show it can wait a little.
  if (!shown(id)) await pause(500);
  const answer = await ask(`/posts/${id}/live`, "application/json");
  if (gone(answer)) return shown(id)?.remove();
  if (!answer?.ok) return;
  const post = await answer.json();
  if (thread && post.thread === thread) return place(id, post);
  const href = post.thread ? `${post.href}/thread` : post.href;
  if (!post.mine) tell(post, post.title ? `${post.author}: ${post.title}` : post.author, href);
}

function tell(post, what, href) {
  const warning = post.severity === "warning";
  say(warning ? `${words.warning}: ${what}` : what, href, warning);
}

function place(id, post) {
  const article = new DOMParser().parseFromString(post.html, "text/html").querySelector("article");
  const there = shown(id);
  if (there) return replace(there, article);
  if (posts.dataset.open) posts.append(article);
  const href = posts.dataset.open ? `#p-${id}` : `${post.href}/thread`;
  if (!post.mine) tell(post, `${words.reply}: ${post.author}`, href);
  if (posts.dataset.open && visible()) markRead();
}

function replace(there, article) {
  const held = there.contains(document.activeElement);
  there.replaceWith(article);
  if (held) article.focus({ preventScroll: true });
}

function markRead() {
  const last = posts?.querySelector("article:last-of-type");
  if (!last || !posts.dataset.caughtUp) return; // something before this page is unread, and stays so
  const form = new FormData();
  form.set("to", last.dataset.post);
  form.set("csrf_token", document.querySelector("input[name=csrf_token]").value);
  fetch(`/threads/${thread}/read`, { method: "POST", body: form }).then(count, () => {});
}

// --- the whole page ---

// What the member may see, or do, has changed. A page that they may no longer see says so and shows nothing more.
async function lookAgain() {
  count();
  const answer = await ask(here, "text/html");
  if (answer?.status === 404) return close(words.lost);
  if (answer?.type === "opaqueredirect") return close(words.ended);
  if (!answer?.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!now.getElementById("toasts")) return close(words.ended); // a page for guests
  for (const part of document.querySelectorAll("[data-live]")) refresh(part, now);
  if (thread) await refreshPosts(now);
}

function refresh(part, now) {
  const fresh = now.querySelector(`[data-live="${part.dataset.live}"]`);
  if (fresh && fresh.textContent !== part.textContent) replace(part, fresh);
}

async function refreshPosts(now) {
  for (const article of posts.querySelectorAll("article")) {
    const fresh = now.getElementById(article.id);
    if (!fresh) await show(article.dataset.post);
    else if (fresh.dataset.state !== article.dataset.state) replace(article, fresh);
  }
}

async function catchUp() {
  await lookAgain();
  await readOn();
  if (thread && visible() && !ended) markRead();
}

// What came after the last post shown here.
async function readOn() {
  if (!thread || !posts.dataset.open || ended) return;
  const last = posts.querySelector("article:last-of-type");
  const missed = last && (await get(`/threads/${thread}/since?after=${last.dataset.post}`));
  for (const id of missed?.posts ?? []) await show(id);
  if (missed?.posts.length && last !== posts.querySelector("article:last-of-type")) await readOn();
}

// The form in which something was typed stays; everything else goes.
function close(text) {
  ended = true;
  socket.disconnect();
  bar.textContent = text;
  bar.setAttribute("role", "alert");
  bar.tabIndex = -1;
  bar.hidden = false;
  document.title = text;
  const typed = [...main.querySelectorAll("textarea, input[type=text]")].filter((one) => one.value !== one.defaultValue);
  main.replaceChildren(bar, ...new Set(typed.map((one) => one.form ?? one)));
  toasts.remove();
  if (text === words.ended) document.getElementById("rail-groups").replaceChildren();
  if (!typed.length) bar.focus();
}

const socket = io({ transports: ["websocket"], reconnectionDelayMax: 15000 });
let ended = false;
let waiting;
let settled = false;

socket.on("connect", () => {
  clearTimeout(waiting);
  bar.hidden = true;
  settled ? catchUp() : readOn(); // a page that was just loaded has missed little
  settled = true;
});
socket.on("new", ({ post }) => {
  show(post);
  count();
});
socket.on("changed", ({ post }) => {
  if (document.getElementById(`p-${post}`)) (thread && post !== thread ? show(post) : lookAgain());
});
socket.on("access", () => pause(300).then(catchUp));
socket.on("ended", () => close(words.ended));
// Away or refused, which look alike from here: the numbers are kept fresh meanwhile, and tell a session that has ended.
socket.on("connect_error", count);
socket.on("disconnect", () => {
  if (!ended) waiting = setTimeout(() => (bar.hidden = false), 3000);
});
const wake = () => visible() && !ended && socket.connected && catchUp();
document.addEventListener("visibilitychange", wake);
setInterval(wake, PULSE);
