// Shows the service's state as it changes, and says so when it cannot.

import { follow } from "./follow.js";

const REFRESH_MS = 2000;
const { prefix } = document.body.dataset;
const numbers = spoken.numbers();
const AGES = {
  under_1d: say("under a day"),
  "1d_to_3d": say("1 to 3 days"),
  "3d_to_7d": say("3 to 7 days"),
  "7d_to_15d": say("7 to 15 days"),
  "15d_to_30d": say("15 to 30 days"),
  over_30d: say("over 30 days"),
};
const STAGES = { processing: say("the back office"), approval: say("approval"), citizen: say("the citizen") };
const clock = spoken.dates({
  dateStyle: "full",
  timeStyle: "medium",
  timeZone: document.body.dataset.timeZone,
});
let lagsBefore = null; // of the events before this page was opened

const element = (id) => document.getElementById(id);
const sum = (values) => values.reduce((total, value) => total + value, 0);

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return say("{h} h {min} min", { h: Math.floor(minutes / 60), min: String(minutes % 60).padStart(2, "0") });
  if (minutes >= 1) return say("{n} min", { n: minutes });
  return say("{n} s", { n: Math.floor(seconds) });
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
const percent = (ratio) => `${Math.round(100 * ratio)} %`;
const share = (part, whole) => (whole ? percent(part / whole) : "–");
const known = (value, format = (each) => numbers.format(each)) => (value === null || value === undefined ? "–" : format(value));
const number = (value, isOver = false) => ({ text: numbers.format(value), isOver: isOver && value > 0 });

function queueCells(queue, limitS) {
  const calls = queue.waits.counts.at(-1);
  const over = limitS === null ? [] : [number(queue.n_over_limit, true), plain(share(queue.n_called_over_limit, queue.n_called))];
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
    number(procedure.n_withdrawn),
  ];
}

