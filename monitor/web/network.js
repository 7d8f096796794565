// Shows how the network stands, and the queue beside it on one axis of time.
"use strict";

const REFRESH_MS = 5000;
const TIMEOUT_MS = 5000;
const LEFT = 104; // where the names stand
const HEIGHT = 260;
const HOUR_WIDTH = 110; // so much room has an hour's label
const QUEUE = { top: 10, height: 170 };
const BANDS = { line: 190, portal: 212 };
const BAND_HEIGHT = 16;
const zone = document.body.dataset.timeZone;
const clock = spoken.dates({ dateStyle: "full", timeStyle: "medium", timeZone: zone });
const hours = spoken.dates({ hour: "2-digit", minute: "2-digit", timeZone: zone });
const numbers = spoken.numbers({ maximumFractionDigits: 0 });
const shares = spoken.numbers({ style: "percent", maximumFractionDigits: 0 });
const NAMES = { line: say("The line"), portal: say("The portal") };
const PARTS = { line: say("line"), portal: say("portal"), power: say("power"), province: say("province"), national: say("national"), centre: say("centre") };

const element = (id) => document.getElementById(id);

function drawn(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function draw(minutes) {
  element("no-minutes").hidden = minutes.length > 0;
  if (minutes.length === 0) return;
  const axis = element("axis");
  const width = axis.clientWidth || 1000; // so letters are as large as anywhere on the page
  axis.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const first = minutes[0].at_s;
  const span = Math.max(3600, minutes.at(-1).at_s + 60 - first);
  const x = (at) => LEFT + ((at - first) / span) * (width - LEFT);
  const most = Math.max(1, ...minutes.map((minute) => minute.n_waiting));
  const y = (waiting) => QUEUE.top + QUEUE.height * (1 - waiting / most);
  const points = minutes.map((minute) => `${x(minute.at_s + 60)},${y(minute.n_waiting)}`).join(" ");
  const parts = [
    drawn("line", { class: "rule", x1: LEFT, x2: width, y1: QUEUE.top + QUEUE.height, y2: QUEUE.top + QUEUE.height }),
    drawn("text", { x: 0, y: QUEUE.top + 14 }, say("{n} wait", { n: numbers.format(most) })),
  ];
  for (const minute of minutes) {
    for (const what of minute.bad) {
      if (!(what in BANDS)) continue;
      const place = { x: x(minute.at_s), width: (60 / span) * (width - LEFT) };
      parts.push(drawn("rect", { class: "shade", ...place, y: QUEUE.top, height: QUEUE.height }));
      parts.push(drawn("rect", { class: "bad", ...place, y: BANDS[what], height: BAND_HEIGHT }));
    }
  }
  parts.push(drawn("polyline", { class: "queue", points }));
  for (const [what, top] of Object.entries(BANDS)) parts.push(drawn("text", { x: 0, y: top + 13 }, PARTS[what]));
  const steps = Math.max(1, Math.min(4, Math.floor((width - LEFT) / HOUR_WIDTH)));
  for (let step = 0; step <= steps; step += 1) {
    const at = first + (span * step) / steps;
    const anchor = step === 0 ? "start" : step === steps ? "end" : "middle";
    parts.push(drawn("text", { x: x(at), y: 252, "text-anchor": anchor }, hours.format(new Date(at * 1000))));
  }
  axis.replaceChildren(...parts);
}

function range(estimate, divisor) {
  const [value, lower, upper] = [estimate.value, estimate.lower, estimate.upper].map((each) => numbers.format(each / divisor));
  return say("{value} ({low} to {high})", { value, low: lower, high: upper });
}

function tell(what, impact) {
  const told = { part: NAMES[what], minutes: numbers.format(impact.bad_s / 60) };
  let text = say("{part} was in order while visitors waited.", told);
  if (impact.bad_s === 0 && impact.n_delayed === null) {
    text = say("{part}: not known yet, for nobody has waited since it is watched.", told);
  } else if (impact.bad_s > 0 && impact.n_delayed === null) {
    text = say("{part} was out of order for {minutes} busy minutes; there were too few good ones to say what that cost.", told);
  } else if (impact.bad_s > 0) {
    const cost = { ...told, records: range(impact.n_delayed, 1), lost: range(impact.staff_s, 60) };
    text = say("{part} was out of order for {minutes} busy minutes. That delayed about {records} records and lost about {lost} minutes of open counters.", cost);
  }
  element(`impact-${what}`).textContent = text;
}

function cell(text, title, name) {
  const made = document.createElement("td");
  made.textContent = text;
  made.dataset.title = title;
  if (name) made.className = name;
  return made;
}

function row(target, titles) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = target.name;
  const now = target.is_good === null ? (target.why ?? "–") : target.is_good ? say("works") : (target.why ?? say("out of order"));
  const milliseconds = (seconds) => (seconds === null ? "–" : say("{n} ms", { n: numbers.format(seconds * 1000) }));
  const share = (ratio) => (ratio === null ? "–" : shares.format(ratio));
  const since = target.failing_since === null ? "–" : hours.format(new Date(target.failing_since));
  const texts = [PARTS[target.part] ?? target.part, now, since, milliseconds(target.duration_s), milliseconds(target.round_trip_s), share(target.loss_ratio), share(target.utilisation_ratio)];
  line.append(head, ...texts.map((text, index) => cell(text, titles[index], index === 1 && (target.is_good === false ? "why over" : "why"))));
  return line;
}

function show(network) {
  element("clock").textContent = clock.format(new Date(network.now));
  draw(network.minutes);
  for (const [what, impact] of Object.entries(network.impact)) tell(what, impact);
  const body = element("targets");
  const titles = [...body.parentElement.tHead.rows[0].cells].slice(1).map((head) => head.textContent);
  body.replaceChildren(...network.targets.map((target) => row(target, titles)));
}

async function ask() {
  const badge = element("connection");
  try {
    const answer = await fetch("api/v1/network", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.json());
    badge.textContent = say("live");
    badge.className = "badge good";
  } catch {
    badge.textContent = say("connection lost");
    badge.className = "badge bad";
  }
  setTimeout(ask, REFRESH_MS);
}

ask();
