// Shows the service's state as it changes, and says so when it cannot.
"use strict";

const REFRESH_MS = 2000;
const TIMEOUT_MS = 5000;
const SILENCE_MS = 7000; // the stream is never silent for longer than five seconds
const query = document.body.dataset.query;
const numbers = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "full",
  timeStyle: "medium",
  timeZone: document.body.dataset.timeZone,
});
let lastAnswer = null;

const element = (id) => document.getElementById(id);
const sum = (values) => values.reduce((total, value) => total + value, 0);

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  if (minutes >= 1) return `${minutes} min`;
  return `${Math.floor(seconds)} s`;
}

function show(id, text) {
  element(id).textContent = text;
}

function row(name, cells, titles) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  line.append(head);
  cells.forEach((cell, index) => {
    const field = document.createElement("td");
    field.textContent = cell.text;
    field.dataset.title = titles[index]; // on a telephone each figure stands beside its title
    if (cell.isOver) field.className = "over";
    line.append(field);
  });
  return line;
}

const plain = (text) => ({ text, isOver: false });
const number = (value, isOver = false) => ({ text: numbers.format(value), isOver: isOver && value > 0 });

function queueCells(queue, limitS) {
  const calls = queue.waits.counts.at(-1);
  const over = limitS === null ? [] : [number(queue.n_over_limit, true)];
  return [
    number(queue.n_waiting),
    { text: queue.n_waiting ? duration(queue.longest_wait_s) : "–", isOver: limitS !== null && queue.longest_wait_s > limitS },
    ...over,
    number(queue.n_called_last_hour),
    plain(calls ? duration(queue.waits.sum_s / calls) : "–"),
    number(queue.n_issued),
    number(queue.n_called),
    number(queue.n_abandoned),
  ];
}

function procedureCells(procedure) {
  return [
    number(procedure.n_in_progress),
    number(procedure.n_overdue, true),
    number(procedure.n_received),
    number(procedure.n_settled),
    number(procedure.n_settled_late),
  ];
}

function fill(id, cellsByName) {
  const body = element(id);
  const titles = [...body.parentElement.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  body.replaceChildren(...cellsByName.map(([name, cells]) => row(name, cells, titles)));
  element(`no-${id}`).hidden = cellsByName.length > 0;
}

function render(state) {
  const byName = (first, second) => first[0].localeCompare(second[0], undefined, { numeric: true });
  const queues = Object.entries(state.queues).sort(byName);
  const procedures = Object.entries(state.procedures).sort(byName);
  const waiting = sum(queues.map(([, queue]) => queue.n_waiting));
  show("clock", clock.format(new Date(state.now)));
  show("waiting", numbers.format(waiting));
  show("longest", waiting ? duration(Math.max(...queues.map(([, queue]) => queue.longest_wait_s))) : "–");
  show("servers", state.n_servers_open === null ? "–" : numbers.format(state.n_servers_open));
  show("backlog", numbers.format(sum(procedures.map(([, procedure]) => procedure.n_in_progress))));
  show("overdue", numbers.format(sum(procedures.map(([, procedure]) => procedure.n_overdue))));
  fill("queues", queues.map(([name, queue]) => [name, queueCells(queue, state.waiting_limit_s)]));
  fill("procedures", procedures.map(([name, procedure]) => [name, procedureCells(procedure)]));
}

function showConnection(isGood, text) {
  const badge = element("connection");
  if (badge.textContent !== text) badge.textContent = text;
  badge.className = `badge ${isGood ? "good" : "bad"}`;
  document.body.classList.toggle("lost", !isGood);
}

function renderAnswer(state) {
  render(state);
  lastAnswer = new Date();
  showConnection(true, state.is_ready ? "live" : "starting: the log is being read");
}

async function ask() {
  try {
    const answer = await fetch(`/api/v1/state${query}`, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    renderAnswer(await answer.json());
  } catch {
    const since = lastAnswer ? ` since ${lastAnswer.toLocaleTimeString("en-GB")}` : "";
    showConnection(false, `connection lost${since}`);
  }
}

// The stream tells what changes as it does. Where nothing comes of it, for whatever reason, we ask.
function follow() {
  let stream = null;
  let heard = 0;
  function open() {
    stream = new EventSource(`/api/v1/stream${query ? `${query}&` : "?"}of=state`);
    stream.addEventListener("state", (message) => {
      heard = Date.now();
      renderAnswer(JSON.parse(message.data));
    });
  }
  async function check() {
    if (Date.now() - heard > SILENCE_MS) {
      await ask();
      if (stream.readyState === EventSource.CLOSED) open();
    }
    setTimeout(check, REFRESH_MS);
  }
  open();
  check();
}

function loadPrediction() {
  const figure = element("prediction");
  if (!figure) return;
  const [narrow, wide] = [element("prediction-narrow"), element("prediction-wide")];
  wide.addEventListener("load", () => {
    figure.hidden = false;
    element("no-prediction").hidden = true;
  });
  wide.addEventListener("error", () => setTimeout(load, REFRESH_MS));
  let attempt = 0;
  function load() {
    attempt += 1;
    narrow.srcset = `/prediction-narrow.svg?attempt=${attempt}`;
    wide.src = `/prediction.svg?attempt=${attempt}`;
  }
  load();
}

follow();
loadPrediction();