function fill(id, cellsByName) {
  const body = element(id);
  const titles = [...body.parentElement.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  body.replaceChildren(...cellsByName.map(([name, cells]) => row(name, cells, titles)));
  element(`no-${id}`).hidden = cellsByName.length > 0;
}

// Entries are [name, text, whether it is worth a look].
function list(id, entries) {
  const terms = entries.flatMap(([name, text, isOver]) => {
    const [term, value] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    value.textContent = text;
    value.classList.toggle("over", Boolean(isOver));
    return [term, value];
  });
  element(id).replaceChildren(...terms);
}

function bars(id, valueByName, titles = {}) {
  const most = Math.max(1, ...Object.values(valueByName));
  list(id, Object.entries(valueByName).map(([name, value]) => [titles[name] ?? name, numbers.format(value)]));
  element(id).querySelectorAll("dd").forEach((field, index) => {
    const bar = document.createElement("span");
    bar.className = "bar";
    bar.hidden = Object.values(valueByName)[index] === 0;
    bar.style.width = `${(Object.values(valueByName)[index] / most) * 70}%`;
    field.prepend(bar);
  });
}

function listOrNone(id, entries) {
  list(id, entries);
  element(`no-${id}`).hidden = entries.length > 0;
}

function renderStaff(state) {
  const planned = state.planned?.n_on_duty ?? {};
  const groups = [...new Set([...Object.keys(planned), ...Object.keys(state.n_on_duty)])];
  listOrNone("staff", groups.map((group) => {
    const onDuty = state.n_on_duty[group] ?? 0;
    if (!(group in planned)) return [group, numbers.format(onDuty), false];
    return [group, say("{n} of {planned} planned", { n: numbers.format(onDuty), planned: numbers.format(planned[group]) }), onDuty < planned[group]];
  }));
}

function renderOutages(state) {
  const told = Object.entries(state.outages).filter(([, outage]) => outage.is_out !== null);
  listOrNone("outages", told.map(([what, outage]) => {
    const before = outage.n_outages - (outage.is_out ? 1 : 0);
    const text = before ? say("{n} ended, {lasted}", { n: numbers.format(before), lasted: duration(outage.lasted_s) }) : say("none ended");
    return [what, outage.is_out ? say("out of order now; {before}", { before: text }) : text, outage.is_out];
  }));
}

// So long 95 of 100 events take at most that came since this page is open, as far as the buckets tell.
function delay({ bounds_s: bounds, counts }) {
  if (lagsBefore === null || lagsBefore.at(-1) > counts.at(-1)) lagsBefore = counts;
  const since = counts.map((count, index) => count - lagsBefore[index]);
  if (!since.at(-1)) return "–";
  const at = since.findIndex((count) => count >= 0.95 * since.at(-1));
  return at < bounds.length ? say("within {time}", { time: duration(bounds[at]) }) : say("over {time}", { time: duration(bounds.at(-1)) });
}

function renderEvents(state) {
  const ago = (instant) => say("{time} ago", { time: duration(Math.max(0, (new Date(state.now) - new Date(instant)) / 1000)) });
  list("events", [
    [say("Log"), state.is_store_up ? say("is written") : say("cannot be written"), !state.is_store_up],
    [say("Last event"), known(state.last_received, ago), false],
    [say("Now 95 % arrive"), delay(state.lags), false],
    [say("Events"), numbers.format(sum(Object.values(state.n_events))), false],
    [say("Anomalies"), numbers.format(sum(Object.values(state.n_anomalous))), false],
  ]);
}

function renderCards(state, queues, procedures) {
  const waiting = sum(queues.map(([, queue]) => queue.n_waiting));
  const { arrivals, backlog, planned } = state;
  show("waiting", numbers.format(waiting));
  show("longest", waiting ? duration(Math.max(...queues.map(([, queue]) => queue.longest_wait_s))) : "–");
  show("servers", known(state.n_servers_open));
  show("servers-planned", planned ? say("counters open, of {n} planned", { n: numbers.format(planned.n_servers_open) }) : say("counters open"));
  show("arrivals", known(arrivals.n_issued));
  show("arrivals-usual", arrivals.n_usual === null ? say("tickets, last full hour") : say("tickets, last hour; usual {n}", { n: numbers.format(arrivals.n_usual) }));
  show("backlog", numbers.format(sum(procedures.map(([, procedure]) => procedure.n_in_progress))));
  show("overdue", numbers.format(sum(procedures.map(([, procedure]) => procedure.n_overdue))));
  show("due-today", known(backlog.n_due_today));
  show("on-time", known(backlog.on_time.of_received, percent));
  show("on-time-settled", say("on time, 30 days ({percent} of settled)", { percent: known(backlog.on_time.of_settled, percent) }));
  element("servers").classList.toggle("over", planned !== null && state.n_servers_open < planned.n_servers_open);
}

function render(state) {
  const byName = (first, second) => first[0].localeCompare(second[0], undefined, { numeric: true });
  const queues = Object.entries(state.queues).sort(byName);
  const procedures = Object.entries(state.procedures).sort(byName);
  show("clock", clock.format(new Date(state.now)));
  renderCards(state, queues, procedures);
  fill("queues", queues.map(([name, queue]) => [name, queueCells(queue, state.waiting_limit_s)]));
  fill("procedures", procedures.map(([name, procedure]) => [name, procedureCells(procedure)]));
  bars("ages", state.backlog.n_by_age, AGES);
  bars("fields", state.backlog.n_by_field);
  bars("stages", state.backlog.n_by_stage, STAGES);
  renderStaff(state);
  renderOutages(state);
  renderEvents(state);
}

function showConnection(isGood, text) {
  const badge = element("connection");
  if (badge.textContent !== text) badge.textContent = text;
  badge.className = `badge ${isGood ? "good" : "bad"}`;
  document.body.classList.toggle("lost", !isGood);
}

function showLive(state) {
  render(state);
  showConnection(true, state.is_ready ? say("live") : say("starting: the log is being read"));
}

function showLost(heard) {
  const since = heard && spoken.dates({ timeStyle: "medium" }).format(heard);
  showConnection(false, since ? say("connection lost since {time}", { time: since }) : say("connection lost"));
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
    narrow.srcset = `${prefix}/prediction-narrow.svg?attempt=${attempt}`;
    wide.src = `${prefix}/prediction.svg?attempt=${attempt}`;
  }
  load();
}

follow(document.body.dataset, showLive, showLost);
loadPrediction();
