// The wall screen: what the hall's staff must see at once, and how old it is when nothing new comes.

import { follow } from "./follow.js";

const MOST_QUEUES = 8;
const MOST_ALERTS = 2;
const [MIN, HOUR] = [` ${say("min")}`, ` ${say("h")}`];
const { prefix, query, timeZone } = document.body.dataset;
const numbers = spoken.numbers();
const clock = spoken.dates({ timeStyle: "short", timeZone });
const date = spoken.dates({ dateStyle: "full", timeZone });
const THINGS = { line: say("Line"), portal: say("Portal"), software: say("Software"), power: say("Power") };
let lost = null; // since when nothing comes, by this machine's clock: {heard}

const element = (id) => document.getElementById(id);
const sum = (values) => values.reduce((total, value) => total + value, 0);

// Only what has changed is touched, so that nothing flickers and a screen reader is not told the same again.
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function mark(place, name, isOn) {
  if (place.classList.contains(name) !== isOn) place.classList.toggle(name, isOn);
}

// As many children as there are values; those that are there stay.
function keep(parent, n, make) {
  while (parent.children.length > n) parent.lastElementChild.remove();
  while (parent.children.length < n) parent.append(make());
  return [...parent.children];
}

function made(name, ...children) {
  const it = document.createElement(name);
  it.append(...children);
  return it;
}

function minutes(seconds) {
  if (seconds === null) return ["–", ""];
  if (seconds < 60) return ["0", MIN];
  if (seconds < 6000) return [numbers.format(Math.round(seconds / 60)), MIN];
  return [`${Math.floor(seconds / 3600)}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`, HOUR];
}

function makeRow() {
  const head = made("th");
  head.scope = "row";
  const cells = [1, 2, 3].map(() => made("td", made("span"), made("small")));
  return made("tr", head, ...cells);
}

function fillRow(row, name, queue, limit) {
  const [head, ...cells] = row.children;
  write(head, name);
  const isOver = (seconds) => limit !== null && seconds !== null && seconds > limit;
  const texts = [
    [numbers.format(queue.n_waiting), ""],
    queue.n_waiting ? minutes(queue.longest_wait_s) : ["–", ""],
    minutes(queue.expected_wait_s),
  ];
  const over = [false, queue.n_waiting > 0 && isOver(queue.longest_wait_s), isOver(queue.expected_wait_s)];
  texts.forEach(([value, unit], index) => {
    const [figure, small] = cells[index].children;
    write(figure, value);
    write(small, unit);
    mark(cells[index], "over", over[index]);
  });
}

// More queues than can be read are the longest of them, in their order, and one line for the rest.
function shown(queues) {
  const named = Object.entries(queues).sort(([one], [other]) => one.localeCompare(other, undefined, { numeric: true }));
  if (named.length <= MOST_QUEUES) return named;
  const longest = [...named].sort(([, one], [, other]) => other.n_waiting - one.n_waiting).slice(0, MOST_QUEUES - 1);
  const rest = named.filter((each) => !longest.includes(each)).map(([, queue]) => queue);
  const expected = rest.map((queue) => queue.expected_wait_s);
  const together = {
    n_waiting: sum(rest.map((queue) => queue.n_waiting)),
    longest_wait_s: Math.max(...rest.map((queue) => queue.longest_wait_s)),
    expected_wait_s: expected.includes(null) ? null : Math.max(...expected),
  };
  return [...named.filter((each) => longest.includes(each)), [plural("{n} other", "{n} others", rest.length), together]];
}

function showQueues({ queues, waiting_limit_s: limit }) {
  const entries = shown(queues);
  const body = element("queues");
  body.style.setProperty("--rows", Math.max(entries.length, 4));
  keep(body, entries.length, makeRow).forEach((row, index) => fillRow(row, ...entries[index], limit));
  element("no-queues").hidden = entries.length > 0;
  write(element("waiting").firstElementChild, numbers.format(sum(Object.values(queues).map((queue) => queue.n_waiting))));
}

function showCounters({ n_servers_open: open, planned }) {
  const tile = element("counters");
  const [figure, words] = tile.children;
  write(figure, open === null ? "–" : numbers.format(open));
  write(words, planned ? say("counters open, of {n} planned", { n: numbers.format(planned.n_servers_open) }) : say("counters open"));
  mark(tile, "alarm", open !== null && planned !== null && open < planned.n_servers_open);
}

function showThings(isOut) {
  const things = Object.entries(THINGS).filter(([what]) => what in isOut);
  keep(element("things"), things.length, () => made("li", made("span"), made("b"))).forEach((line, index) => {
    const [what, name] = things[index];
    write(line.firstElementChild, name);
    write(line.lastElementChild, { true: say("out of order"), false: say("works"), null: say("not known") }[isOut[what]]);
    mark(line, "alarm", isOut[what] === true);
    mark(line, "works", isOut[what] === false);
  });
}

// What fires, and what the service knows of itself; with no Alertmanager, only that.
function alertsOf({ alerts, is_store_up: isStoreUp }) {
  const own = isStoreUp ? [] : [say("The log of events cannot be written: nothing new is counted.")];
  if (alerts && !alerts.is_known) own.push(say("Alertmanager does not answer: whether alerts fire is not known."));
  const grave = (alerts?.firing ?? []).filter((alert) => alert.severity !== "info");
  return [...own, ...grave.map((alert) => say("{what} (since {time})", { what: alert.summary, time: clock.format(new Date(alert.since)) }))];
}

function showAlerts(state) {
  const texts = alertsOf(state);
  const rest = texts.length - MOST_ALERTS;
  const lines = rest > 0 ? [...texts.slice(0, MOST_ALERTS), say("and {n} more", { n: numbers.format(rest) })] : texts;
  const make = () => Object.assign(made("li"), { className: "alarm" });
  keep(element("alerts"), lines.length, make).forEach((line, index) => write(line, lines[index]));
  element("no-alerts").hidden = lines.length > 0;
  write(element("no-alerts"), state.alerts ? say("No alert fires.") : say("Alerts are not watched from here."));
}

function showConnection(text) {
  mark(element("connection"), "lost", text !== "");
  mark(document.body, "lost", text !== "");
  write(element("connection"), text);
}

function show(state) {
  lost = null;
  const now = new Date(state.now);
  write(element("clock"), clock.format(now));
  write(element("date"), date.format(now));
  showQueues(state);
  showCounters(state);
  showThings(state.is_out);
  showAlerts(state);
  showConnection(state.is_ready ? "" : say("Starting: the log is being read, and the figures are not complete."));
}

function tellAge() {
  if (lost === null) return;
  if (lost.heard === null) {
    showConnection(say("Not connected; trying again."));
    return;
  }
  const seconds = Math.round((Date.now() - lost.heard) / 1000);
  const age = seconds < 120 ? say("{n} s", { n: seconds }) : say("{n} min", { n: Math.floor(seconds / 60) });
  showConnection(say("Not connected; trying again. What you see is {age} old.", { age }));
}

follow({ prefix, query }, show, (heard) => {
  lost = { heard };
  tellAge();
});
setInterval(tellAge, 1000);
